"""Songs and their label files, checked."""

from __future__ import annotations

import os
from pathlib import Path

from earmark.annotation import Segment
from earmark.audio import AudioReader, audio_info
from earmark.errors import DataError
from earmark.labels import check_labels, read_singing


def song_segments(
    labels: str | os.PathLike[str], *, audio: str | os.PathLike[str]
) -> list[Segment]:
    """Where a song is sung, by its label file, checked.

    Parameters
    ----------
    labels : path-like
        In any format that earmark reads.
    audio : path-like
        The song.

    Raises
    ------
    DataError
        If the file labels other things only, or :func:`check_labels` refuses it.
    FormatError
        If the file cannot be read, or an interval is reversed; with the line.
    AudioError
        If the song cannot be read.
    """
    sung = read_singing(labels)
    check_labels(sung, duration_s=length_s(audio), name=labels, audio=audio)
    return sung


def length_s(audio: str | os.PathLike[str]) -> float:
    """Length of a whole recording in seconds.

    Its header's word, or all of it is read where that is silent. The last second is read in any
    case: what a broken download holds is no song.

    Raises
    ------
    AudioError
        If it cannot be read.
    DataError
        If it ends before its time.
    """
    stated_s = audio_info(os.fspath(audio)).duration_s
    from_s = 0.0
    if stated_s and Path(audio).suffix.lower() != ".mp3":  # mpg123 complains of excerpts
        from_s = max(0.0, stated_s - 1.0)
    with AudioReader(os.fspath(audio), sr=None, offset_s=from_s) as reader:
        read_s = sum(len(block) for block in reader) / reader.sr
    if reader.warning is not None:
        raise DataError(f"{audio}: {reader.warning}; fetch it again")
    return stated_s or read_s
