"""What a browser is given to play: the file itself, or its sound as WAV where it could not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from earmark.atomic import written_whole
from earmark.audio import AudioReader, audio_info
from earmark.web.kept import make_room, place

SR = 48000
"""A recording of a higher rate is played at this one."""
PLAYABLE = {
    **{f"WAV {kind}": "audio/wav" for kind in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT")},
    **{f"WAVEX {kind}": "audio/wav" for kind in ("PCM_16", "PCM_24", "PCM_32", "FLOAT")},
    **{f"FLAC {kind}": "audio/flac" for kind in ("PCM_S8", "PCM_16", "PCM_24")},
    "OGG VORBIS": "audio/ogg",
    "OGG OPUS": "audio/ogg",
    "MP3 MPEG_LAYER_III": "audio/mpeg",
    "mov aac": "audio/mp4",
    "matroska opus": "audio/webm",
    "matroska vorbis": "audio/webm",
}
"""Types by :attr:`earmark.audio.AudioInfo.format`; the rest is sent as WAV."""


def browser_type(path: Path) -> str | None:
    """The type by which browsers play a recording; None where they do not.

    Raises
    ------
    AudioError
        If it cannot be read.
    """
    return PLAYABLE.get(audio_info(path).format)


def as_wav(path: Path, *, song: int) -> Path:
    """A recording's sound as a file that every browser plays, made once.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    OutputError
        If the file cannot be written.
    """
    with place(path, song=song, suffix=".wav") as kept:
        if not kept.exists():
            _decode(path, kept)
            make_room(kept)
    return kept


def _decode(path: Path, kept: Path) -> None:
    """Write a recording's sound, block by block, in one or two channels of 16 bits."""
    info = audio_info(path)
    mono = info.channels > 2
    with (
        AudioReader(path, sr=min(SR, info.sr), mono=mono) as reader,
        written_whole(kept) as raw,
        soundfile.SoundFile(
            raw, "w", reader.sr, 1 if mono else info.channels, "PCM_16", format="WAV"
        ) as file,
    ):
        for block in reader:
            file.write(np.clip(np.ascontiguousarray(block.T), -1, 1))
