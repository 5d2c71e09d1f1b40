"""How right the endpoints of clean speech are, beside silero-vad.

    python bench/endpoints.py --data ../shared/data --peers work/peers

Fifty utterances of LibriSpeech, one a speaker, for which silero-vad is the referee (nobody labelled
them by hand), and twenty rendered ones whose truth is exact, on which silero-vad is judged too.
Edges: the distance from each edge of the truth to the nearest that was found, median.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from earmark.annotation import HOP_S, Segment, segments_to_frames
from earmark.audio import load_audio
from earmark.datasets.singing_corpus import rows as corpus_rows
from earmark.endpoints import endpoints
from earmark.metrics.counts import frame_counts, rates
from earmark.synth.speech import render_speech
from measuring import origin, table
from peers import SCORES, pythons

SR = 16000
UTTERANCES, RENDERED = 50, 20
Segments = Sequence[Segment]


def one_a_speaker(data: Path) -> list[Path]:
    """The first utterance of each of fifty speakers of LibriSpeech."""
    first: dict[str, Path] = {}
    for row in corpus_rows(data, relative_to=data):
        if row["material"] == "speech" and "librispeech" in row["audio"]:
            first.setdefault(row["singer"], data / row["audio"])
    return [first[speaker] for speaker in sorted(first)][:UTTERANCES]


def referee(python: str, voices: Sequence[NDArray[np.float32]]) -> list[Segments]:
    """What silero-vad finds in some recordings at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        wavs = [Path(folder, f"{number:03d}.wav") for number in range(len(voices))]
        for wav, y in zip(wavs, voices, strict=True):
            soundfile.write(wav, y, SR)
        subprocess.run([python, SCORES, "silero-vad", folder, *wavs], check=True)
        found = [np.load(wav.with_suffix(".npz"))["segments"].reshape(-1, 2) for wav in wavs]
    return [[Segment(float(a), float(b), "speech") for a, b in each] for each in found]


def compare(
    name: str, truths: Sequence[Segments], answers: Sequence[Segments], lengths: Sequence[int]
) -> list[str]:
    """A row: agreement of frames, F, and the median distance of starts and ends."""
    counts = np.zeros(4, np.int64)
    starts_s, ends_s = [], []
    for truth, answer, n in zip(truths, answers, lengths, strict=True):
        frames = [segments_to_frames(s, int(n / SR / HOP_S)) for s in (truth, answer)]
        counts += frame_counts(*frames)[0]
        for s in truth if answer else ():
            starts_s.append(min(abs(a.start_s - s.start_s) for a in answer))
            ends_s.append(min(abs(a.end_s - s.end_s) for a in answer))
    found = rates(counts)
    values = [f"{100 * float(found[key]):.1f}" for key in ("accuracy", "f1")]
    edges = [f"{np.median(each):.3f}" for each in (starts_s, ends_s)]
    return [name, *values, *edges, str(len(starts_s))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", type=Path, help="virtual environment of silero-vad")
    options = parser.parse_args()
    python = pythons(options.peers)["silero-vad"]
    spoken = [load_audio(path, sr=SR)[0] for path in one_a_speaker(options.data)]
    rendered = [render_speech(np.random.default_rng([5, i])) for i in range(RENDERED)]
    made, truth = [y for y, _ in rendered], [segments for _, segments in rendered]
    lengths = [len(y) for y in made]
    rows = [compare("earmark, exact truth", truth, [endpoints(y) for y in made], lengths)]
    if python is not None:
        sizes = [len(y) for y in spoken]
        rows += [
            compare("silero-vad, exact truth", truth, referee(python, made), lengths),
            compare(
                "earmark, silero-vad as referee", referee(python, spoken),
                [endpoints(y) for y in spoken], sizes,
            ),
        ]  # fmt: skip
    columns = ["", "frames alike, %", "F, %", "starts, s", "ends, s", "edges"]
    print(origin(), table([columns, *rows]), sep="\n\n")


if __name__ == "__main__":
    main()
