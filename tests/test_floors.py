"""Nobody reaches up the stairs, and ``import earmark`` stays light.

``FLOORS`` is the house. A room is a module or a package right under ``src/earmark``; it imports
rooms on lower floors, rooms before it on its own floor, and the outside packages of its floor and
of those below. Imports inside functions and under ``TYPE_CHECKING`` count as well.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import earmark

HOUSE = Path(earmark.__file__).parent

FLOORS: list[tuple[list[str], set[str]]] = [
    # rooms, in order                                                   outside packages
    (["errors", "annotation", "atomic", "ahead", "home"], {"numpy", "platformdirs"}),
    (
        [
            "audio",
            "peaks",
            "features",
            "formats",
            "gaps",
            "labels",
            "song_labels",
            "relabel",
            "metrics",
            "synth",
        ],
        {"soundfile", "soxr", "av"},
    ),
    (["hysteresis", "models", "cards", "runtime"], {"onnxruntime"}),
    (["detector", "endpoints"], {"sklearn"}),
    (
        ["nets", "learn", "explain", "datasets"],
        {"torch", "safetensors", "onnx", "yaml", "pyworld", "mido"},
    ),
    (
        [
            *(
                "ledger",
                "places",
                "sources",
                "rows",
                "edits",
                "summary",
                "one_song",
                "batch",
                "playlist",
                "pairing",
                "evaluate",
            ),
            *(
                "synthesize",
                "next_labels",
                "own_labels",
                "cues",
                "corrections",
                "store",
                "render",
                "studies",
            ),
        ],
        {"matplotlib", "scipy", "PIL"},
    ),
    (["web", "cli", "__main__"], {"typer", "rich", "starlette", "uvicorn"}),
]

ORDER = [room for rooms, _ in FLOORS for room in rooms]
FLOOR_OF = {room: floor for floor, (rooms, _) in enumerate(FLOORS) for room in rooms}


def allowed_outside(room: str) -> set[str]:
    return set().union(*(packages for _, packages in FLOORS[: FLOOR_OF[room] + 1]))


def room_of(file: Path) -> str:
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


def room_behind(name: str) -> str:
    """The room that ``from earmark import name`` reaches."""
    if name in FLOOR_OF:
        return name
    return earmark._HOMES.get(name, "earmark.annotation").split(".")[1]


def imports(tree: ast.AST, package: str) -> list[tuple[int, str]]:
    """Line and dotted name of each import; ``from earmark import x`` counts as ``earmark.x``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: -node.level + 1 or None] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            names = [f"earmark.{a.name}" for a in node.names] if module == "earmark" else [module]
            found += [(node.lineno, name) for name in names]
    return found


def reaches_up(source: str, *, room: str, package: str = "earmark") -> list[str]:
    """What is wrong with a file's imports, a line each."""
    wrong = []
    for line, name in imports(ast.parse(source), package):
        top, *rest = name.split(".")
        if top == "earmark":
            # A bare ``import earmark`` gives everything that the package names.
            other = room_behind(rest[0]) if rest else "detector"
            if other != room and ORDER.index(other) >= ORDER.index(room):
                wrong.append(f"line {line}: {room} must not import {name}: it lies higher")
        elif top not in sys.stdlib_module_names and top not in allowed_outside(room):
            wrong.append(f"line {line}: {top} is not for floor {FLOOR_OF[room]} ({room})")
    return wrong


def test_every_room_has_a_floor():
    found = {room_of(file) for file in HOUSE.rglob("*.py")} - {"__init__"}
    assert found <= set(ORDER), (
        f"new under src/earmark: {sorted(found - set(ORDER))}. "
        "Say in FLOORS of this test on which floor it stands, and in docs/architecture.md."
    )


def test_types_are_checked_on_floors_0_to_3():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    checks = project["tool"]["mypy"]
    assert (checks["strict"], checks["files"]) == (True, ["src/earmark"])
    loose = {
        module.split(".")[1]
        for override in checks["overrides"]
        if override.get("ignore_errors")
        for module in override["module"]
    }
    assert loose == {"learn", "nets", "studies", "explain"}
    assert {FLOOR_OF[room] for room in loose} <= {4, 5}


@pytest.mark.parametrize(
    "file",
    [f for f in sorted(HOUSE.rglob("*.py")) if room_of(f) in FLOOR_OF],
    ids=lambda f: f.relative_to(HOUSE).as_posix(),
)
def test_no_file_reaches_up(file):
    package = ".".join(["earmark", *file.parent.relative_to(HOUSE).parts])
    wrong = reaches_up(file.read_text("utf-8"), room=room_of(file), package=package)
    assert not wrong, f"{file.relative_to(HOUSE)}: " + "; ".join(wrong)


@pytest.mark.parametrize(
    ("room", "package", "source"),
    [
        ("audio", "earmark", "from earmark.errors import AudioError\nimport soundfile, os.path"),
        ("formats", "earmark.formats", "from . import csv\nfrom .csv import read"),
        ("formats", "earmark.formats", "from earmark import Segment, __version__, load_audio"),
        ("detector", "earmark", "def f():\n    from earmark.runtime import x"),
        ("cli", "earmark.cli", "import earmark, rich\nfrom ..batch import run"),
    ],
)
def test_what_may_be_imported(room, package, source):
    assert reaches_up(source, room=room, package=package) == []


@pytest.mark.parametrize(
    ("room", "package", "source"),
    [
        ("errors", "earmark", "from earmark.annotation import Segment"),
        ("audio", "earmark", "from .features import logmel"),
        ("audio", "earmark", "def f():\n    import onnxruntime"),
        ("formats", "earmark.formats", "from earmark import detect"),
        ("formats", "earmark.formats", "import earmark"),
        ("metrics", "earmark.metrics", "from sklearn.metrics import roc_auc_score"),
        ("runtime", "earmark", "if TYPE_CHECKING:\n    import torch"),
        ("learn", "earmark.learn", "from ..cli.detect import command"),
    ],
)
def test_what_may_not_be_imported(room, package, source):
    assert len(reaches_up(source, room=room, package=package)) == 1


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


HEAVY = {"torch", "onnxruntime", "sklearn", "scipy", "matplotlib"}
LIGHT = HEAVY | {"soundfile", "soxr", "av", "typer", "rich", "librosa", "onnx"}


@pytest.mark.parametrize(("module", "banned"), [("earmark", LIGHT), ("earmark.cli", HEAVY)])
def test_import_loads_nothing_heavy(module, banned):
    loaded = python(f"import sys, {module}; print(*sys.modules)").split()
    assert banned.isdisjoint(loaded), sorted(banned.intersection(loaded))


def test_import_is_fast():
    """At most 0.1 s beyond numpy's own import; the best of five, for a busy machine's sake."""
    code = (
        "import numpy, time; t = time.perf_counter(); import earmark; "
        "print(time.perf_counter() - t)"
    )
    assert min(float(python(code)) for _ in range(5)) <= 0.1
