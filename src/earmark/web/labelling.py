"""One song: its labels and scores, decoding anew, saving, and label files."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earmark import formats
from earmark.annotation import HOP_S, Annotation
from earmark.atomic import write_atomic
from earmark.audio import audio_info
from earmark.errors import EarmarkError, OutputError
from earmark.formats import Format
from earmark.labels import is_audio, output_tag
from earmark.ledger import Ledger
from earmark.places import places
from earmark.runtime import DEFAULT
from earmark.store import detections, labels, songs, written
from earmark.store.detections import Detection
from earmark.store.heard import heard_labels
from earmark.store.labels import StaleError
from earmark.store.segments import marked, plain
from earmark.store.songs import UPLOAD, SongRow
from earmark.web.answers import Json, RefusedError, binary, flag_of, sent, text_of
from earmark.web.checking import decoding_of, revision_of, segments_of
from earmark.web.models import hysteresis
from earmark.web.session import Session


def song(request: Request) -> Response:
    """All about a song but its sound and its scores."""
    session: Session = request.app.state.session
    row = _with_duration(session, session.library.get(request.path_params["id"]))
    told = session.told(row.id)
    heard = detections.load(session.db, row.id)
    now = labels.load(session.db, row.id)
    assert now is not None
    decoding = now.decoding or _own(session, heard)
    return Json(
        told
        | {
            "labels": _labels(session, heard),
            "revision": now.revision,
            "segments": now.segments,
            "detected": [] if heard is None else heard.segments,
            "decoding": decoding,
            "own": _own(session, heard),
            "hop_s": HOP_S if heard is None else heard.scores.hop_s,
            "frames": 0 if heard is None else len(heard.scores.values),
        }
    )


def scores(request: Request) -> Response:
    """A label's curve, a byte a frame."""
    session: Session = request.app.state.session
    row = session.library.get(request.path_params["id"])
    heard = _heard(session, row)
    label = request.query_params.get("label", heard.scores.labels[0])
    if label not in heard.scores.labels:
        raise RefusedError(404, "This song was not listened to for that label.")
    column = heard.scores.values[:, heard.scores.labels.index(label)]
    data = np.rint(np.clip(column, 0, 1) * 255).astype(np.uint8).tobytes()
    return binary(data, hop_s=heard.scores.hop_s)


async def decode(request: Request) -> Response:
    """Segments of the kept scores by other thresholds; nothing is saved."""
    wanted = await sent(request)
    return await run_in_threadpool(_decode, request, wanted)


def _decode(request: Request, wanted: dict[str, Any]) -> Response:
    session: Session = request.app.state.session
    heard = _heard(session, session.library.get(request.path_params["id"]))
    rule = hysteresis(wanted, _own(session, heard))
    curve = heard.scores
    if "label" in wanted:
        label = text_of(wanted, "label")
        if label not in curve.labels:
            raise RefusedError(404, "This song was not listened to for that label.")
        curve = curve.only([label])
    return Json({"segments": marked(rule.segments(curve))})


async def save(request: Request) -> Response:
    """Keep what a person made of the labels."""
    wanted = await sent(request)
    return await run_in_threadpool(_save, request, wanted)


def _save(request: Request, wanted: dict[str, Any]) -> Response:
    session: Session = request.app.state.session
    row = session.library.get(request.path_params["id"])
    heard = detections.load(session.db, row.id)
    now = labels.load(session.db, row.id)
    segments = segments_of(
        wanted,
        known=_labels(session, heard),
        duration_s=row.duration_s,
        standing=[] if now is None else [*now.segments, *(now.brought or ())],
    )
    decoding = decoding_of(wanted, own=_own(session, heard))
    try:
        revision = labels.save(
            session.db,
            row.id,
            segments,
            revision=revision_of(wanted),
            checked=flag_of(wanted, "checked"),
            decoding=decoding,
        )
    except StaleError as stale:
        raise RefusedError(
            409,
            str(stale),
            revision=stale.now.revision,
            segments=stale.now.segments,
            checked=stale.now.checked,
        ) from None
    session.tell(row.id)
    return Json({"revision": revision})


def download(request: Request) -> Response:
    """The labels as a file."""
    session: Session = request.app.state.session
    row = session.library.get(request.path_params["id"])
    form = _format(request.query_params.get("format", "csv"))
    annotation = _annotation(session, row)
    path = Path(session.library.name(row))
    stem = path.stem if is_audio(path.name) else path.name
    name = f"{stem}.{output_tag(annotation.labels)}{form.suffix}"
    plain_name = "".join(c if c.isascii() and (c.isalnum() or c in "._- +") else "_" for c in name)
    return Response(
        _dumped(form, annotation),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{plain_name}"; '
            f"filename*=UTF-8''{quote(name, safe='')}"
        },
    )


