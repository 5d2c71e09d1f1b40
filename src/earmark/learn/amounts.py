"""How a model is taught, by how much was labelled: which layers learn, how fast, how far.

=================== ========= =====================================================================
labelled            layers    why (``bench/adapt.py``, docs/adapting.md)
=================== ========= =====================================================================
up to a minute      head      little can be learnt, and little goes wrong
more                recurrent gains most for its time
where the user says all       as good as ``recurrent`` on five songs, takes three times as long
=================== ========= =====================================================================

In all cases the weights end half-way between the base model's and what was learnt, and songs have
offsets while it learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earmark.errors import DataError
from earmark.learn.corrected import Corrected

LAYERS = ("L1", "L2", "L3", "L4", "rnn", "head")
"""Of :class:`earmark.nets.light.LightCrnn`, from the input to the output."""
LEAST_S = 5.0
"""Of singing, and of no singing: with less nothing can be learnt or compared."""
FEW_S = 300.0
"""Labelled seconds below which a warning is due."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is taught; see ``CHOICES`` for the layers."""

    layers: str
    """Which layers learn: a name of ``CHOICES``."""
    lr: float
    steps: int
    batch: int = 16
    """Windows that a step learns from."""
    windows: int = 200
    """Windows that are drawn in all."""
    share: float = 0.5
    """How far the weights go from the base model's towards what was learnt (1: all the way), as
    Wortsman et al. 2022 interpolate them: it takes back much of what was forgotten, and little of
    what was learnt."""
    offsets: bool = True
    """Whether each song has an offset of its own, see :mod:`earmark.learn.adapt`."""
    seed: int = 0

    @property
    def fixed(self) -> tuple[str, ...]:
        """Layers that stay as they are."""
        return LAYERS[: LAYERS.index(CHOICES[self.layers])]


CHOICES = {"head": "head", "recurrent": "rnn", "all": "L1"}
"""What learns, and the first of these layers; those before it are fixed (Hou et al. 2020)."""
SETTINGS = {
    "head": Settings("head", lr=1e-3, steps=60),
    "recurrent": Settings("recurrent", lr=5e-4, steps=60),
    "all": Settings("all", lr=1e-4, steps=150, batch=4),
}
HEAD_S = 60.0
"""Labelled seconds up to which only the last layers learn."""


def choose(songs: Sequence[Corrected], *, layers: str | None = None) -> tuple[Settings, str]:
    """Settings for these songs, and why, in words.

    Parameters
    ----------
    songs : sequence of Corrected
    layers : str, optional
        A name of ``CHOICES``, where the user has decided.

    Raises
    ------
    DataError
        If there is no such choice.
    """
    minutes = sum(song.known_s for song in songs) / 60
    amount = f"{len(songs)} song{'s' * (len(songs) != 1)}, {minutes:.1f} minutes labelled"
    if layers is not None:
        if layers not in CHOICES:
            raise DataError(f"no choice of layers is called {layers!r}; there are {told_choices()}")
        return SETTINGS[layers], f"{amount}; you chose so"
    name = "recurrent" if minutes * 60 > HEAD_S else "head"
    return SETTINGS[name], f"{amount}: {_REASONS[name]}"


_REASONS = {
    "head": "the last layers learn, the rest stays fixed",
    "recurrent": "the recurrent layer and the last ones learn, the convolutions stay fixed",
}


def told_choices() -> str:
    """The names of the choices, for messages."""
    return ", ".join(CHOICES)


def check_amount(songs: Sequence[Corrected]) -> None:
    """Refuse what nothing can be learnt from.

    Raises
    ------
    DataError
        If there is too little singing, or too little without.
    """
    sung, known = (sum(getattr(song, key) for song in songs) for key in ("sung_s", "known_s"))
    for seconds, what, remedy in (
        (sung, "singing", "add a song in which somebody sings"),
        (known - sung, "labelled as without singing", "add a song with pauses, or an instrumental"),
    ):
        if seconds < LEAST_S:
            raise DataError(
                f"only {seconds:.1f} s {what} in {len(songs)} song{'s' * (len(songs) != 1)}, and "
                f"a model needs {LEAST_S:g} s to learn from, better minutes; {remedy}"
            )


def doubts(songs: Sequence[Corrected]) -> list[str]:
    """What a person should know before a model learns from these songs; best nothing."""
    said = []
    known_s = sum(song.known_s for song in songs)
    if len(songs) == 1:
        said.append(
            "one song only: other songs gain little or nothing by one, and the model is measured "
            "on that song's own halves; label places in several songs"
        )
    elif len(songs) < 3:
        said.append("two songs only: what is measured on them says little; five are better")
    if known_s < FEW_S:
        said.append(
            f"{known_s / 60:.1f} minutes are labelled; with less than {FEW_S / 60:g} little is "
            "gained"
        )
    for what, names in (
        ("without singing", [s.name for s in songs if s.sung_s < LEAST_S]),
        ("without a pause", [s.name for s in songs if s.known_s - s.sung_s < LEAST_S]),
    ):
        if names:
            some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            said.append(
                f"{what}: {some}; such songs help against false alarms or misses, but songs with "
                "both teach most"
            )
    return said
