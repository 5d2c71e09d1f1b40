"""How right earmark is, beside its peers, on the songs of a manifest.

    python bench/accuracy.py --data ../shared/data --peers work/peers --split dev

earmark hears the recordings, the peers get them as mono 16 kHz WAV files of 16 bits, which is what
they take; each keeps its own defaults. A random forest learns from the manifest's own songs. Five
Markdown tables: all songs together with bootstrap intervals over blocks of 10 s, the same without
the 0.3 s on either side of label edges, each song by itself, and how much of what nobody sings in
(music and speech of ``--others``) is called singing, and of the speech is found; and where edges
lie in songs that earmark rendered itself, a synthetic stand-in with exact truth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from extras import needed

with needed("train"):
    import numpy as np
    import soundfile

    from earmark.learn import manifest
    from earmark.metrics.edges import WINDOW_S, runs
    from earmark.metrics.frames import Track, bootstrap, evaluate
    from earmark.metrics.tally import pool, tally
    from earmark.synth import render_song
    from measuring import origin, table
    from systems import (
        SR,
        Answer,
        Song,
        System,
        asked,
        parser_of,
        rounded,
        songs_of,
        systems_of,
        tracks_of,
    )

MEASURES = {
    "auc": "AUC",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "onset_f": "onset F (0.3 s)",
}
OWN = ("auc", "accuracy", "f1")
COLLAR_S = 0.3
EDGES = {"auc": "AUC", "accuracy": "accuracy", "onset_f": "onset F", "edge_error_s": "edges, s"}
FOUND_S = 0.5
"""An edge is found if one of the answer's lies nearer: further off, a phrase was missed."""
COLLARED = ("auc", "accuracy", "balanced_accuracy", "f1")


def main() -> None:
    """Measure and write the tables."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        tracks = tracks_of(options, Path(name))
        sung = [t for t in tracks if t.split == options.split and t.material in ("song", "stems")]
        rest = [
            t for t in tracks if t.split == options.others and t.material in ("music", "speech")
        ]
        if not any(track.segments() for track in sung):
            raise SystemExit(f"nobody sings in split {options.split!r}: say --split, or --manifest")
        songs = songs_of(sung[: options.limit], Path(name), "song")
        step = max(1, len(rest) // options.limit) if options.limit else 1
        others = songs_of(rest[::step], Path(name), "x")
        systems, known = systems_of(options, Path(name), tracks)
        text = f"{origin()}\n{_tables(systems, songs, others, rounds=options.rounds)}"
        if options.rendered:
            text += f"\n{_edges(systems, _rendered(Path(name), options.rendered))}"
        text += f"\n{known}\n"
    print(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")


def _tables(
    systems: dict[str, System], songs: Sequence[Song], others: Sequence[Song], *, rounds: int
) -> str:
    pooled = [["pooled", *MEASURES.values(), "edges, s"]]
    collared = [[f"without {COLLAR_S:g} s at edges", *(MEASURES[key] for key in COLLARED)]]
    own = [["AUC / accuracy / F1", *(song.name for song in songs)]]
    groups = sorted({_group(song) for song in others})
    spoken = ["speech found"] if "speech" in groups else []
    called = [["called singing", *(_heading(group, others) for group in groups), *spoken]]
    for name, system in systems.items():
        print(name, file=sys.stderr, flush=True)
        tracks = [_measured(*pair) for pair in zip(songs, system(songs), strict=True)]
        figures = evaluate(tracks)
        sure = bootstrap(tracks, rng=np.random.default_rng(0), rounds=rounds)["pooled"]
        cells = (_cell(figures["pooled"][key], sure[key]) for key in MEASURES)
        pooled.append([name, *cells, f"{figures['pooled']['edge_error_s']:.2f}"])
        inner = bootstrap(tracks, rng=np.random.default_rng(0), rounds=rounds, collar_s=COLLAR_S)[
            "pooled"
        ]
        figures_inner = evaluate(tracks, collar_s=COLLAR_S)["pooled"]
        collared.append([name, *(_cell(figures_inner[key], inner[key]) for key in COLLARED)])
        own.append([name, *(" / ".join(rounded(s[key]) for key in OWN) for s in figures["songs"])])
        if not others:
            continue
        answers = list(zip(others, system(others), strict=True))
        shares = (_share([p for p in answers if _group(p[0]) == g]) for g in groups)
        called.append([name, *shares, *([_found(answers)] if spoken else [])])
    found = (pooled, collared, own, called) if others else (pooled, collared, own)
    return "\n".join(table(rows) for rows in found)


def _rendered(folder: Path, count: int) -> list[Song]:
    """Songs of half a minute with voices of formulas, and exactly where they sound.

    The models learnt from other songs of the same generator: they say how exact edges are, no more.
    """
    songs = []
    for number in range(count):
        song = render_song(np.random.default_rng(1000 + number), duration_s=30.0, sr=SR)
        wav = folder / f"rendered{number}.wav"
        soundfile.write(wav, song.mix, SR, subtype="PCM_16")
        endpoints = tuple((s.start_s, s.end_s) for s in song.segments)
        truth = manifest.Track((wav,), "song", "formulas", "", "CC0", "exact", None, endpoints)
        songs.append(Song(wav, wav, len(song.mix) / SR, truth))
    return songs


def _edges(systems: dict[str, System], songs: Sequence[Song]) -> str:
    """Where edges lie: how far the answer's nearest is from each, in the median."""
    found = (f"edges within {FOUND_S:g} s", "these, s")
    rows = [[f"{len(songs)} rendered songs", *EDGES.values(), *found]]
    for name, system in systems.items():
        tracks = [_measured(*pair) for pair in zip(songs, system(songs), strict=True)]
        pooled = evaluate(tracks)["pooled"]
        rows.append([name, *(rounded(pooled[key]) for key in EDGES), *_found_edges(tracks)])
    return table(rows)


