"""The decoder for what libsndfile does not know: m4a, aac, wma, webm, video (extra ``formats``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import numpy as np

from earmark.audio.decoding import Samples, to_float
from earmark.errors import AudioError

_PRE_ROLL_S = 1.0


class AvDecoder:
    """The first audio stream of a file, decoded by FFmpeg.

    MP4 files (m4a, mp4, mov) are sought, since their time stamps count samples. Those of other
    containers are rounded, so an excerpt of them is reached by decoding what lies before it.
    """

    def __init__(self, file: BinaryIO, name: str, *, owned: bool) -> None:
        file.seek(0)
        self._owned = file if owned else None
        try:
            self._container: Any = av.open(file, metadata_errors="ignore")
        except av.FFmpegError as error:
            raise AudioError(
                f"{name}: no audio format that libsndfile or FFmpeg knows ({error.strerror}). "
                "Is it a recording, and is it whole?"
            ) from error
        if not self._container.streams.audio:
            self._container.close()
            raise AudioError(f"{name}: holds no audio stream.")
        self._stream: Any = self._container.streams.audio[0]
        self.damage: str | None = None
        self._frames = self._decoded()
        self._first: Any = next((f for f in self._frames if f is not None), None)
        if self._first is None:
            self._container.close()
            raise AudioError(f"{name}: nothing could be decoded ({self.damage or 'no frames'}).")
        self.sr = int(self._first.sample_rate)
        self.channels = int(self._first.layout.nb_channels)
        self.format = f"{self._container.format.name.split(',')[0]} {self._stream.codec.name}"
        self.frames = self._stated_length()
        self.position = 0
        self._pending = self._samples(self._first)

    @property
    def _counts_samples(self) -> bool:
        """Whether time stamps are exact."""
        return "mp4" in self._container.format.name and self._first.pts is not None

    def _stated_length(self) -> int | None:
        """Samples by the header; None where FFmpeg would guess or mean another stream."""
        if self._counts_samples and self._stream.duration is not None:
            return int(self._stream.duration * self._stream.time_base * self.sr)
        alone = len(self._container.streams) == 1
        timed = self._container.format.name.startswith(("matroska", "asf"))
        duration = self._container.duration
        return int(duration * self.sr / 1e6) if alone and timed and duration else None

    def _decoded(self) -> Iterator[Any]:
        """Frames of the stream; None stands for a packet that is damaged."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError as error:
                self.damage = f"damaged: {error.strerror}"
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.FFmpegError as error:
                self.damage = f"damaged: {error.strerror}"
                yield None

    def _samples(self, frame: Any) -> Samples:
        """A frame's samples; silence for a damaged one, so that what follows keeps its time."""
        if frame is None:
            return np.zeros((self._first.samples, self.channels), np.float32)
        pcm = frame.to_ndarray()
        return to_float(pcm.T if frame.format.is_planar else pcm.reshape(-1, self.channels))

    def seek(self, frame: int) -> None:
        """Go to a sample; beyond the end, to the end."""
        if not self._counts_samples and frame >= self.position:
            return self._skip_to(frame)
        start = max(0.0, frame / self.sr - _PRE_ROLL_S) if self._counts_samples else 0.0
        zero = self._first.pts or 0
        self._container.seek(zero + int(start / self._stream.time_base), stream=self._stream)
        self._frames = self._decoded()
        first = next((f for f in self._frames if f is not None), None)
        if first is None:
            self._pending, self.position = np.empty((0, self.channels), np.float32), frame
            return None
        at = float((first.pts - zero) * self._stream.time_base) if self._counts_samples else 0.0
        self._pending, self.position = self._samples(first), round(at * self.sr)
        return self._skip_to(frame)

    def _skip_to(self, frame: int) -> None:
        while self.position < frame and len(self.read(min(self.sr, frame - self.position))):
            pass

    def read(self, n: int) -> Samples:
        """The next samples, fewer than ``n`` at the end only."""
        parts, have = [self._pending], len(self._pending)
        while have < n and (frame := next(self._frames, self)) is not self:
            parts.append(self._samples(frame))
            have += len(parts[-1])
        x = np.concatenate(parts)
        self._pending = x[n:]
        self.position += len(x[:n])
        return x[:n]

    def close(self) -> None:
        self._container.close()
        if self._owned is not None:
            self._owned.close()