async def write(request: Request) -> Response:
    """The labels as a file beside the song."""
    wanted = await sent(request)
    return await run_in_threadpool(_write, request, wanted)


def _write(request: Request, wanted: dict[str, Any]) -> Response:
    session: Session = request.app.state.session
    row = session.library.get(request.path_params["id"])
    if row.kind == UPLOAD:
        raise RefusedError(409, "An upload has no folder of its own: download its labels.")
    form = _format(text_of(wanted, "format", default="csv"))
    annotation = _annotation(session, row)
    data = _dumped(form, annotation)
    folder, stem = row.path.parent, _place(session.library.file(row))
    name = f"{stem}.{output_tag(annotation.labels)}{form.suffix}"
    path = folder / name
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise RefusedError(409, f"{name} lies there, and is no plain file; move it away.")
    if not flag_of(wanted, "overwrite") and not _is_earmarks(session, path, song=row.path):
        raise RefusedError(
            409, f"{name} lies there already, and earmark did not write it (or you edited it)."
        )
    written.remember(session.db, path, data)
    write_atomic(path, data)
    return Json({"path": os.fspath(path).encode("utf-8", "replace").decode()})


def _is_earmarks(session: Session, path: Path, *, song: Path) -> bool:
    """Whether a file may be replaced: there is none, or the page or ``earmark detect`` wrote it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return True
    if written.is_ours(session.db, path, data):
        return True
    try:
        Ledger(path.parent).refuse_foreign([path.name], song=os.fspath(song))
    except OutputError:
        return False
    return True


def _place(song: Path) -> str:
    """What the song's label files are called, up to the labels, as ``earmark detect`` does."""
    beside = [
        (os.fspath(path), os.fspath(song.parent))
        for path in sorted(song.parent.iterdir())
        if path == song or (is_audio(path) and not path.name.startswith("."))
    ]
    paths = [path for path, _ in beside]
    return places(beside)[paths.index(os.fspath(song))].name


def _format(name: str) -> Format:
    if name not in formats.names(readable=False):
        raise RefusedError(400, "There is no such format.")
    return formats.get_format(name)


def _dumped(form: Format, annotation: Annotation) -> bytes:
    if form.name == "npz" and annotation.scores is None:
        raise RefusedError(409, "This song has no scores yet: detect it first.")
    return form.dumps(annotation)


def _annotation(session: Session, row: SongRow) -> Annotation:
    """The labels as they stand, as any format takes them."""
    now, heard = labels.load(session.db, row.id), detections.load(session.db, row.id)
    assert now is not None
    if not row.labelled:
        raise RefusedError(409, "This song has no labels yet: detect it first, or make some.")
    name = session.library.name(row)
    upload = row.kind == UPLOAD
    provenance: dict[str, Any] = {} if heard is None else dict(heard.provenance)
    provenance |= now.decoding or {}
    annotation = Annotation(
        segments=plain(now.segments),
        duration_s=row.duration_s,
        labels=tuple(_labels(session, heard)),
        source=name if upload else os.fspath(row.path).encode("utf-8", "replace").decode(),
        model=None if now.edited or heard is None else heard.model,
        scores=None if heard is None else heard.scores,
        provenance=provenance | {"edited": now.edited, "checked": now.checked},
        warning=row.warning,
    )
    told = heard_labels(now, annotation.labels)
    return annotation if now.tells is None else annotation.only(told)


def _heard(session: Session, row: SongRow) -> Detection:
    heard = detections.load(session.db, row.id)
    if heard is None:
        raise RefusedError(409, "This song was not listened to yet: detect it first.")
    return heard


def _labels(session: Session, heard: Detection | None) -> list[str]:
    return session.models.labels(DEFAULT) if heard is None else list(heard.scores.labels)


def _own(session: Session, heard: Detection | None) -> dict[str, float]:
    """The thresholds and lengths of the model that listened, or of the one that would."""
    own = session.models.decoding(DEFAULT)
    return own if heard is None else {name: float(heard.provenance[name]) for name in own}


def _with_duration(session: Session, row: SongRow) -> SongRow:
    """The song with its length, where its header tells it and nobody has looked yet."""
    if row.duration_s is not None:
        return row
    with suppress(EarmarkError, RefusedError):
        duration_s = audio_info(session.library.file(row)).duration_s
        if duration_s is not None:
            songs.set_duration(session.db, row.id, duration_s)
            return session.library.get(row.id)
    return row


ROUTES = [
    Route("/api/songs/{id}", song),
    Route("/api/songs/{id}/scores", scores),
    Route("/api/songs/{id}/decode", decode, methods=["POST"]),
    Route("/api/songs/{id}/labels", download),
    Route("/api/songs/{id}/labels", save, methods=["PUT"]),
    Route("/api/songs/{id}/save", write, methods=["POST"]),
]
