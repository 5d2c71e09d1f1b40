"""The decoder for WAV, FLAC, Ogg, Opus and MP3: libsndfile, and FFmpeg beyond a damaged place."""

from __future__ import annotations

import io
import os
import re
from typing import Any, BinaryIO

import numpy as np
import soundfile

from earmark.audio.hush import hushed
from earmark.audio.mp3 import corrected
from earmark.audio.samples import Decoder, Samples
from earmark.errors import AudioError

_STREAMED_BYTES = 0x7FFF0000
_MP3_FRAME = 1152


class SoundfileDecoder:
    """What libsndfile knows.

    A plain file is read through its descriptor: a Python file object would need the interpreter's
    lock for each MP3 frame, and threads would wait for one another.

    libsndfile stops where an MP3 or FLAC file is damaged. From there FFmpeg reads on, if PyAV is
    installed; silence stands for what is lost, so that what follows keeps its time. (An excerpt
    that starts beyond the damage of an MP3 cannot know of it, and is off by what is lost.)
    """

    def __init__(self, file: BinaryIO, *, owned: bool) -> None:
        self._source, self._owned = file, owned
        self._size = file.seek(0, os.SEEK_END)
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
        self._rest: Decoder | None = None

    @property
    def lost(self) -> int:
        """Samples of silence beyond the damaged place."""
        return 0 if self._rest is None else self._rest.lost

    def _open(self) -> Any:
        """The file from its start."""
        if isinstance(self._target, int):
            os.lseek(self._target, 0, os.SEEK_SET)
        else:
            self._target.seek(0)
        with hushed():
            return soundfile.SoundFile(self._target, closefd=False)

    def _stated_length(self, has_length: bool) -> tuple[int | None, str | None]:
        """Samples by the header, which libsndfile corrects in WAV and Ogg and notes in its log."""
        log, frames = self._file.extra_info, self._file.frames
        if "lacks an end-of-stream" in log:
            return None, "truncated"
        data = re.search(r"(?:data|SSND) : (\d+) \(should be (\d+)\)", log)
        if data is not None and int(data[1]) < _STREAMED_BYTES:
            frames = round(frames * int(data[1]) / max(1, int(data[2])))
        return frames if has_length else None, None

    def seek(self, frame: int) -> None:
        """Go to a sample; beyond the end, to the end."""
        frame = min(frame, self._file.frames)
        if self._sought(frame):
            self.position = frame
            return
        self._close()
        self._file, self._rest, self.position = self._open(), None, 0
        while self.position < frame:
            n = min(self.sr, frame - self.position)
            if len(self.read(n)) < n:
                break

    def _sought(self, frame: int) -> bool:
        """Whether libsndfile could go there; damage between here and there keeps it from it."""
        try:
            with hushed():
                return self._rest is None and self._file.seek(frame) == frame
        except soundfile.LibsndfileError:
            return False

    def read(self, n: int) -> Samples:
        """The next samples, fewer than ``n`` at the end only."""
        if self._rest is not None:
            return self._read_rest(n)
        if len(self._buffer) < n:
            self._buffer = np.empty((n, self.channels), np.float32)
        with hushed():
            try:
                x: Samples = self._file.read(out=self._buffer[:n])
            except soundfile.LibsndfileError:
                x = self._buffer[: self._before_damage(n)]
            else:
                self.position += len(x)
                return x
        self.position += len(x)
        if self._source.tell() >= self._size:
            self.damage = "truncated"
            return x
        self.damage = f"damaged at {self.position / self.sr:.1f} s"
        self._rest = self._opened_rest()
        return x if self._rest is None else np.concatenate([x, self._read_rest(n - len(x))])

    def _before_damage(self, n: int) -> int:
        """How many of ``n`` samples libsndfile can decode; they lie in the buffer.

        It tells with FLAC. With MP3 it does not: they are read again, frame by frame.
        """
        done: int = self._file.tell() - self.position
        if done:
            return done
        try:
            self._file.seek(self.position)
            for at in range(0, n, _MP3_FRAME):
                done += len(self._file.read(out=self._buffer[at : min(n, at + _MP3_FRAME)]))
        except soundfile.LibsndfileError:
            pass
        return done

    def _opened_rest(self) -> Decoder | None:
        """FFmpeg at the damaged place, if it is there and knows what is lost."""
        if self._file.format not in ("MP3", "FLAC"):
            return None
        try:
            from earmark.audio.decoding_av import AvDecoder

            rest = AvDecoder(self._source, "the damaged file", owned=False)
        except (ImportError, AudioError):
            return None
        if (rest.sr, rest.channels) != (self.sr, self.channels):
            rest.close()
            return None
        rest.seek(self.position)
        return rest

    def _read_rest(self, n: int) -> Samples:
        """From FFmpeg, up to the stated end: it does not cut an encoder's padding after damage."""
        assert self._rest is not None
        x = self._rest.read(n if self.frames is None else min(n, self.frames - self.position))
        self.position += len(x)
        return x

    def _close(self) -> None:
        self._file.close()
        if self._rest is not None:
            self._rest.close()

    def close(self) -> None:
        """Close what this decoder opened."""
        self._close()
        if self._owned:
            self._source.close()
