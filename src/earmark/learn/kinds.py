"""Kinds of examples, and what is known of their two labels.

So it is while a voice is heard; elsewhere neither label is there.

================ =================================================================== ======= =======
kind             what is heard                                                       singing speech
================ =================================================================== ======= =======
``song``         a stretch of a labelled song                                        yes     no
``stems``        a song's voice over its own music, or over another's; the voice may yes     unknown
                 speak at times
``band``         a rendered song's voice over its own band, or over other music      yes     no
``singing``      phrases of unaccompanied singing, strung together, over music       yes     no
``rap``          phrases of speech in metre, over music                              yes     unknown
``alone``        unaccompanied singing as it is                                      yes     no
``speech_music`` phrases of speech over music: the source task of Hou et al. 2020    unknown yes
``presenter``    the same; nobody raps there                                         no      yes
``speech``       speech without music                                                no      yes
``both``         somebody speaks, somebody sings, over music; where one speaks and   yes     yes
                 nobody sings, singing is unknown
``music``        music without voice, sometimes with leads or single sounds          no      no
``sound``        single sounds without voice                                         no      no
================ =================================================================== ======= =======
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from earmark.annotation import SINGING, SPEECH
from earmark.errors import DataError

LABELS = (SINGING, SPEECH)
"""The columns of labels."""

_NEEDS = {
    "song": ("song",),
    "stems": ("stems",),
    "band": ("band",),
    "singing": ("singing", "music"),
    "rap": ("rap", "music"),
    "alone": ("singing",),
    "speech_music": ("speech", "music"),
    "presenter": ("speech", "music"),
    "speech": ("speech",),
    "both": ("singing", "speech", "music"),
    "music": ("music",),
    "sound": ("sound",),
}
"""Materials that a kind is made of; the first is where its voice comes from."""
KINDS = tuple(_NEEDS)
SUNG = ("song", "stems", "band", "singing", "rap", "alone", "both")
SPOKEN = ("speech_music", "presenter", "speech", "both")
"""Kinds in which somebody sings, and in which somebody speaks."""


def voice_of(kind: str) -> str:
    """The material of a kind's voice."""
    return _NEEDS[kind][0]


def drawable(draw: Mapping[str, float], materials: Set[str], *, where: str) -> dict[str, float]:
    """The kinds of examples that can be drawn from what there is, and how often.

    Parameters
    ----------
    draw : mapping of str to float
        Relative frequency of each kind; kinds without material are left out.
    materials : set of str
        What there is.
    where : str
        What the message names.

    Raises
    ------
    DataError
        If nothing can be drawn.

    Examples
    --------
    >>> drawable({"song": 2, "speech_music": 1}, {"song", "speech"}, where="split 'train'")
    {'song': 2}
    """
    there = set(materials) | ({"music"} if "stems" in materials else set())
    usable = {
        kind: weight for kind, weight in draw.items() if weight > 0 and there >= set(_NEEDS[kind])
    }
    if not usable:
        needs = "; ".join(
            f"{kind} needs {' and '.join(_NEEDS[kind])}" for kind, w in draw.items() if w > 0
        )
        raise DataError(
            f"{where}: nothing to draw, there is only {', '.join(sorted(materials)) or 'nothing'} "
            f"({needs}); add recordings to the manifest, or change the recipe"
        )
    return usable
