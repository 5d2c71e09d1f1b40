"""Turns whatever a user calls a recording into numbers: who decodes it, and how it is opened.

Three decoders answer to the same four names (:class:`Decoder`): libsndfile, FFmpeg through PyAV
(:mod:`earmark.audio.decoding_av`), and an array that is decoded already. The content decides
between them, never the suffix. Samples are float32 in [-1, 1], shape (n, channels), at the file's
own rate.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from typing import Any, BinaryIO, Protocol, cast

import numpy as np
import soundfile
from numpy.typing import NDArray

from earmark.audio.mp3 import corrected
from earmark.errors import AudioError

Samples = NDArray[np.float32]
Source = str | os.PathLike[str] | bytes | BinaryIO | tuple[NDArray[Any], int]

_SPOOL_BYTES = 1 << 25
_STREAMED_BYTES = 0x7FFF0000
_NO_DECODER = (
    "not a WAV, FLAC, Ogg, Opus or MP3 file. m4a, aac, wma, webm and video need PyAV: "
    "pip install 'earmark[formats]'"
)


class Decoder(Protocol):
    """What reads samples one after the other; ``position`` is the next one's number."""

    sr: int
    channels: int
    format: str
    frames: int | None
    position: int
    damage: str | None

    def seek(self, frame: int) -> None:
        """Go to a sample; beyond the end, to the end."""

    def read(self, n: int) -> Samples:
        """The next ``n`` samples, fewer at the end only; valid until the next call."""

    def close(self) -> None:
        """Close what this decoder opened."""


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
        raise AudioError(f"{name}: {_NO_DECODER}") from None
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
        raise AudioError(f"{name}: no such file. Check the path.") from None
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


def to_float(pcm: NDArray[Any]) -> Samples:
    """Samples of any width as float32; integers are scaled by their type's range.

    Examples
    --------
    >>> to_float(np.array([-32768, 16384], dtype=np.int16)).tolist()
    [-1.0, 0.5]
    >>> to_float(np.array([0, 192], dtype=np.uint8)).tolist()
    [-1.0, 0.5]
    """
    if pcm.dtype.kind == "f":
        return pcm.astype(np.float32, copy=False)
    if pcm.dtype.kind not in "iu":
        raise ValueError(f"samples must be float or int, got {pcm.dtype}")
    half = 2.0 ** (8 * pcm.dtype.itemsize - 1)
    return ((pcm - half if pcm.dtype.kind == "u" else pcm) / half).astype(np.float32)


class ArrayDecoder:
    """Reads from ``y``, shape (n,) or (channels, n), float or int."""

    def __init__(self, y: NDArray[Any], sr: int) -> None:
        y = np.asarray(y)
        if y.ndim not in (1, 2) or (y.ndim == 2 and len(y) > max(64, y.shape[1])):
            raise ValueError(f"y must have the shape (n,) or (channels, n), got {y.shape}")
        if sr <= 0:
            raise ValueError(f"sr must be above 0 Hz, got {sr}")
        self._samples = np.atleast_2d(y).T
        self.sr = int(sr)
        self.frames: int | None = len(self._samples)
        self.channels = self._samples.shape[1]
        self.format = "array"
        self.damage: str | None = None
        self.position = 0

    def seek(self, frame: int) -> None:
        self.position = min(frame, len(self._samples))

    def read(self, n: int) -> Samples:
        x = to_float(self._samples[self.position : self.position + n])
        self.position += len(x)
        return x

    def close(self) -> None:
        pass


class SoundfileDecoder:
    """WAV, FLAC, Ogg, Opus, MP3 and all else that libsndfile knows.

    A plain file is read through its descriptor: a Python file object would need the interpreter's
    lock for each MP3 frame, and threads would wait for one another.
    """

    def __init__(self, file: BinaryIO, *, owned: bool) -> None:
        self._owned = file if owned else None
        view, has_length = corrected(file)
        self._target: Any = view
        if owned and os.name == "posix" and isinstance(view, io.FileIO):
            self._target = view.fileno()
        self._file = self._open()
        self.sr, self.channels = self._file.samplerate, self._file.channels
        self.format = f"{self._file.format} {self._file.subtype}"
        self.frames, self.damage = self._stated_length(has_length)
        self.position = 0
        self._buffer = np.empty((0, self.channels), np.float32)

    def _open(self) -> Any:
        """The file from its start."""
        if isinstance(self._target, int):
            os.lseek(self._target, 0, os.SEEK_SET)
        else:
            self._target.seek(0)
        return soundfile.SoundFile(self._target, closefd=False)

    def _stated_length(self, has_length: bool) -> tuple[int | None, str | None]:
        """Samples by the header, which libsndfile corrects in WAV and Ogg and notes in its log."""
        log, frames = self._file.extra_info, self._file.frames
        if "lacks an end-of-stream" in log:
            return None, "truncated: the end is missing"
        data = re.search(r"(?:data|SSND) : (\d+) \(should be (\d+)\)", log)
        if data is not None and int(data[1]) < _STREAMED_BYTES:
            frames = round(frames * int(data[1]) / max(1, int(data[2])))
        return frames if has_length else None, None

    def seek(self, frame: int) -> None:
        frame = min(frame, self._file.frames)
        try:
            self.position = self._file.seek(frame)
        except soundfile.LibsndfileError:
            self._file.close()
            self._file, self.position = self._open(), 0
            while self.position < frame:
                n = min(self.sr, frame - self.position)
                if len(self.read(n)) < n:
                    break

    def read(self, n: int) -> Samples:
        if len(self._buffer) < n:
            self._buffer = np.empty((n, self.channels), np.float32)
        try:
            x: Samples = self._file.read(out=self._buffer[:n])
        except soundfile.LibsndfileError as error:
            self.damage = f"damaged: {str(error).removeprefix('Error : ').rstrip('.')}"
            x = self._buffer[: max(0, self._file.tell() - self.position)]
        self.position += len(x)
        return x

    def close(self) -> None:
        self._file.close()
        if self._owned is not None:
            self._owned.close()
