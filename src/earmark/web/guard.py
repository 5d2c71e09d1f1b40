"""Who may ask: stands before every route, and before the page's own files.

A server on one's own machine can be reached by every site that one's browser visits. So the name
by which it was called (Host) must be one of ours, since a foreign name may have been pointed at us
(DNS rebinding); a request that says where it comes from (Origin, Sec-Fetch-Site) must come from
our own page; and what changes something needs a header that no foreign form can send. Whoever may
be reached from other machines asks for a token as well.

The page may run our scripts only, none that stands in its text, and may be framed by nobody.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import re
import socket
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earmark.web.answers import error

COOKIE = "earmark_token"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
_READING = ("GET", "HEAD")

log = logging.getLogger("earmark.web")


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    app : ASGI application
    host : str
        What the server is bound to.
    token : str or None
        What must be shown; None: nothing (on loopback).
    """

    def __init__(self, app: ASGIApp, *, host: str, token: str | None) -> None:
        self._app, self._token = app, token
        self._names = _names(host)
        self._any_address = host not in LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks WebSocket
            await send({"type": "websocket.close", "code": 1008})
            return

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            refusal = self._refusal(scope)
            await (refusal or self._app)(scope, receive, answered)
        except ClientDisconnect:
            pass
        except Exception as trouble:  # a mistake of ours: told once, and never to a stranger
            log.error(
                "%s %r: unexpected %s: %s",
                *(scope["method"], scope["path"], type(trouble).__name__, trouble),
            )

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """What to answer to a request that is not let through."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return error(403, "earmark answers under its own address only: use the one it printed.")
        own = f"{scope['scheme']}://{hosts[0]}".lower()
        origins = headers.getlist("origin")
        if len(origins) > 1 or (origins and origins[0].lower() != own):
            return error(403, "Another site asked for this, which is not allowed.")
        if not self._from_here(scope, headers):
            return error(403, "Another site asked for this, which is not allowed.")
        if self._token is not None and (refusal := self._untrusted(scope, headers)) is not None:
            return refusal
        if scope["method"] not in _READING and headers.getlist("x-earmark") != ["1"]:
            return error(403, "What changes something needs the header X-Earmark: 1.")
        return None

    def _is_ours(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].strip("[]").lower().removesuffix(".")
        return name in self._names or (self._any_address and _is_address(name))

    def _from_here(self, scope: Scope, headers: Headers) -> bool:
        """Whether the browser says that no other site asked; a link to the page itself may."""
        site = headers.get("sec-fetch-site", "none")
        if site in ("same-origin", "none"):
            return True
        link = headers.get("sec-fetch-mode") == "navigate"
        return link and scope["path"] == "/" and scope["method"] in _READING

    def _untrusted(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """What to answer to somebody without the token, or who brings it in the address."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        if given and scope["method"] in _READING and all(map(self._is_token, given)):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            path = "/" + quote(scope["path"].lstrip("/\\"))
            answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
            answer.set_cookie(COOKIE, given[0], httponly=True, samesite="lax", path="/")
            return answer
        if self._is_token(_cookie(headers)):
            return None
        return error(401, "This page needs its token: open the address that earmark printed.")

    def _is_token(self, text: str) -> bool:
        assert self._token is not None
        return hmac.compare_digest(text.encode("utf-8", "replace"), self._token.encode())


def _cookie(headers: Headers) -> str:
    for line in headers.getlist("cookie"):
        try:
            found = SimpleCookie(line).get(COOKIE)
        except CookieError:
            continue
        if found is not None:
            return found.value
    return ""


def _is_address(name: str) -> bool:
    """Whether it is a number rather than a name: no name was pointed at us then."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _names(host: str) -> frozenset[str]:
    """The names that a server is called by which is bound to a host."""
    if host in LOOPBACK:
        return LOOPBACK
    own = socket.gethostname().lower()
    return LOOPBACK | {host.lower(), own, f"{own}.local", own.partition(".")[0]}
