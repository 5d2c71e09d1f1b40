"""A tiny training corpus that the tests make themselves: a synthetic stand-in for singing.

Its "singing" is a harmonic tone with vibrato, its "music" clicks over a low tone, its "speech"
coloured noise: nothing here says how well earmark hears people.
"""

import csv
from pathlib import Path

import numpy as np
import soundfile

SR = 16000
PHRASES = [(0.5, 2.0), (3.0, 5.0)]


def voice(rng: np.random.Generator, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * SR)) / SR
    phase = 2 * np.pi * (rng.uniform(180, 300) * t + 0.5 * np.sin(2 * np.pi * 6 * t))
    y = sum(np.sin(k * phase) / k for k in range(1, 12))
    on = sum((t >= a) & (t < b) for a, b in PHRASES)
    return (0.1 * y * on).astype(np.float32)


def music(rng: np.random.Generator, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * SR)) / SR
    clicks = rng.normal(size=len(t)) * np.exp(-40 * (t % 0.25))
    return (0.05 * clicks + 0.1 * np.sin(2 * np.pi * 110 * t)).astype(np.float32)


def write(path: Path, y: np.ndarray) -> str:
    soundfile.write(path, y, SR)
    return path.name


def rows(folder: Path, *, seconds: float = 6.0) -> list[dict]:
    """Write a few recordings and return their manifest rows."""
    rng = np.random.default_rng(0)
    found = []
    for split, singer in (("train", "a"), ("train", "b"), ("valid", "c")):
        labels = folder / f"{singer}.csv"
        with labels.open("w", newline="") as file:
            csv.writer(file).writerows([("start_s", "end_s"), *PHRASES])
        v, m = voice(rng, seconds), music(rng, seconds)
        common = {"split": split, "licence": "CC0", "label_kind": "hand"}
        stems = {
            "vocals": write(folder / f"{singer}.v.wav", v),
            "instrumental": write(folder / f"{singer}.i.wav", m),
        }
        found += [
            common | stems | {"labels": labels.name, "singer": singer},
            common
            | {"audio": write(folder / f"{singer}.mix.wav", v + m), "labels": labels.name}
            | {"material": "song", "singer": singer},
            common
            | {"audio": write(folder / f"{singer}.solo.wav", v), "material": "singing"}
            | {"singer": singer},
            common
            | {"audio": write(folder / f"{singer}.rap.wav", v), "material": "rap"}
            | {"singer": singer},
            common
            | {"audio": write(folder / f"{singer}.music.wav", music(rng, seconds))}
            | {"material": "music", "singer": f"band {singer}"},
            common
            | {"audio": write(folder / f"{singer}.talk.wav", rng.normal(0, 0.1, SR))}
            | {"material": "speech", "singer": f"speaker {singer}", "endpoints": [[0.0, 1.0]]},
            common
            | {"audio": write(folder / f"{singer}.hit.wav", music(rng, 0.5))}
            | {"material": "sound", "singer": f"sounds {singer}"},
            common
            | stems
            | {"labels": labels.name, "singer": f"{singer} band", "material": "band"},
        ]
    return found
