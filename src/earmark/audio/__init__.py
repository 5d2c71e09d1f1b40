"""Audio in and out: any file to float32 at any rate, whole or as a stream of blocks.

Conventions: ``y`` is float32, nominally in [-1, 1], shape (n,) or (channels, n); ``sr`` is in Hz.
Recordings are resampled by soxr (quality HQ) after the downmix, always as a stream:
:func:`load_audio` joins the blocks of an :class:`AudioReader`, so whole and streamed decoding give
the same numbers. ``n`` samples at ``native_sr`` become ``ceil(n * sr / native_sr)``, as in librosa.

A source is a path, bytes, a binary file object (it is read from its start and may be a pipe), or a
pair ``(y, sr)`` of an array, shape (n,) or (channels, n), float or int PCM of up to 32 bits, and
its rate. A sample beyond 100 is an error: such a recording was never scaled to [-1, 1].

What libmpg123 writes to standard error about a damaged MP3 is kept back where the C library lets us
(:mod:`earmark.audio.hush`); warnings and errors say it.
"""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from earmark.atomic import write_atomic
from earmark.audio.decoding import open_decoder, printable
from earmark.audio.reading import AudioReader
from earmark.audio.samples import Samples, Source, to_float
from earmark.errors import OutputError

__all__ = ["AudioInfo", "AudioReader", "audio_info", "load_audio", "write_audio"]

_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a recording's header says.

    Parameters
    ----------
    duration_s : float or None
        Length in seconds; None where the header does not tell (an MP3 without a Xing header).
    sr : int
        Samples a second.
    channels : int
        Number of channels.
    format : str
        Container and codec, such as ``"WAV PCM_16"`` or ``"mov aac"``.
    """

    duration_s: float | None
    sr: int
    channels: int
    format: str


def load_audio(
    source: Source,
    *,
    sr: int | None = 16000,
    mono: bool = True,
    offset_s: float = 0.0,
    duration_s: float | None = None,
) -> tuple[Samples, int]:
    """Read a recording or an excerpt of it.

    Parameters
    ----------
    source, sr, mono, offset_s, duration_s
        As for :class:`AudioReader`.

    Returns
    -------
    y : ndarray, shape (n,) or (channels, n), float32
        Samples; an excerpt beyond the end has n = 0.
    sr : int
        Their rate in Hz.

    Raises
    ------
    AudioError, ValueError
        As :class:`AudioReader` does.

    Warns
    -----
    UserWarning
        If the recording is truncated or damaged: what can be decoded is returned.

    Examples
    --------
    >>> y, sr = load_audio((np.zeros((2, 44100), dtype=np.int16), 44100), duration_s=0.5)
    >>> y.shape, y.dtype, sr
    ((8000,), dtype('float32'), 16000)
    """
    with AudioReader(source, sr=sr, mono=mono, offset_s=offset_s, duration_s=duration_s) as reader:
        blocks = list(reader)
    if reader.warning is not None:
        warnings.warn(f"{reader.name}: {reader.warning}", stacklevel=2)
    if not blocks:
        shape = (0,) if mono or reader.channels == 1 else (reader.channels, 0)
        return np.zeros(shape, np.float32), reader.sr
    return np.concatenate(blocks, axis=-1), reader.sr


def audio_info(source: Source) -> AudioInfo:
    """What a recording's header says, without decoding it.

    Raises
    ------
    AudioError
        If the source cannot be opened.

    Examples
    --------
    >>> audio_info((np.zeros((2, 8000)), 16000))
    AudioInfo(duration_s=0.5, sr=16000, channels=2, format='array')
    """
    decoder, _ = open_decoder(source)
    duration_s = None if decoder.frames is None else decoder.frames / decoder.sr
    info = AudioInfo(duration_s, decoder.sr, decoder.channels, decoder.format)
    decoder.close()
    return info


def write_audio(path: str | os.PathLike[str], y: NDArray[Any], *, sr: int) -> None:
    """Write a recording in one step, as WAV or FLAC (16 bits), Ogg Vorbis or MP3 by its suffix.

    Parameters
    ----------
    path : path-like
        Ends in ``.wav``, ``.flac``, ``.ogg`` or ``.mp3``.
    y : ndarray, shape (n,) or (channels, n)
        Samples, float in [-1, 1] or int PCM. Nothing is clipped or scaled.
    sr : int
        Rate in Hz.

    Raises
    ------
    ValueError
        If the suffix is unknown, or a sample is NaN or beyond [-1, 1].
    OutputError
        If the format does not take this rate or number of channels, or (FLAC, MP3) no samples at
        all; or if the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise ValueError(f"cannot write {suffix!r} files, only {', '.join(_FORMATS)}")
    samples = np.atleast_2d(to_float(np.asarray(y))).T
    peak = np.abs(samples).max(initial=0.0)
    if not peak <= 1.0:
        raise ValueError(f"samples must lie in [-1, 1], the peak is {peak:.3g}: scale y first")
    data = io.BytesIO()
    try:
        with soundfile.SoundFile(data, "w", sr, samples.shape[1], format=_FORMATS[suffix]) as file:
            for i in range(0, len(samples), 1 << 16):
                file.write(np.ascontiguousarray(samples[i : i + (1 << 16)]))
    except soundfile.LibsndfileError as error:
        raise OutputError(
            f"{printable(os.fspath(path))}: {_FORMATS[suffix]} does not take "
            f"{samples.shape[1]} channels at {sr} Hz. Choose another rate or .wav."
        ) from error
    if not data.getvalue():
        raise OutputError(
            f"{printable(os.fspath(path))}: {_FORMATS[suffix]} does not take 0 samples. "
            "Skip the file, or choose .wav."
        )
    write_atomic(path, data.getvalue())
