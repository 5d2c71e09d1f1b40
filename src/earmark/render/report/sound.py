"""The song in its page: linked where it lies, or put into the page.

A page with its sound inside should still go into an e-mail: what is long or of a kind that browsers
do not play is put in as MP3, mono, 48 kbit/s or less, which is enough to check labels by.
"""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from urllib.parse import quote

import soundfile

from earmark.audio import AudioReader, audio_info

EMBED_BYTES = 1_500_000
"""A file up to this size is put in as it is."""
_EMBED_HZ = 24_000
_ABOUT_48K = {"bitrate_mode": "AVERAGE", "compression_level": 0.74}
"""On libsndfile's scale for MP3 at 24 kHz, which ends below 1. With a constant rate it would not
note the encoder's delay, and all labels would be 46 ms early."""
_TYPES = {"MP3": "audio/mpeg", "WAV": "audio/wav", "FLAC": "audio/flac", "OGG": "audio/ogg"}
"""What all browsers play, by the first word of a format; Ogg in Safari from 18.4 on."""


def linked(path: Path, page: Path) -> str:
    """The song's address as seen from a page, which may be moved together with it.

    Examples
    --------
    >>> linked(Path("Music/Ha? 50 %.mp3"), Path("reports/one.html"))
    '../Music/Ha%3F%2050%20%25.mp3'
    """
    try:
        relative = os.path.relpath(path, page.parent)
    except ValueError:  # on another drive of Windows
        return path.absolute().as_uri()
    address = quote(os.fsencode(Path(relative).as_posix()))
    return address if "/" in address else f"./{address}"


def embedded(path: Path) -> str:
    """The song as an address that holds all of it.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    """
    kind = _TYPES.get(audio_info(path).format.split()[0])
    if kind is not None and path.stat().st_size <= EMBED_BYTES:
        return _address(path.read_bytes(), kind)
    return _address(_small(path), "audio/mpeg")


def _small(path: Path) -> bytes:
    """A recording as a small MP3, written in blocks."""
    file = io.BytesIO()
    with (
        AudioReader(path, sr=_EMBED_HZ) as reader,
        soundfile.SoundFile(
            file, "w", samplerate=_EMBED_HZ, channels=1,
            format="MP3", subtype="MPEG_LAYER_III", **_ABOUT_48K,
        ) as writer,
    ):  # fmt: skip
        for block in reader:
            writer.write(block.clip(-1, 1))
    return file.getvalue()


def _address(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
