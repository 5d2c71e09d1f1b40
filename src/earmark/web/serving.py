"""The server as a process: a free port, a token where one is needed, a clean end."""

from __future__ import annotations

import errno
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Protocol

import uvicorn

from earmark.errors import EarmarkError
from earmark.web.app import App
from earmark.web.guard import LOOPBACK
from earmark.web.session import Settings, workers

TRIES = 20
"""Ports after the one that is wanted; then any that is free."""
MOST = 256
"""Connections at a time."""
LAST_WORDS_S = 3
"""How long answers under way may take at the end."""


class Opened(Protocol):
    """What is called once the page can be opened."""

    def __call__(self, address: str, *, here: str, moved: bool, guarded: bool) -> None:
        """Tell ``address`` (``here``: the same as a browser on this machine finds it).

        ``moved``: another port was taken than asked for; ``guarded``: the address holds a token.
        """


def serve(
    folder: Path | None, *, host: str, port: int, max_upload_bytes: int, opened: Opened
) -> None:
    """Serve the page until Ctrl-C or SIGTERM.

    Parameters
    ----------
    folder : Path or None
        Whose songs are shown.
    host : str
        Where to listen; beyond this machine visitors need a token.
    port : int
        The first choice; 0 is any that is free.
    max_upload_bytes : int
    opened : callable
        ``opened(address, here=..., moved=..., guarded=...)``, once the page answers.

    Raises
    ------
    EarmarkError
        If nothing can be bound there, or what is kept cannot be opened.
    """
    listening = bind(host, port)
    token = None if host in LOOPBACK else secrets.token_urlsafe(24)
    app = App(
        Settings(
            folder=folder,
            host=host,
            token=token,
            max_upload_bytes=max_upload_bytes,
            workers=workers(),
        )
    )
    bound = listening.getsockname()[1]
    query = "" if token is None else f"?token={token}"
    everywhere = host in ("0.0.0.0", "::")
    address = _address(socket.gethostname() if everywhere else host, bound) + query
    here = _address("127.0.0.1" if host == "0.0.0.0" else "::1", bound) + query
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=LAST_WORDS_S,
        limit_concurrency=MOST,
    )
    server = _Server(config, app)
    server.ready = lambda: opened(
        address,
        here=here if everywhere else address,
        moved=port not in (0, bound),
        guarded=token is not None,
    )
    try:
        server.run([listening])
        raise KeyboardInterrupt("the page is closed; all labels are kept")
    finally:
        app.close()
        listening.close()


def bind(host: str, port: int) -> socket.socket:
    """A socket at the port, or where that is taken at one of the next, or at any.

    Raises
    ------
    EarmarkError
        If the host is none of this machine's.
    """
    wanted = [port] if port == 0 else [*range(port, min(port + TRIES, 65536)), 0]
    try:
        family, kind, *_, where = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise EarmarkError(f"{host}: no name of this machine; leave out --host.") from error
    for number in wanted:
        # asyncio sends without delay only what it knows to be TCP; else answers take 40 ms more
        listening = socket.socket(family, kind, socket.IPPROTO_TCP)
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((where[0], number, *where[2:]))
            listening.listen(256)  # where another listens already, this tells
        except OSError as error:
            listening.close()
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                continue
            raise EarmarkError(f"{host}: cannot be listened at ({error.strerror}).") from error
        return listening
    raise EarmarkError(f"{host}: no port is free.")


def _address(name: str, port: int) -> str:
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


class _Server(uvicorn.Server):
    """uvicorn's, which says when it is ready, and ends the streams of news at a signal."""

    def __init__(self, config: uvicorn.Config, app: App) -> None:
        super().__init__(config)
        self._app = app
        self.ready: Callable[[], object] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._app.session.events.close()
        self._captured_signals.clear()  # it is told below, as every command tells it