def _found_edges(tracks: Sequence[Track]) -> tuple[str, str]:
    """Which part of the true edges is found, and how far off those are in the median."""
    errors_s = pool([tally(t, collar_s=0, window_s=WINDOW_S) for t in tracks]).errors_s
    near_s = errors_s[errors_s < FOUND_S]
    edges = sum(2 * len(runs(t.reference, duration_s=t.duration_s)) for t in tracks)
    if not len(near_s):
        return "0 %" if edges else "·", "·"
    return f"{100 * len(near_s) / edges:.0f} %", rounded(np.median(near_s))


def _measured(song: Song, answer: Answer) -> Track:
    truth = song.truth.segments() or []
    return Track(truth, answer.segments, song.duration_s, answer.scores, name=song.name)


def _group(song: Song) -> str:
    """Music by its collection, speech together."""
    track = song.truth
    return f"music: {track.singer}" if track.material == "music" else track.material


def _heading(group: str, songs: Sequence[Song]) -> str:
    seconds = sum(s.duration_s for s in songs if _group(s) == group)
    return f"{group} ({f'{seconds / 60:.0f} min' if seconds >= 60 else f'{seconds:.0f} s'})"


def _share(answers: Sequence[tuple[Song, Answer]]) -> str:
    """Which part of the frames a system called singing."""
    tracks = [Track((), answer.segments, song.duration_s) for song, answer in answers]
    return f"{100 * evaluate(tracks)['pooled']['false_alarm']:.1f} %"


def _found(answers: Sequence[tuple[Song, Answer]]) -> str:
    """Which part of the speech, by the endpoints of its recordings, is found as speech."""
    tracks = [
        Track(song.truth.segments() or [], answer.speech, song.duration_s)
        for song, answer in answers
        if song.truth.material == "speech" and answer.speech is not None
    ]
    return f"{100 * evaluate(tracks)['pooled']['recall']:.1f} %" if tracks else "·"


def _cell(value: float, interval: tuple[float, float]) -> str:
    low, high = map(rounded, interval)
    return "·" if np.isnan(value) else f"{rounded(value)} ({low}-{high})"


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--others", default="valid", help="whose music and speech (%(default)s)")
    parser.add_argument("--rounds", type=int, default=1000, help="of the bootstrap (%(default)s)")
    parser.add_argument(
        "--rendered",
        type=int,
        default=20,
        help="songs with exact truth (%(default)s)",
    )
    return asked(parser)


if __name__ == "__main__":
    main()
