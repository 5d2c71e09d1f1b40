"""Numbers as they are typed: one that is not finite is a mistake, in every command alike."""

from __future__ import annotations

import math
from typing import Any

import typer
from typer.core import TyperCommand


class Command(TyperCommand):
    """A command none of whose numbers may be NaN or infinite: ``min=`` alone lets ``inf`` pass."""

    def invoke(self, ctx: Any) -> Any:
        """Run it, unless a number is no quantity."""
        for param in self.params:
            value = ctx.params.get(param.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise typer.BadParameter(f"{value} is not a finite number", ctx=ctx, param=param)
        return super().invoke(ctx)
