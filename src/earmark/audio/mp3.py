"""What libsndfile must be told about an MP3's length, so that it neither stops early nor complains.

An MP3 has no length of its own. Most encoders write one into a first frame without sound (a "Xing"
or "Info" header: number of frames, number of bytes). Two cases need help:

* no such header: libsndfile guesses a length from the first frame and stops there, which can lose
  more than half of a file of varying bit rate. :func:`corrected` makes the file look longer, and
  reading stops at the real end;
* a header whose number of bytes does not fit the file, as in a truncated one: mpg123 prints a
  warning to standard error, and libsndfile cannot stop it. :func:`corrected` shows one that fits.
"""

from __future__ import annotations

import os
from typing import BinaryIO

_STRETCH = 64
_TAGS = (b"Xing", b"Info")


def corrected(file: BinaryIO) -> tuple[BinaryIO | _Mp3, bool]:
    """A file as libsndfile should see it, and whether it states its own length.

    Parameters
    ----------
    file : binary file
        Seekable, of any format; its position is changed.

    Returns
    -------
    file : binary file
        The same object unless it is an MP3 that needs help.
    has_length : bool
        False for an MP3 without a number of frames.

    Examples
    --------
    >>> import io
    >>> wav = io.BytesIO(b"RIFF....WAVE")
    >>> corrected(wav) == (wav, True)
    True
    """
    size = file.seek(0, os.SEEK_END)
    start = _after_id3(file)
    file.seek(start)
    frame = file.read(256)
    file.seek(0)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return file, True
    tag = max(frame.find(tag, 0, 64) for tag in _TAGS)
    flags = frame[tag + 7] if 0 <= tag < len(frame) - 16 else 0
    if not flags & 1:
        return _Mp3(file, length=size * _STRETCH), False
    stated = int.from_bytes(frame[tag + 12 : tag + 16], "big")
    if flags & 2 and abs(stated - (size - start)) > 0.005 * size:
        patch = (size - start).to_bytes(4, "big")
        return _Mp3(file, length=size, patch=patch, patch_at=start + tag + 12), True
    return file, True


def _after_id3(file: BinaryIO) -> int:
    """Where an ID3v2 tag ends (0 without one); its size is four bytes of seven bits."""
    file.seek(0)
    head = file.read(10)
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte & 0x7F
    return 10 + size


class _Mp3:
    """A view of a file with another length and four bytes replaced."""

    def __init__(
        self, file: BinaryIO, *, length: int, patch: bytes = b"", patch_at: int = 0
    ) -> None:
        self._file, self._length = file, length
        self._patch, self._patch_at = patch, patch_at

    def read(self, n: int) -> bytes:
        at = self._file.tell()
        data = bytearray(self._file.read(n))
        for i, byte in enumerate(self._patch, start=self._patch_at - at):
            if 0 <= i < len(data):
                data[i] = byte
        return bytes(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END and offset == 0:
            return self._file.seek(self._length)
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):  # before the start, which junk makes libsndfile ask for
            return self._file.tell()

    def tell(self) -> int:
        return self._file.tell()
