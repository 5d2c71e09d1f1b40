"""The report's tables of what was learned, and of what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earmark.render.document import Table
from earmark.studies.singing_transfer.report_tables import percent, title

Results = Mapping[str, Any]


def patterns(results: Results) -> Table:
    """How alike filter patterns are."""
    rows = [
        [layer, *(f"{each[what]:.2f}" for what in ("magnitudes", "correlation")
                  for each in against.values())]
        for layer, against in results["learned"]["patterns"].items()
    ]  # fmt: skip
    names = ("L1 fine-tuned", "no transfer", "untrained")
    return Table(
        ["", *(f"{what}{name}" for what in ("textures: ", "as they are: ") for name in names)],
        rows,
        "Best-match correlation of the source network's patterns with those of another network, "
        "mean over filters: first of the magnitudes of their spectra, which do not mind where a "
        "texture lies, then of the patterns as they are, which all began with the same noise and "
        "keep its place. L1 fine-tuned began with the source's L1; no transfer found its own; the "
        "untrained network shows what is due to the form alone. Seed 0, fold 0. The paper says "
        "that L1 is most alike.",
    )


def weights(results: Results) -> Table:
    """How far convolutions went from where they began."""
    rows = [
        [layer, *(f"{each[name]:.2f}" for name in ("source", "no transfer", "fine-tuned"))]
        for layer, each in results["learned"]["weights"].items()
    ]
    return Table(
        ["", "source network", "no transfer", "carried over and fine-tuned"],
        rows,
        "Cosine of a convolution's weights with those that it began with: 1 if it did not move. "
        "The last column: with the source network's. Seed 0, fold 0.",
    )


def energy(results: Results) -> Table:
    """Energy of L1's output above 4 kHz."""
    rows = [[place(e), *percent(e, "fine", "fixed")] for e in results["learned"]["energy"]]
    return Table(
        ["energy of L1's output above 4 kHz, %", "L1 fine-tuned", "L1 fixed"], rows,
        "Seed 0, networks of the clip's fold. The supplement says that fine-tuned keeps more, so "
        "the first column would be larger.",
    )  # fmt: skip


def place(clip: Mapping[str, Any]) -> str:
    """Which clip."""
    return f"{title(clip['song'])}, from {clip['start_s']:.0f} s"


def speed(results: Results) -> Table:
    """Dense evaluation against block by block, and a training step."""
    e = results["efficiency"]
    rows = [
        [name, f"{e[name]['ratio']:.0f}", f"{e[name]['difference']:.1e}",
         f"{e[name]['dense_times_real_time']:.0f}", f"{e[name]['step_times_real_time']:.0f}"]
        for name in ("source", "target")
    ]  # fmt: skip
    return Table(
        ["network", "time of blocks / dense", "largest difference of scores",
         "dense: times real time", "training step: times real time"],
        rows, f"Threads: {e['threads']}. Dense: each convolution computed once for a whole song.",
    )  # fmt: skip


def time(results: Results) -> Table:
    """Where the study's time went."""
    spent = results["time"]
    rows = [
        [f"trainings, {kind}", str(each["trainings"]), f"{each['seconds']:.0f}",
         f"{each['trainings'] * each['seconds'] / 60:.0f}"]
        for kind, each in spent["trainings"].items()
    ]  # fmt: skip
    rows += [
        [_PARTS.get(name, name), "1", f"{seconds:.0f}", f"{seconds / 60:.0f}"]
        for name, seconds in spent["parts"].items()
    ]
    return Table(
        ["what was done", "number", "seconds each", "minutes in all"],
        rows,
        "Trainings by the kind of network; seconds of one process, and several may run at once.",
    )


_PARTS = {
    "corpus": "description of the data",
    "endpoints": "judgement of the endpoints",
    "source_task": "test of the source network",
    "efficiency": "speed",
    "input_length": "figure 3",
    "table1": "Table 1",
    "beside": "what stands beside Table 1",
    "paired": "transfer against no transfer, F",
    "paired_auc": "transfer against no transfer, AUC",
    "made": "date and versions",
    "on_dev": "songs of the split dev",
    "learning_curve": "learning curve",
    "budget": "budgets",
    "table2": "Table 2",
    "speech_in_songs": "speech put into songs",
    "learned": "patterns, representations, t-SNE",
    "musdb18": "Table 3",
}
