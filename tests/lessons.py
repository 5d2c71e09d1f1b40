"""A small model and a few songs with labels, to teach it by."""

from pathlib import Path

import numpy as np

from corpus import music, voice, write
from earmark.annotation import SINGING, SPEECH, Segment
from earmark.features.logmel import SR

FRAMES = 200
SUNG = [(2.0, 5.0), (7.0, 9.0), (13.0, 16.0), (17.0, 19.0)]


def song(folder: Path, name: str, *, sung: bool = True, labelled: bool = True) -> Path:
    """Twenty seconds, half of them sung, and half of each half, as NAME.wav with NAME.csv."""
    rng = np.random.default_rng(len(name) + sum(map(ord, name)))
    y = music(rng, 20.0)
    if sung:
        tone = voice(rng, 20.0)
        for number, (start_s, end_s) in enumerate(SUNG):
            one = voice(rng, 5.0)[3 * SR : 5 * SR]  # a phrase of corpus.py, which lasts two seconds
            at, until = round(start_s * SR), round(end_s * SR)
            tone[at:until] = np.resize(one, until - at)
            tone[until : round(SUNG[number + 1][0] * SR) if number < len(SUNG) - 1 else None] = 0
        tone[: round(SUNG[0][0] * SR)] = 0
        y = y + 2 * tone
    write(folder / f"{name}.wav", y.astype(np.float32))
    if labelled:
        lines = [f"{a},{b},{SINGING}" for a, b in SUNG] if sung else []
        (folder / f"{name}.csv").write_text("\n".join(["start_s,end_s,label", *lines]) + "\n")
    return folder / f"{name}.wav"


def segments() -> list[Segment]:
    """Where these songs are sung."""
    return [Segment(a, b) for a, b in SUNG]


def small_model(path: Path, *, labels: tuple[str, ...] = (SINGING, SPEECH)) -> Path:
    """A network that knows nothing, as a model."""
    import torch

    from earmark.learn.export import export_onnx
    from earmark.nets.light import LightCrnn

    torch.manual_seed(1)
    net = LightCrnn(labels=len(labels), maps=(4, 6, 8, 12), units=8)
    decoding = {"onset": 0.5, "offset": 0.4, "min_on_s": 0.2, "min_off_s": 0.2}
    export_onnx(net, path, frames=FRAMES, labels=labels, decoding=decoding)
    return path
