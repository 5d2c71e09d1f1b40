"""``earmark serve``: the page on which songs are heard, seen, corrected and taught."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.console import caution, out
from earmark.errors import EarmarkError, how_to_install


def command(
    folder: Annotated[
        Path | None, typer.Argument(help="Whose songs are shown, subfolders included.")
    ] = None,
    *,
    host: Annotated[
        str, typer.Option(help="Where to listen; another than this machine's own needs a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="If it is taken, another is chosen.")
    ] = 8000,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Open no browser; print the address only.")
    ] = False,
    max_upload: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Largest file that may be dropped in.")
    ] = 2048,
) -> None:
    """Open a page to hear, see and correct what is found, and to teach it.

    Nothing leaves this machine. Corrections are kept as they are made; recordings are never
    written. Ctrl-C ends it.
    """
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise EarmarkError(f"the page needs the extra 'web': {how_to_install('web')}") from None
    if folder is not None and not folder.is_dir():
        lacking = "a file; name its folder" if folder.exists() else "no such folder"
        raise typer.BadParameter(f"{folder}: {lacking}", param_hint="FOLDER")
    from earmark.web.serving import serve

    def opened(address: str, *, here: str, moved: bool, guarded: bool) -> None:
        if moved:
            caution(f"port {port} is taken; another was chosen")
        if guarded:
            caution("other machines can reach this page; whoever has this address may use it:")
        out.print(f"earmark is at {address}", markup=False, soft_wrap=True)
        songs = "drop songs into it" if folder is None else f"it shows the songs of {folder}"
        out.print(f"{songs}; Ctrl-C ends it", markup=False, soft_wrap=True)
        if not no_browser:
            import webbrowser

            webbrowser.open(here)

    serve(folder, host=host, port=port, max_upload_bytes=max_upload << 20, opened=opened)
