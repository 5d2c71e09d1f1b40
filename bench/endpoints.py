"""How right the endpoints of clean speech are, beside silero-vad.

    python bench/endpoints.py --data ../shared/data --peers work/peers

Fifty utterances of LibriSpeech, one a speaker, for which silero-vad is the referee (nobody labelled
them by hand), and twenty rendered ones whose truth is exact, on which silero-vad is judged too.
Edges: the distance from each edge of the truth to the nearest that was found, median.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from extras import needed

with needed("train"):
    import numpy as np
    import soundfile
    from numpy.typing import NDArray

    from earmark.annotation import Segment
    from earmark.audio import load_audio
    from earmark.datasets.singing_corpus import rows as corpus_rows
    from earmark.endpoints import endpoints
    from earmark.studies.singing_transfer.endpoint_check import compare, endpoint_check, rendered
    from measuring import data_parser, origin, table
    from peers import SCORES, pythons

SR = 16000
UTTERANCES = 50
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


def row(name: str, found: dict[str, float]) -> list[str]:
    """A row of the table."""
    percent = [f"{100 * found[key]:.1f}" for key in ("accuracy", "f1")]
    edges = [f"{found[key]:.3f}" for key in ("start_s", "end_s")]
    return [name, *percent, *edges, str(found["edges"])]


def main() -> None:
    """Measure and print."""
    parser = data_parser(__doc__)
    parser.add_argument("--peers", type=Path, help="environment of silero-vad; made if missing")
    options = parser.parse_args()
    python = pythons(options.peers)["silero-vad"]
    spoken = [load_audio(path, sr=SR)[0] for path in one_a_speaker(options.data)]
    made, truth = rendered()
    sizes = [len(y) for y in made]
    rows = [row("earmark, exact truth", endpoint_check())]
    if python is not None:
        own, theirs = [endpoints(y) for y in spoken], referee(python, spoken)
        rows += [
            row("silero-vad, exact truth", compare(truth, referee(python, made), sizes)),
            row(
                "earmark, silero-vad as referee",
                compare(theirs, own, [len(y) for y in spoken]),
            ),
        ]
    columns = ["", "frames alike, %", "F, %", "starts, s", "ends, s", "edges"]
    print(origin(), table([columns, *rows]), sep="\n\n")


if __name__ == "__main__":
    main()
