"""Numbers as they are typed: one that is not finite is a mistake, in every command alike."""

from __future__ import annotations

import math
from typing import Any, cast

import typer
from typer.core import TyperCommand


class Command(TyperCommand):
    """A command none of whose numbers may be NaN or infinite: ``min=`` alone lets ``inf`` pass."""

    def invoke(self, ctx: Any) -> Any:
        """Run it, unless a number is no quantity."""
        for param in self.params:
            value = ctx.params.get(param.name)
            if isinstance(value, float) and not math.isfinite(value):
                said = f"{value} is not a finite number"
                raise typer.BadParameter(said, ctx=ctx, param=cast(Any, param))
        return super().invoke(ctx)
