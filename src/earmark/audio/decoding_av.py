"""The decoder for what libsndfile does not know: m4a, aac, wma, webm, video (extra ``formats``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import numpy as np

from earmark.audio.samples import Samples, to_float
from earmark.errors import AudioError

_PRE_ROLL_S = 1.0
_ALONE = {"protocol_whitelist": "none"}
"""A file is read and nothing else: some formats (ffconcat, HLS, SDP) name other files, or hosts."""


class AvDecoder:
    """The first audio stream of a file, decoded by FFmpeg.

    MP4 files (m4a, mp4, mov) are sought, since their time stamps count samples. Those of other
    containers are rounded, so an excerpt of them is reached by decoding what lies before it.
    Silence stands for what is damaged, so that what follows keeps its time.
    """

    def __init__(self, file: BinaryIO, name: str, *, owned: bool) -> None:
        self._file, self._name, self._owned = file, name, owned
        self.damage: str | None = None
        self._begin()
        self.sr = int(self._first.sample_rate)
        self.channels = int(self._first.layout.nb_channels)
        self.format = f"{self._container.format.name.split(',')[0]} {self._stream.codec.name}"
        self.frames = self._stated_length()
        self._pending = self._samples(self._first)

    def _begin(self) -> None:
        """Open the file and decode its first frame."""
        name = self._name
        self._file.seek(0)
        try:
            self._container: Any = av.open(
                self._file, mode="r", metadata_errors="ignore", options=_ALONE
            )
        except av.FFmpegError as error:
            raise AudioError(
                f"{name}: no audio format that libsndfile or FFmpeg knows ({error.strerror}). "
                "Is it a recording, and is it whole?"
            ) from error
        if not self._container.streams.audio:
            self._container.close()
            raise AudioError(f"{name}: holds no audio stream.")
        self._stream: Any = self._container.streams.audio[0]
        if self._container.format.name == "flac":  # else damage sounds as noise
            self._stream.codec_context.options = {"err_detect": "crccheck+explode"}
        self.position = self.lost = 0
        self._frames = self._decoded()
        first = next(self._frames, None)
        while isinstance(first, int):
            self.damage, first = "damaged at 0.0 s", next(self._frames, None)
        if first is None:
            self._container.close()
            raise AudioError(f"{name}: nothing could be decoded. Copy it again.")
        self._first: Any = first

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
        """Frames of the stream; a number stands for that many samples that are lost.

        FLAC tells how many by its next time stamp. Of an MP3, what lies between two good frames
        comes as a packet of any size, which tells. Elsewhere a packet is a frame.
        """
        name = self._container.format.name
        end = self._stream.duration if name == "flac" else None
        head = length = whole = size = 0
        for packet in self._packets():
            if packet is None:
                yield 0
                return
            try:
                frames = packet.decode()
            except av.FFmpegError:
                several = packet.size * whole / size if name == "mp3" and whole else 1
                yield 0 if end else length * max(1, round(several))
                continue
            whole, size = whole + 1, size + packet.size
            for frame in frames:
                if end and length and head < (frame.pts or 0) <= end:
                    yield frame.pts - head
                yield frame
                length = frame.samples
                head = (head if frame.pts is None else frame.pts) + length

    def _packets(self) -> Iterator[Any]:
        """Packets of the stream; None where FFmpeg gives up."""
        try:
            yield from self._container.demux(self._stream)
        except av.FFmpegError:
            yield None

    def _samples(self, frame: Any) -> Samples:
        """A frame's samples; silence for those that are lost."""
        if isinstance(frame, int):
            return np.zeros((frame, self.channels), np.float32)
        pcm = frame.to_ndarray()
        return to_float(pcm.T if frame.format.is_planar else pcm.reshape(-1, self.channels))

    def seek(self, frame: int) -> None:
        """Go to a sample; beyond the end, to the end."""
        start_s = frame / self.sr - _PRE_ROLL_S
        if frame >= self.position and (start_s <= 0 or not self._counts_samples):
            return self._skip_to(frame)
        if start_s <= 0 or not self._counts_samples:
            # from the start anew: a decoder that was sought there lacks what the first frame
            # of some codecs is added to, and tells 23 ms of it wrongly
            self._container.close()
            self._begin()
            self._pending = self._samples(self._first)
            return self._skip_to(frame)
        zero = self._first.pts
        self._container.seek(zero + int(start_s / self._stream.time_base), stream=self._stream)
        self._frames = self._decoded()
        self.lost = 0
        first = next((f for f in self._frames if not isinstance(f, int)), None)
        if first is None:
            self._pending, self.position = np.empty((0, self.channels), np.float32), frame
            return None
        at_s = float((first.pts - zero) * self._stream.time_base)
        self._pending, self.position = self._samples(first), round(at_s * self.sr)
        return self._skip_to(frame)

    def _skip_to(self, frame: int) -> None:
        while self.position < frame and len(self.read(min(self.sr, frame - self.position))):
            pass

    def read(self, n: int) -> Samples:
        """The next samples, fewer than ``n`` at the end only."""
        parts, have = [self._pending], len(self._pending)
        while have < n and (frame := next(self._frames, self)) is not self:
            if isinstance(frame, int):
                self.damage = self.damage or f"damaged at {(self.position + have) / self.sr:.1f} s"
                self.lost += frame
            parts.append(self._samples(frame))
            have += len(parts[-1])
        x = np.concatenate(parts)
        self._pending = x[n:]
        self.position += len(x[:n])
        return x[:n]

    def close(self) -> None:
        self._container.close()
        if self._owned:
            self._file.close()
