"""Recordings as lossy codecs leave them, by FFmpeg (extra ``formats``)."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from earmark.errors import DataError, how_to_install

Samples = NDArray[np.float32]

_ENCODERS = {"mp3": ("mp3", "libmp3lame", "fltp"), "aac": ("adts", "aac", "fltp")}
"""Container, encoder and sample format."""
_RATES = {"mp3": 44100, "aac": 44100}
_BLOCK = 1 << 15


def parse_codec(text: str) -> tuple[str, int]:
    """A codec's name and its bit rate in bit/s, of such as ``"mp3 48"``.

    Raises
    ------
    ValueError
        If it is not a known codec and a rate from 8 to 320 kbit/s.

    Examples
    --------
    >>> parse_codec("mp3 48")
    ('mp3', 48000)
    """
    name, _, rate = str(text).partition(" ")
    if name not in _ENCODERS or not rate.isdigit() or not 8 <= int(rate) <= 320:
        raise ValueError(
            f"a codec is one of {', '.join(_ENCODERS)} and kbit/s from 8 to 320, such as "
            f"'mp3 48': {text!r}"
        )
    return name, 1000 * int(rate)


def through_codec(y: Samples, *, sr: int, codec: str) -> Samples:
    """Encode and decode again.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Samples in [-1, 1].
    sr : int
        Their rate in Hz.
    codec : str
        Such as ``"mp3 48"``: name and kbit/s.

    Returns
    -------
    ndarray, shape (n,)
        At the same rate, the encoder's delay taken out.

    Raises
    ------
    DataError
        If PyAV is not installed, or cannot encode this.
    ValueError
        If the codec is not known.
    """
    name, bit_rate = parse_codec(codec)
    try:
        import av
    except ImportError as error:
        raise DataError(
            f"the codec {codec} needs PyAV, which is not installed: {how_to_install('formats')}"
        ) from error
    if not len(y):
        return y
    container, encoder, layout = _ENCODERS[name]
    data = io.BytesIO()
    try:
        with av.open(data, "w", format=container) as output:
            stream = output.add_stream(encoder, rate=_RATES[name], layout="mono")
            stream.bit_rate = bit_rate
            resampler = av.AudioResampler(format=layout, layout="mono", rate=_RATES[name])
            for start in range(0, len(y), _BLOCK):
                block = np.ascontiguousarray(y[None, start : start + _BLOCK])
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                frame.sample_rate = sr
                for part in resampler.resample(frame):
                    output.mux(stream.encode(part))
            for part in resampler.resample(None):
                output.mux(stream.encode(part))
            output.mux(stream.encode(None))
        data.seek(0)
        with av.open(data) as given:
            back = av.AudioResampler(format="fltp", layout="mono", rate=sr)
            parts = [
                part.to_ndarray()[0]
                for frame in (*given.decode(audio=0), None)
                for part in back.resample(frame)
            ]
    except av.FFmpegError as error:
        raise DataError(f"cannot go through the codec {codec} ({error})") from error
    out = np.concatenate(parts).astype(np.float32)
    late = _delay(y, out, sr)
    out = out[late:] if late >= 0 else np.pad(out, (-late, 0))
    return np.pad(out, (0, max(0, len(y) - len(out))))[: len(y)]


def _delay(y: Samples, out: Samples, sr: int) -> int:
    """Samples by which the encoder is late, by correlation of loud 10 s; at most 0.15 s."""
    whole = min(len(y), len(out))
    n = min(whole, 10 * sr)
    starts = np.arange(0, whole - n + 1, sr)
    at = int(max(starts, key=lambda start: float(np.square(y[start : start + n]).sum())))
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(out[at : at + n], size) * np.conj(np.fft.rfft(y[at : at + n], size))
    most = int(0.15 * sr)
    correlation = np.fft.irfft(spectrum, size)
    shifts = np.r_[0:most, -most:0]
    return int(shifts[np.argmax(correlation[shifts])])
