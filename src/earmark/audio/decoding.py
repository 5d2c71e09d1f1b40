"""Turns whatever a user calls a recording into numbers: who decodes it, and how it is opened.

Three decoders answer to the same names (:class:`earmark.audio.samples.Decoder`): libsndfile
(:mod:`earmark.audio.decoding_soundfile`), FFmpeg through PyAV (:mod:`earmark.audio.decoding_av`),
and an array that is decoded already. The content decides between them, never the suffix.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from typing import Any, BinaryIO, cast

import soundfile

from earmark.audio.decoding_soundfile import SoundfileDecoder
from earmark.audio.samples import ArrayDecoder, Decoder, Source
from earmark.errors import AudioError, how_to_install

_SPOOL_BYTES = 1 << 25
_EXTRA = re.compile(rb"....ftyp|\x1aE\xdf\xa3|0&\xb2u|\xff[\xf0\xf1\xf8\xf9]", re.DOTALL)
"""How MP4, WebM, WMA and AAC begin."""
_NEEDS_EXTRA = (
    "m4a, aac, wma, webm and video are no WAV, FLAC, Ogg, Opus or MP3 and need PyAV: "
    + how_to_install("formats")
)
_NO_DECODER = (
    "not a WAV, FLAC, Ogg, Opus or MP3 file, or damaged. Is it a recording, and is it whole? "
    f"(Some other formats need PyAV: {how_to_install('formats')})"
)


def open_decoder(source: Source) -> tuple[Decoder, str]:
    """The decoder of a recording, and the name to call it by in messages.

    Raises
    ------
    AudioError
        If nothing can be read or decoded; the message names the recording and says what to do.
    ValueError
        If an array has the wrong shape or type.
    """
    if isinstance(source, tuple):
        return ArrayDecoder(*source), "the given array"
    file, name = _opened(source)
    owned = file is not source
    try:
        if file.seek(0, os.SEEK_END) == 0:
            raise AudioError(f"{name}: the file is empty (0 bytes). Copy or download it again.")
        return _decoder(file, name, owned=owned), name
    except BaseException:
        if owned:
            file.close()
        raise


def _decoder(file: BinaryIO, name: str, *, owned: bool) -> Decoder:
    try:
        return SoundfileDecoder(file, owned=owned)
    except soundfile.LibsndfileError:
        pass
    try:
        from earmark.audio.decoding_av import AvDecoder
    except ImportError:
        file.seek(0)
        why = _NEEDS_EXTRA if _EXTRA.match(file.read(8)) else _NO_DECODER
        raise AudioError(f"{name}: {why}") from None
    return AvDecoder(file, name, owned=owned)


def _opened(source: Any) -> tuple[BinaryIO, str]:
    """A seekable binary file and its name for messages."""
    if isinstance(source, bytes):
        return io.BytesIO(source), "the given bytes"
    if hasattr(source, "read"):
        name = printable(getattr(source, "name", "the given file object"))
        if isinstance(source, io.TextIOBase):
            raise AudioError(f"{name}: opened as text. Open it with mode 'rb'.")
        return _seekable(source), name
    name = printable(os.fspath(source))
    try:
        return _seekable(open(source, "rb", buffering=0)), name
    except FileNotFoundError:
        raise AudioError(f"{name}: no such file or folder. Check the path.") from None
    except OSError as error:
        if os.path.isdir(source):
            raise AudioError(f"{name}: a folder, not a recording. Name a file in it.") from None
        raise AudioError(f"{name}: cannot be opened ({error.strerror}).") from error
    except ValueError as error:
        raise AudioError(f"{name}: not a path ({error}).") from error


def _seekable(file: BinaryIO) -> BinaryIO:
    """The file itself, or a copy of what a pipe delivers (on disk if it is long)."""
    if file.seekable():
        return file
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115
    shutil.copyfileobj(file, spool)
    return cast(BinaryIO, spool)


def printable(name: object) -> str:
    r"""A path as one line that any terminal can show.

    Examples
    --------
    >>> print(printable("été\n.mp3"))
    été\n.mp3
    """
    text = os.fsdecode(name) if isinstance(name, bytes) else str(name)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
