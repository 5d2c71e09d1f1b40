"""What a summary tells of a song: a row of these columns, all of them text.

========================  ==========================================================================
path                      as the user named the song; not altered, so a spreadsheet may take a path
                          that begins with ``=``, ``+``, ``-`` or ``@`` for a formula
duration_s                seconds
vocal_fraction            share of the duration that is sung; this, all below about vocals and
                          ``instrumental`` are empty where the model knows no singing
first_vocal_s             where singing first starts; empty if it does not
last_vocal_s              where it last ends
longest_gap_s             longest stretch without singing, the song's start and end included
speech_fraction           share of the duration in which somebody speaks; this and the next two are
                          empty where the model knows no speech
first_speech_s            where speech first starts; empty if it does not
last_speech_s             where it last ends
vocal                     ``true`` if 1 s or more is sung in all, of a recording of less than 10 s
                          a tenth; else ``false``; empty where less is heard in a song with a
                          warning
instrumental              ``true`` if less than that is sung and less than that spoken, else
                          ``false``; empty as ``vocal`` is. Where ``speech_fraction`` is empty,
                          nobody looked for speech, and this tells of singing alone
warning                   what to know of the recording, such as that it is truncated, silent, or
                          shorter than 1 s
error                     why the song failed; the other columns are empty then, unless it is that
                          its labels were edited: these have figures still
========================  ==========================================================================
"""

from __future__ import annotations

from earmark.annotation import SINGING, SPEECH, Annotation, Segment, covered_s, labelled
from earmark.gaps import gaps

Row = dict[str, str]

COLUMNS = (
    "path",
    "duration_s",
    "vocal_fraction",
    "first_vocal_s",
    "last_vocal_s",
    "longest_gap_s",
    "speech_fraction",
    "first_speech_s",
    "last_speech_s",
    "vocal",
    "instrumental",
    "warning",
    "error",
)
INSTRUMENTAL_S = 1.0
INSTRUMENTAL_SHARE = 0.1
"""From so much singing or speech on a song has it; of a short recording a share is enough."""
_NAMES = {SINGING: "vocal", SPEECH: "speech"}
"""What columns call the labels."""
TOO_SHORT = f"too short to tell: under {INSTRUMENTAL_S:g} s"


def describe(annotation: Annotation, *, path: str) -> Row:
    """The row of a song.

    Examples
    --------
    >>> row = describe(Annotation((Segment(1, 3), Segment(5, 7)), duration_s=10), path="a.mp3")
    >>> row["vocal_fraction"], row["longest_gap_s"], row["instrumental"]
    ('0.4000', '3.000', 'false')
    """
    duration_s = annotation.duration_s or 0.0
    warning = annotation.warning or (TOO_SHORT if duration_s < INSTRUMENTAL_S else "")
    cells = {"path": path, "duration_s": f"{duration_s:.3f}", "warning": warning}
    return corrected(dict.fromkeys(COLUMNS, "") | cells, annotation)


def corrected(row: Row, annotation: Annotation) -> Row:
    """A row with what an annotation tells of its labels; what the row tells of others stays.

    Parameters
    ----------
    row : dict
        Of a song whose length is known.
    annotation : Annotation
        Of the same song, such as labels that somebody has edited.

    Examples
    --------
    >>> row = describe(Annotation((Segment(2, 8),), duration_s=10), path="a.mp3")
    >>> corrected(row, Annotation((Segment(2, 2.5),)))["vocal"]
    'false'
    """
    duration_s = float(row["duration_s"])
    lengths_s = {}
    for label, name in _NAMES.items():
        if label in annotation.labels:
            segments = labelled(annotation.segments, label)
            row = row | _spans(segments, duration_s, name=name)
            lengths_s[label] = covered_s(segments)
        else:
            lengths_s[label] = float(row[f"{name}_fraction"] or 0.0) * duration_s
    if row["vocal_fraction"]:
        least_s = min(INSTRUMENTAL_S, INSTRUMENTAL_SHARE * duration_s)
        sung, spoken = (0 < lengths_s[label] >= least_s for label in (SINGING, SPEECH))
        row = row | _kind(sung, spoken, known=not row["warning"])
    return row


def _spans(segments: list[Segment], duration_s: float, *, name: str) -> Row:
    """How much of a song segments cover, where they begin and end."""
    share = min(1.0, covered_s(segments) / duration_s) if duration_s else 0.0
    cells = {
        f"{name}_fraction": f"{share:.4f}",
        f"first_{name}_s": f"{segments[0].start_s:.3f}" if segments else "",
        f"last_{name}_s": f"{max(s.end_s for s in segments):.3f}" if segments else "",
    }
    if name == "vocal":
        without = (gap.duration_s for gap in gaps(segments, duration_s=duration_s))
        cells["longest_gap_s"] = f"{max(without, default=0.0):.3f}"
    return cells


def _kind(sung: bool, spoken: bool, *, known: bool) -> Row:
    """Whether a song is sung, and whether nobody sings or speaks, as far as either is known."""
    return {
        "vocal": "true" if sung else "false" if known else "",
        "instrumental": "false" if sung or spoken else "true" if known else "",
    }


def failed(path: str, error: str) -> Row:
    """The row of a song that could not be done."""
    return dict.fromkeys(COLUMNS, "") | {"path": path, "error": " ".join(error.split())}


def is_talk(row: Row) -> bool:
    """Whether a song is mostly speech, and hardly sung: 5 % may be mistakes.

    Examples
    --------
    >>> talk = Annotation((Segment(1, 9, "speech"),), 10, ("singing", "speech"))
    >>> is_talk(describe(talk, path="a.mp3"))
    True
    """
    spoken, sung = (float(row[f"{name}_fraction"] or 0.0) for name in ("speech", "vocal"))
    return spoken >= 0.5 and sung <= 0.05
