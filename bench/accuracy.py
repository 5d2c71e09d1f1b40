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
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from earmark.annotation import HOP_S, SINGING, Scores, Segment, frames_to_time, labelled
from earmark.audio import load_audio
from earmark.datasets.singing_corpus import rows as corpus_rows
from earmark.detector import SingingDetector
from earmark.endpoints import SPEECH
from earmark.hysteresis import Hysteresis
from earmark.learn import manifest
from earmark.metrics.frames import Track, bootstrap, evaluate
from earmark.synth import render_song
from forest import Forest
from measuring import origin, table
from peers import PEERS, SCORES, pythons, versions

SR = 16000
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
VOICE = "female"
"""Who sings in rendered songs: the voice that is kept out of training."""
EDGES = {"auc": "AUC", "accuracy": "accuracy", "onset_f": "onset F", "edge_error_s": "edges, s"}
COLLARED = ("auc", "accuracy", "balanced_accuracy", "f1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system says of one recording: segments, and a score every 20 ms if it has any."""

    segments: Sequence[Segment]
    scores: NDArray[np.float32] | None = None
    speech: Sequence[Segment] | None = None
    """Where it hears speech, if it tells that apart."""


@dataclass(frozen=True, slots=True)
class Song:
    """A recording of the manifest: itself (stems: their sum), and as a WAV file for the peers."""

    source: Path
    wav: Path
    duration_s: float
    truth: manifest.Track

    @property
    def name(self) -> str:
        """What the tables call it."""
        return self.truth.paths[0].stem


System = Callable[[Sequence[Song]], list[Answer]]


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
        songs = _songs(sung[: options.limit], Path(name), "song")
        step = max(1, len(rest) // options.limit) if options.limit else 1
        others = _songs(rest[::step], Path(name), "x")
        systems, known = systems_of(options, Path(name), tracks)
        text = f"{origin()}\n{_tables(systems, songs, others, rounds=options.rounds)}"
        text += f"\n{_edges(systems, _rendered(Path(name), options.rendered))}\n{known}\n"
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
    called = [["called singing", *(_heading(group, others) for group in groups), "speech found"]]
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
        called.append([name, *shares, _found(answers)])
    found = (pooled, collared, own, called) if others else (pooled, collared, own)
    return "\n".join(table(rows) for rows in found)


def _rendered(folder: Path, count: int) -> list[Song]:
    """Songs of half a minute with a voice of formulas, and exactly where it sounds.

    The models learnt from other songs of the same strings, and from two other voices of formulas.
    """
    songs = []
    for number in range(count):
        song = render_song(
            np.random.default_rng(1000 + number), duration_s=30.0, sr=SR, voice=VOICE
        )
        wav = folder / f"rendered{number}.wav"
        soundfile.write(wav, song.mix, SR, subtype="PCM_16")
        endpoints = tuple((s.start_s, s.end_s) for s in song.segments)
        truth = manifest.Track((wav,), "song", "formulas", "", "CC0", "exact", None, endpoints)
        songs.append(Song(wav, wav, len(song.mix) / SR, truth))
    return songs


def _edges(systems: dict[str, System], songs: Sequence[Song]) -> str:
    """Where edges lie; ``edges`` is the median distance of a true one to the nearest found."""
    rows = [[f"{len(songs)} rendered songs", *EDGES.values()]]
    for name, system in systems.items() if songs else ():
        tracks = [_measured(*pair) for pair in zip(songs, system(songs), strict=True)]
        pooled = evaluate(tracks)["pooled"]
        rows.append([name, *(rounded(pooled[key]) for key in EDGES)])
    return table(rows)


def _measured(song: Song, answer: Answer) -> Track:
    truth = song.truth.segments() or []
    return Track(truth, answer.segments, song.duration_s, answer.scores, name=song.name)


def _group(song: Song) -> str:
    """Music by its collection, speech together."""
    track = song.truth
    return f"music: {track.singer}" if track.material == "music" else track.material


def _heading(group: str, songs: Sequence[Song]) -> str:
    return f"{group} ({sum(s.duration_s for s in songs if _group(s) == group) / 60:.0f} min)"


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


def systems_of(
    options: argparse.Namespace, folder: Path, tracks: Sequence[manifest.Track]
) -> tuple[dict[str, System], str]:
    """Every system by name, and a line about the peers."""
    systems: dict[str, System] = {}
    for model in options.model or ["singing"]:
        detector = SingingDetector(model, threads=options.threads)
        detector = SingingDetector(model, labels=detector.info.labels, threads=options.threads)
        name = f"**earmark** {model} ({detector.info.sha256[:8]})"
        systems[name] = lambda songs, detector=detector: [_ours(detector, song) for song in songs]
    found = pythons(options.peers)
    for peer, python in found.items():
        if python is not None:
            systems[peer] = lambda songs, peer=peer, python=python: _theirs(
                peer, python, songs, folder / peer
            )
    if learnt := [t for t in tracks if t.split == "train" and t.material in ("song", "stems")]:
        forest = Forest([(track.paths, track.segments() or []) for track in learnt])
        systems["random forest on MFCCs"] = lambda songs: [_trees(forest, song) for song in songs]
    systems["*always vocal*"] = lambda songs: [
        Answer([Segment(0.0, song.duration_s + HOP_S)]) for song in songs
    ]
    missing = [peer.name for peer in PEERS if found[peer.name] is None]
    known = "; ".join(sorted({versions(python) for python in found.values() if python}))
    return systems, f"Peers: {known or 'none'}. Not installed: {', '.join(missing) or 'none'}."


def _ours(detector: SingingDetector, song: Song) -> Answer:
    found = detector.detect(song.source)
    assert found.scores is not None
    column = found.labels.index(SINGING)
    speech = labelled(found.segments, SPEECH) if SPEECH in found.labels else None
    return Answer(labelled(found.segments, SINGING), found.scores.values[:, column], speech)


def _trees(forest: Forest, song: Song) -> Answer:
    scores = forest.scores(song.wav)
    found = Hysteresis().segments(Scores(scores[:, None], duration_s=song.duration_s))
    return Answer(found, scores)


def _theirs(peer: str, python: str, songs: Sequence[Song], folder: Path) -> list[Answer]:
    """A peer's answers, its scores read off at our frames' centres."""
    folder.mkdir(exist_ok=True)
    subprocess.run([python, SCORES, peer, folder, *(s.wav for s in songs)], check=True)
    answers = []
    for song in songs:
        said = np.load(folder / f"{song.wav.stem}.npz")
        centres_s = frames_to_time(np.arange(int(np.ceil(song.duration_s / HOP_S - 1e-6))))
        scores = np.interp(centres_s, said["times_s"], said["values"]).astype(np.float32)
        answers.append(Answer([Segment(a, b) for a, b in said["segments"].tolist()], scores))
    return answers


def _songs(tracks: Sequence[manifest.Track], folder: Path, prefix: str) -> list[Song]:
    """Each recording as a WAV; stems are added up."""
    songs = []
    for number, track in enumerate(tracks):
        stems = [load_audio(path, sr=SR)[0] for path in track.paths]
        y = np.sum([stem[: min(map(len, stems))] for stem in stems], axis=0)
        wav = folder / f"{prefix}{number}.wav"
        soundfile.write(wav, y, SR, subtype="PCM_16")
        source = track.paths[0] if len(stems) == 1 else wav
        songs.append(Song(source, wav, len(y) / SR, track))
    return songs


def tracks_of(options: argparse.Namespace, folder: Path) -> list[manifest.Track]:
    """The manifest that was named, or that of the corpus."""
    if options.manifest is not None:
        return manifest.read_manifest(options.manifest)
    made = folder / "corpus.jsonl"
    manifest.write_manifest(corpus_rows(options.data, relative_to=folder), made)
    return manifest.read_manifest(made)


def _cell(value: float, interval: tuple[float, float]) -> str:
    low, high = map(rounded, interval)
    return "·" if np.isnan(value) else f"{rounded(value)} ({low}-{high})"


def rounded(value: float) -> str:
    """Three places, and a dot where there is no number."""
    return "·" if np.isnan(value) else f"{value:.3f}".removeprefix("0")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("EARMARK_DATA"))
    parser.add_argument("--split", default="dev", help="whose songs are measured")
    parser.add_argument("--others", default="valid", help="whose music and speech are measured")
    parser.add_argument("--model", action="append", help="a name or an .onnx file; repeatable")
    parser.add_argument("--peers", type=Path, help="environment of the peers; made if missing")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1000, help="draws of the bootstrap")
    parser.add_argument("--rendered", type=int, default=20, help="songs with exact truth")
    parser.add_argument("--limit", type=int, help="so many songs, and so many others, for a try")
    parser.add_argument("--out", type=Path, help="write the tables there as well")
    options = parser.parse_args()
    if options.manifest is None and options.data is None:
        parser.error("say --manifest or --data (or set EARMARK_DATA)")
    return options


if __name__ == "__main__":
    main()
