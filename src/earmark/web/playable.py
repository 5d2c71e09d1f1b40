"""What a browser is given to play: the file itself, or its sound as WAV where it could not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import soundfile

from earmark.atomic import written_whole
from earmark.audio import AudioReader, audio_info
from earmark.errors import AudioError
from earmark.web.kept import make_room, place, used

SR = 48000
"""A recording of a higher rate is played at this one."""
COARSE_SR = 16000
"""What would be too long otherwise is played at this rate, which is enough for voices."""
LONGEST_BYTES = (4 << 30) - (1 << 20)
"""A WAV counts its bytes in 32 bits."""
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


class _TooLongError(Exception):
    """A WAV cannot hold it."""


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
        If the recording cannot be read, or lasts longer than a WAV can (37 hours).
    OutputError
        If the file cannot be written.
    """
    with place(path, song=song, suffix=".wav") as kept:
        if kept.exists():
            used(kept)
        else:
            _decode(path, kept)
            make_room(kept)
    return kept


def _decode(path: Path, kept: Path) -> None:
    """Write a recording's sound, in one or two channels of 16 bits, as finely as a WAV can hold."""
    info = audio_info(path)
    channels, sr = 1 if info.channels > 2 else info.channels, min(SR, info.sr)
    for wanted, rate in dict.fromkeys([(channels, sr), (1, sr), (1, min(sr, COARSE_SR))]):
        if info.duration_s is not None and 2 * info.duration_s * rate * wanted > LONGEST_BYTES:
            continue
        with suppress(_TooLongError):
            _write(path, kept, sr=rate, channels=wanted, mono=wanted < info.channels)
            return
    raise AudioError(f"{path}: too long to be played here; cut it into parts.")


def _write(path: Path, kept: Path, *, sr: int, channels: int, mono: bool) -> None:
    """Block by block."""
    written = 0
    with (
        AudioReader(path, sr=sr, mono=mono) as reader,
        written_whole(kept) as raw,
        soundfile.SoundFile(raw, "w", reader.sr, channels, "PCM_16", format="WAV") as file,
    ):
        for block in reader:
            written += 2 * channels * block.shape[-1]
            if written > LONGEST_BYTES:  # its header did not tell
                raise _TooLongError
            file.write(np.clip(np.ascontiguousarray(block.T), -1, 1))
