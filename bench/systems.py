"""What is measured side by side: earmark's models, the peers, a random forest, *always vocal*.

Each hears songs and answers with segments and scores at its own defaults; see ``accuracy.py``.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from earmark.annotation import HOP_S, SINGING, SPEECH, Scores, Segment, frames_to_time, labelled
from earmark.datasets.singing_corpus import rows as corpus_rows
from earmark.detector import SingingDetector
from earmark.hysteresis import Hysteresis
from earmark.learn import manifest
from earmark.learn.mix_audio import load_mix
from forest import Forest
from measuring import data_parser
from peers import PEERS, SCORES, pythons, versions

SR = 16000


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
        """What the tables call it: its file's name in plain words."""
        return self.truth.paths[0].stem.replace("___", ": ").replace("_", " ")


System = Callable[[Sequence[Song]], list[Answer]]


def parser_of(doc: str) -> argparse.ArgumentParser:
    """What every comparison is asked."""
    parser = data_parser(doc, required=False)
    parser.add_argument("--manifest", type=Path, help="your own songs, by `earmark manifest`")
    parser.add_argument("--split", default="dev", help="whose songs are measured (%(default)s)")
    parser.add_argument("--model", action="append", help="a name or an .onnx file; repeatable")
    parser.add_argument("--peers", type=Path, help="environment of the peers; made if missing")
    parser.add_argument("--threads", type=int, default=1, help="of earmark's (%(default)s)")
    parser.add_argument("--limit", type=int, help="so many songs, for a try")
    parser.add_argument("--out", type=Path, help="write the tables there as well")
    return parser


def asked(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options, once it is known what to measure on."""
    options = parser.parse_args()
    if options.manifest is None and options.data is None:
        parser.error("say --manifest or --data (or set EARMARK_DATA)")
    return options


def tracks_of(options: argparse.Namespace, folder: Path) -> list[manifest.Track]:
    """The manifest that was named, or that of the corpus."""
    if options.manifest is not None:
        return manifest.read_manifest(options.manifest)
    made = folder / "corpus.jsonl"
    manifest.write_manifest(corpus_rows(options.data, relative_to=folder), made)
    return manifest.read_manifest(made)


def songs_of(tracks: Sequence[manifest.Track], folder: Path, prefix: str) -> list[Song]:
    """Each recording as a WAV; stems are added up."""
    songs = []
    for number, track in enumerate(tracks):
        y = load_mix(track.paths, sr=SR)
        wav = folder / f"{prefix}{number}.wav"
        whole = y / max(1.0, float(np.abs(y).max()))  # a mix that exceeds full scale is not cut
        soundfile.write(wav, whole, SR, subtype="PCM_16")
        source = track.paths[0] if len(track.paths) == 1 else wav
        songs.append(Song(source, wav, len(y) / SR, track))
    return songs


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


def rounded(value: float) -> str:
    """Three places, and a dot where there is no number."""
    return "·" if np.isnan(value) else f"{value:.3f}".removeprefix("0")
