"""What all pages share: head, style, a policy that forbids the network, and how texts are put."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from importlib.resources import files

from earmark.audio.decoding import printable


def framed(title: str, body: str, *, script: str = "", media: str = "'none'") -> str:
    """A whole page.

    Parameters
    ----------
    title : str
        Its title, as a text.
    body : str
        HTML.
    script : str
        What runs in it; nothing else may.
    media : str
        Where sounds may come from, as a Content-Security-Policy has it.
    """
    style = asset("style.css")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        f"img-src data:; media-src {media}; base-uri 'none'; form-action 'none'"
    )
    run = f"<script>{script}</script>\n" if script else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="earmark">\n'
        f"<title>{text(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n{run}</body>\n</html>\n"
    )


def text(value: object) -> str:
    """A text that is no markup, in an element or an attribute, whatever a name's bytes are.

    Examples
    --------
    >>> text('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(printable(value))


def minutes(time_s: float) -> str:
    """A time as people read it.

    Examples
    --------
    >>> minutes(83.46), minutes(3723)
    ('1:23.5', '1:02:03.0')
    """
    tenths = round(time_s * 10)
    seconds, tenth = divmod(tenths, 10)
    hours, rest = divmod(seconds, 3600)
    first = f"{hours}:{rest // 60:02d}" if hours else f"{rest // 60}"
    return f"{first}:{rest % 60:02d}.{tenth}"


@cache
def asset(name: str) -> str:
    """A file that lies beside this one."""
    return (files(__package__) / name).read_text("utf-8")


def _digest(code: str) -> str:
    if not code:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
