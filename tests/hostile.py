"""Hostile requests, made by chance with a seed."""

import json
import random
import struct
from urllib.parse import quote

HOST = (b"host", b"127.0.0.1:8000")
MAY = (b"x-earmark", b"1")
OUTSIDE = ("secret.wav", "etc/passwd", "home/earmark.db", "windows/win.ini")
STEPS = (
    "..",
    "%2e%2e",
    "%2E.",
    "..%00",
    "....",
    "..\\",
    "%252e%252e",
    "..%2f",
    "\u2025",
    "%c0%ae%c0%ae",
    ".%0a.",
    "~",
    "C:",
    "//",
    "file:",
    "..;",
    "\x00",
    "%ff",
    "CON",
)
WORDS = (
    "",
    "\x00",
    "\n",
    "\r\nX-Injected: 1",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "%s%n",
    "NaN",
    "-1",
    "1e999",
    "9" * 400,
    "9" * 5000,
    "\ud800",
    "\u202e",
    "${jndi:x}",
    "{{7*7}}",
    "../../etc/passwd",
    "a" * 70_000,
    "[]",
    "null",
    "1;DROP TABLE songs",
    "0x1",
    "1_0",
    "\u0661",
    "+1",
    " 1",
    "1.0",
    "singing/..",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X" * 99)
PLACES = (
    "/static/{}",
    "/api/songs/{}",
    "/api/songs/{}/audio",
    "/api/songs/{}/peaks",
    "/{}",
    "/api/{}",
    "/api/songs/{}/spectrogram",
    "/api/songs/{}/labels",
    "/api/models/{}/card",
    "/api/songs/1/{}",
)
TAKERS = (
    ("POST", "/api/songs/1/detect"),
    ("POST", "/api/detect"),
    ("POST", "/api/songs/1/decode"),
    ("PUT", "/api/songs/1/labels"),
    ("POST", "/api/songs/1/save"),
    ("POST", "/api/teach"),
    ("POST", "/api/teach/keep"),
)


class Chance:
    """Makes hostile requests, the same in every run: method, path, query, headers, body."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def any(self):
        kinds = (self.path, self.number, self.header, self.foreign, self.body, self.upload)
        return self.rng.choice(kinds)()

    def path(self):
        steps = "/".join(self.rng.choices(STEPS, k=self.rng.randint(1, 6)))
        where = self.rng.choice(PLACES).format(f"{steps}/{self.rng.choice(OUTSIDE)}")
        return self.rng.choice(("GET", "HEAD", "DELETE")), where, b"", [HOST, MAY], [b""]

    def number(self):
        place = self.rng.choice(("/api/songs/{}", "/api/songs/{}/audio", "/api/songs/{}/scores"))
        word = self.rng.choice(WORDS[4:]) + self.rng.choice(("", "/", "?", "#", "\\"))
        return "GET", place.format(word), self.query(), [HOST, MAY], [b""]

    def query(self):
        names = ("level", "from", "count", "start_s", "end_s", "width", "label", "format", "token")
        pairs = [(self.rng.choice(names), self.rng.choice(WORDS[:20])) for _ in range(3)]
        return "&".join(f"{n}={quote(w, errors='replace')}" for n, w in pairs).encode()[:9000]

    def header(self):
        """Requests without the right Host, or more than one, or with junk beside it."""
        word = self.rng.choice(WORDS).encode("utf-8", "replace")
        bad = (
            [],
            [HOST, HOST],
            [(b"host", word)],
            [(b"host", b"127.0.0.1:8000" + (word or b"x"))],
            [(b"host", b"evil.example")],
            [(b"host", b"127.0.0.1@evil.example")],
            [(b"host", b"127.0.0.1.nip.example:8000")],
            [(b"host", b"evil.example"), HOST],
        )
        junk = [(self.rng.choice((b"range", b"cookie", b"x-forwarded-host", b"accept")), word)]
        return (
            self.rng.choice(METHODS),
            "/api/songs",
            b"",
            [*self.rng.choice(bad), *junk, MAY],
            [b""],
        )

    def foreign(self):
        """What another site's page can send."""
        origin = self.rng.choice(
            (b"null", b"http://evil.example", b"http://127.0.0.1", b"", b"\xff")
        )
        method, path = self.rng.choice(
            (*TAKERS, ("DELETE", "/api/songs/1"), ("POST", "/api/uploads"))
        )
        bad = (
            [HOST, MAY, (b"origin", origin)],
            [HOST],
            [HOST, (b"x-earmark", b"0")],
            [HOST, MAY, (b"sec-fetch-site", b"cross-site")],
            [HOST, (b"content-type", b"application/x-www-form-urlencoded")],
            [HOST, MAY, (b"origin", b"http://127.0.0.1:8000"), (b"origin", origin)],
        )
        return method, path, b"", self.rng.choice(bad), [b'{"ids": "all"}']

    def body(self):
        method, path = self.rng.choice(TAKERS)
        if self.rng.random() < 0.3:
            junk = self.rng.choice(
                (b"{", b"[1]", b"\xff\xfe", b"nul", b'"x"', b"[" * 9999, b"1" * 9999)
            )
            return method, path, b"", [HOST, MAY], [junk]
        names = (
            "ids",
            "model",
            "onset",
            "offset",
            "revision",
            "segments",
            "format",
            "name",
            "anyway",
        )
        made = {n: self.value(2) for n in self.rng.sample(names, 5)}
        made |= {
            "onset": "x",
            "revision": "x",
            "anyway": "x",
            "ids": 7,
            "model": "\x00",
            "format": "/",
        }
        return method, path, b"", [HOST, MAY], [json.dumps(made).encode()]

    def value(self, depth):
        kinds = [None, True, -1, 1e308, self.rng.choice(WORDS[:20]), float("nan"), float("inf")]
        if depth:
            kinds += [[self.value(depth - 1)] * 3, {"start_s": self.value(depth - 1)}]
        return self.rng.choice(kinds)

    def upload(self):
        """What is no recording, under any name, of any size that is told or not."""
        starts = (
            b"",
            b"RIFF",
            b"RIFF\xff\xff\xff\xffWAVEfmt ",
            b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
            b"fLaC",
            b"OggS",
            b"FORM\0\0\0\0AIFF",
            b"\xff\xfb\x90\x00",
            b"....ftypM4A ",
            b"\x1aE\xdf\xa3",
            b"<svg onload=x>",
            b"#!/bin/sh\n",
            b"PK\x03\x04",
            b"\x7fELF",
            b"#EXTM3U\nfile:///etc/passwd\n",
            b"ffconcat version 1.0\nfile /etc/passwd\n",
            b"RIFF$\0\0\0WAVEfmt \x10\0\0\0"
            + struct.pack("<HHIIHH", 1, 65535, 2**32 - 1, 0, 0, 16)
            + b"data",
        )
        data = self.rng.choice(starts) + self.rng.randbytes(self.rng.choice((0, 9, 3000)))
        name = quote(self.rng.choice(WORDS), errors="replace")[:9000].encode()
        told = self.rng.choice(([], [(b"content-length", b"9" * 15)], [(b"content-length", b"-5")]))
        parts = [data[i : i + 500] for i in range(0, max(1, len(data)), 500)]
        return "POST", "/api/uploads", b"name=" + name, [HOST, MAY, *told], parts
