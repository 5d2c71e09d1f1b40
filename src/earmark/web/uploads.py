"""Recordings that are sent: onto the disk as they come, believed only when they can be decoded."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earmark.atomic import sweep
from earmark.audio import AudioReader, audio_info
from earmark.errors import AudioError
from earmark.store import songs
from earmark.store.songs import UPLOAD
from earmark.web.answers import Json, RefusedError
from earmark.web.library import Library, shown
from earmark.web.session import Session

STALL_S = 30.0
"""An upload of which nothing came for so long is given up."""
WHOLE_S = 3600.0
"""And one that is not done by then."""
CHUNK_BYTES = 1 << 20
CHECKED_S = 5.0
"""How much of its start must make sense."""
MAX_CHANNELS = 64
MAX_SR = 768_000
MAX_NAME = 160
_CHANCE = re.compile(r"[0-9a-f]{24}")
"""What an upload's file is called (:func:`_enter`)."""
_FULL = "The disk is full: the file was not kept. Free some space, and send it again."


async def upload(request: Request) -> Response:
    """Take a recording in."""
    session: Session = request.app.state.session
    limit = session.settings.max_upload_bytes
    told = request.headers.get("content-length", "")
    size = int(told) if re.fullmatch(r"[0-9]{1,18}", told) else 0
    if size > limit:
        raise _too_large(limit)
    name = clean(request.query_params.get("name", ""))
    folder = session.library.uploads
    temporary = await run_in_threadpool(_begin, folder, size)
    try:
        await _receive(request, temporary, limit)
        loop = asyncio.get_running_loop()
        duration_s = await loop.run_in_executor(session.quick, checked, temporary, name)
        number = await run_in_threadpool(_enter, session, temporary, name, duration_s)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    row = await run_in_threadpool(session.told, number)
    session.events.tell("song", row, about=number)
    return Json({"id": number, "row": row}, status_code=201)


def clean(name: str) -> str:
    r"""A name that is one, and names no folder.

    Examples
    --------
    >>> clean("../../etc/<b>a\n.mp3"), clean("C:\\Music\\a.mp3"), clean("..")
    ('<b>a .mp3', 'a.mp3', 'recording')
    """
    last = shown(name).replace("\\", "/").rpartition("/")[2].strip()
    if last.strip(". ") == "":
        return "recording"
    if len(last) > MAX_NAME:
        suffix = PurePosixPath(last).suffix[:12]
        last = last[: MAX_NAME - len(suffix)] + suffix
    return last


def checked(path: Path, name: str) -> float | None:
    """Length in seconds by its header (None: it does not tell) of what is a recording.

    Raises
    ------
    RefusedError
        415 if its start cannot be decoded.
    """
    try:
        info = audio_info(path)
        if info.channels > MAX_CHANNELS or not 0 < info.sr <= MAX_SR:
            raise AudioError(f"{name}: {info.channels} channels at {info.sr} Hz are no recording.")
        with AudioReader(path, duration_s=CHECKED_S) as reader:
            heard = sum(len(block) for block in reader)
        if not heard:
            raise AudioError(f"{name}: holds no sound at all.")
    except AudioError as error:
        raise RefusedError(415, str(error).replace(os.fspath(path), name)) from None
    except (OSError, MemoryError, OverflowError, ValueError) as error:
        raise RefusedError(415, f"{name}: cannot be read as a recording.") from error
    return info.duration_s


def sweep_uploads(library: Library) -> None:
    """Remove what uploads that were killed half-way left behind, and list what is not known.

    A recording that the database does not know is never removed: the database may be a new one, or
    an older copy.
    """
    sweep(library.uploads)
    songs.find_uploads(library.db, _lying)


def _lying(folder: Path) -> list[tuple[Path, str]]:
    """The uploads in a folder; what they were called is not known any more."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:  # nobody has sent anything yet
        return []
    return [
        (path, f"recording {path.name[:6]}")
        for path in paths
        if _CHANCE.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    ]


def _begin(folder: Path, size: int) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < size:
            raise RefusedError(507, _FULL)
    except OSError as error:
        raise RefusedError(507, f"Nothing can be kept in {folder} ({error.strerror}).") from error
    return folder / f".earmark-{secrets.token_hex(8)}"


async def _receive(request: Request, path: Path, limit: int) -> None:
    """The body into a file, a megabyte at a time, off the loop that answers others."""
    size, held = 0, bytearray()
    stream = request.stream()
    try:
        async with asyncio.timeout(WHOLE_S):
            while True:
                async with asyncio.timeout(STALL_S):
                    chunk = await anext(stream, None)
                if chunk is None:
                    break
                held += chunk
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                if len(held) >= CHUNK_BYTES:
                    await run_in_threadpool(_append, path, bytes(held))
                    held.clear()
            await run_in_threadpool(_append, path, bytes(held))
    except TimeoutError:
        raise RefusedError(
            408, "The upload stood still, and was given up; send it again."
        ) from None


def _append(path: Path, data: bytes) -> None:
    try:
        with path.open("ab") as file:
            file.write(data)
    except OSError as error:
        raise RefusedError(507, _FULL) from error


def _enter(session: Session, temporary: Path, name: str, duration_s: float | None) -> int:
    """The song's number, once it is in the list."""
    path = temporary.with_name(secrets.token_hex(12))
    with session.db.change():  # two of one name that come at once get two names
        taken = {s.name for s in songs.below(session.db, None)}
        songs_name = _free(name, taken)
        temporary.replace(path)
        try:
            songs.add(session.db, [(path, songs_name)], kind=UPLOAD)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    song = songs.at(session.db, path)
    assert song is not None
    if duration_s is not None:
        songs.set_duration(session.db, song.id, duration_s)
    return song.id


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where it is taken: ``song (2).mp3``."""
    if name not in taken:
        return name
    path = PurePosixPath(name)
    return next(
        other
        for i in range(2, len(taken) + 3)
        if (other := f"{path.stem} ({i}){path.suffix}") not in taken
    )


def _too_large(limit: int) -> RefusedError:
    return RefusedError(413, f"The file is larger than {limit / 2**20:,.0f} MB (--max-upload).")


ROUTES = [Route("/api/uploads", upload, methods=["POST"])]
