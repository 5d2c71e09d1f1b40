"""Frames and sound into an MP4 file: H.264 and AAC, by FFmpeg through PyAV (extra ``formats``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from earmark.atomic import written_whole
from earmark.audio import AudioReader
from earmark.errors import EarmarkError
from earmark.render.video.scene import FRAMES_HZ, HEIGHT, WIDTH, Scene

RATES_HZ = (44100, 48000)
"""Of the sound: the first that the song's own divides, or is divided by; else the last."""
AUDIO_BITS = 160_000
_H264 = {"preset": "ultrafast", "crf": "20", "x264-params": "cabac=1:keyint=150:scenecut=0"}
"""What scrolls by whole pixels needs no long search: slower presets take twice the time for files
of two thirds the size. A key frame each 5 s is for seeking."""
_BT709, _LIMITED = 1, 1


def write_film(
    path: str | os.PathLike[str],
    scene: Scene,
    song: str | os.PathLike[str],
    *,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> None:
    """Write a video, whole or not at all.

    Parameters
    ----------
    path : path-like
        The MP4 file.
    scene : Scene
        Its frames.
    song : path-like
        The recording, whose sound is heard: its first two channels, or both the same.
    progress : callable
        Called with the number of frames that are done, and of all.

    Raises
    ------
    AudioError
        If the recording cannot be read.
    EarmarkError
        If this FFmpeg cannot encode H.264 or AAC.
    OutputError
        If the file cannot be written.
    """
    import av

    with written_whole(path) as file, AudioReader(song, sr=_rate(song), mono=False) as reader:
        sink = _Sink(file)
        try:
            with av.open(sink, "w", format="mp4") as container:
                _write(container, scene, reader, progress)
        except av.FFmpegError as error:
            if sink.problem is not None:
                raise sink.problem from error
            raise EarmarkError(f"{os.fspath(path)}: cannot be encoded ({error})") from error


class _Sink:
    """A file for FFmpeg, which tells that writing failed, but not why."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell
        self.problem: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.problem = self.problem or error
            raise


def _write(
    container: Any, scene: Scene, reader: AudioReader, progress: Callable[[int, int], None]
) -> None:
    import av

    try:
        picture = container.add_stream("libx264", rate=FRAMES_HZ, options=_H264)
        sound = container.add_stream("aac", rate=reader.sr, layout="stereo")
    except ValueError as error:  # PyAV's of an unknown codec
        raise EarmarkError(
            f"this FFmpeg cannot encode H.264 or AAC ({error}); PyAV from PyPI can"
        ) from error
    _describe(picture, sound)
    frames = _frames(scene, progress)
    at = 0
    for block in reader:
        stereo = _stereo(block)
        frame = av.AudioFrame.from_ndarray(stereo, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = reader.sr, at, Fraction(1, reader.sr)
        container.mux(sound.encode(frame))
        at += stereo.shape[1]
        _film(container, picture, frames, until=at / reader.sr)
    _film(container, picture, frames, until=float("inf"))
    container.mux(sound.encode(None))
    container.mux(picture.encode(None))


def _film(container: Any, stream: Any, frames: Iterator[Any], *, until: float) -> None:
    """Encode the frames up to a time, so that picture and sound lie side by side in the file."""
    for frame in frames:
        container.mux(stream.encode(frame))
        if frame.pts + 1 >= until * FRAMES_HZ:
            return


def _frames(scene: Scene, progress: Callable[[int, int], None]) -> Iterator[Any]:
    import av

    for number in range(scene.count):
        frame = av.VideoFrame.from_ndarray(scene.frame(number), format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_HZ)
        yield frame
        if number % FRAMES_HZ == FRAMES_HZ - 1:
            progress(number + 1, scene.count)
    progress(scene.count, scene.count)


def _describe(picture: Any, sound: Any) -> None:
    """Sizes, rates, and which colours the numbers mean."""
    picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context = picture.codec_context
    context.time_base = Fraction(1, FRAMES_HZ)
    context.color_range, context.colorspace = _LIMITED, _BT709
    context.color_primaries = context.color_trc = _BT709
    sound.bit_rate = AUDIO_BITS


def _rate(song: str | os.PathLike[str]) -> int:
    from earmark.audio import audio_info

    own = audio_info(Path(song)).sr
    return next((hz for hz in RATES_HZ if hz % own == 0 or own % hz == 0), RATES_HZ[-1])


def _stereo(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two channels in [-1, 1], shape (2, n)."""
    both = np.atleast_2d(block)
    pair = np.repeat(both, 2, axis=0) if len(both) == 1 else both[:2]
    return np.ascontiguousarray(pair.clip(-1, 1))
