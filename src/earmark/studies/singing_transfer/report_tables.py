"""The report's tables: results in rows of text, beside the paper's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earmark.render.document import Table
from earmark.studies.singing_transfer import paper

Results = Mapping[str, Any]


def title(song: str) -> str:
    """A song's name to be read; of a song in stems it is the vocal stem's."""
    return song.removesuffix(".vocals").replace("_", " ")


def _percent(values: Mapping[str, float | None], *names: str) -> list[str]:
    """In percent; a dash for the precision of who called nothing singing."""
    return ["-" if values[n] is None else f"{100 * values[n]:.1f}" for n in names]


def _spread(row: Mapping[str, Any], name: str) -> str:
    std = row["std"][name]
    return f"{100 * row['mean'][name]:.1f}" + ("" if std is None else f" ± {100 * std:.1f}")


def _auc(row: Mapping[str, Any]) -> str:
    std = row["std"]["auc"]
    return f"{row['mean']['auc']:.3f}" + ("" if std is None else f" ± {std:.3f}")


def table1(results: Results) -> Table:
    """Every way of transfer beside the paper's values."""
    rows = []
    for row in results["table1"]:
        printed = paper.TABLE1.get(row["row"])
        rows.append(
            [
                row["row"], f"{row['trainable']:,}", *_percent(row["mean"], "precision", "recall"),
                _spread(row, "f1"), _auc(row), str(row["runs"]),
                f"{paper.PARAMETERS[row['row']]:,}",
                " / ".join(map(str, printed)) if printed else "-",
            ]
        )  # fmt: skip
    return Table(
        ["", "trainable", "P", "R", "F", "AUC", "runs", "paper: trainable", "paper: P / R / F"],
        rows,
        "P, R and F in percent, all frames of all songs, each tested by the network of its fold; ± "
        "is the standard deviation over seeds where there are several. Runs: networks trained.",
    )


def beside(results: Results) -> Table:
    """What stands beside Table 1."""
    names = {
        "source": "source network, no song heard",
        "windows": "L1 fine-tuned, long windows (the shipped model's form)",
        "baseline": "baseline (Lee et al. 2018)",
    }
    rows = [
        [name, *_percent(results["beside"][key]["mean"], "precision", "recall"),
         _spread(results["beside"][key], "f1"), _auc(results["beside"][key])]
        for key, name in names.items()
    ]  # fmt: skip
    always = results["beside"]["always"]
    rows.append(["always singing", *_percent(always, "precision", "recall", "f1"), "0.500"])
    return Table(
        ["beside it", "P", "R", "F", "AUC"],
        rows,
        "The source network is the mismatch that the paper argues from. Always answering singing "
        "shows what F is worth on songs that are mostly sung.",
    )


_COMPARED = ("difference", "95 %", "p", "by seed", "mean over songs", "better on")


def _compared(p: Mapping[str, Any]) -> list[str]:
    low, high = p["interval"]
    return [
        f"{100 * p['difference']:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}", f"{p['p']:.3f}",
        " ".join(f"{100 * seed:+.1f}" for seed in p["seeds"]),
        f"{100 * p['over_songs']:+.1f}", f"{p['better']} of {p['songs']} songs",
    ]  # fmt: skip


def paired(results: Results) -> Table:
    """Transfer against no transfer, song for song."""
    rows = [
        [f"{measure}: {name} against no transfer", *_compared(p)]
        for measure, key in (("F", "paired"), ("AUC", "paired_auc"))
        for name, p in results[key].items()
    ]
    singers = results["paired"]["L1 fine-tuned"]["singers"]
    return Table(
        ["song for song", *_COMPARED],
        rows,
        "In points (hundredths). Songs by one singer are alike, so difference, interval (Student's "
        f"t) and p (all changes of sign) are of the means of {singers} singers, seeds averaged; "
        f"p cannot be below {2 / 2**singers:.3f} then. By seed: the same difference for each.",
    )


def lengths(results: Results) -> Table:
    """The values of figure 3."""
    rows = [
        [str(p["T"]), *(c for each in (p["source"], p["songs"])
                        for c in (*_percent(each, "f1"), f"{each['auc']:.3f}"))]
        for p in results["input_length"]
    ]  # fmt: skip
    return Table(
        ["T", "source task: F", "AUC", "songs, none heard: F", "AUC"],
        rows,
        "Source networks, seed 0. The paper's trade-off is T = 25, half a second.",
    )


def count(point: Mapping[str, Any]) -> str:
    """How many songs a point of the learning curve learnt from: some folds have fewer."""
    low, high = point["taught"]
    taught = str(low) if low == high else f"{low}-{high}"
    return taught if point["learnt_from"] is not None else f"all ({taught})"


def curve(results: Results) -> Table:
    """The learning curve."""
    rows = [
        [count(p), f"{100 * p['means'][1]:.1f}", f"{100 * p['means'][0]:.1f}", *_compared(p)]
        for p in results["learning_curve"]
    ]
    return Table(
        ["songs", "no transfer: F", "L1 fine-tuned: F", *_COMPARED],
        rows,
        "F is the mean over singers, seeds averaged; the rest as above. Each fold and seed draws "
        "its songs anew, the same for both networks; how they fell is not in the interval. All: of "
        "the other folds, so it depends on the fold.",
    )


def budget(results: Results) -> Table:
    """Results by the number of batches."""
    points = results["budget"]
    names = list(points[0]["rows"])
    rows = [
        [str(p["steps"]), *(c for n in names for c in (_percent(p["rows"][n]["mean"], "f1")[0],
                                                       f"{p['rows'][n]['mean']['auc']:.3f}"))]
        for p in points
    ]  # fmt: skip
    always = 100 * results["beside"]["always"]["f1"]
    return Table(
        ["batches", *(f"{n}: {what}" for n in names for what in ("F", "AUC"))],
        rows,
        f"Seed 0, all folds. Always answering singing has F {always:.1f}.",
    )


def table2(results: Results) -> Table:
    """Each song."""
    names = ("precision", "recall", "f1")
    rows = [
        [
            title(row["song"]), row["singer"], str(row["off"]), str(row["on"]),
            *_percent(row["baseline"], *names), *_percent(row["proposed"], *names),
        ]
        for row in results["table2"]
    ]  # fmt: skip
    overall = [
        results["beside"]["baseline"]["mean"],
        next(row["mean"] for row in results["table1"] if row["row"] == "L1 fine-tuned"),
    ]
    frames = [str(sum(row[key] for row in results["table2"])) for key in ("off", "on")]
    rows.append(["overall", "", *frames, *(c for each in overall for c in _percent(each, *names))])
    return Table(
        ["song", "singer", "off", "on", "baseline: P", "R", "F", "proposed: P", "R", "F"],
        rows,
        "Off and on: frames of 20 ms without and with singing. Proposed: L1 fine-tuned, mean of "
        "its seeds.",
    )


def paper_table2() -> Table:
    """Each song that the paper prints."""
    rows = [
        [f"No. {song}", *map(str, frames), *map(str, baseline), *map(str, proposed)]
        for song, (frames, baseline, proposed) in paper.TABLE2_SONGS.items()
    ]
    printed = (*paper.TABLE2["baseline"], *paper.TABLE2["proposed"])
    rows.append(["overall, 60 songs", "", "", *map(str, printed)])
    columns = ["the paper's", "off", "on", "baseline: P", "R", "F", "proposed: P", "R", "F"]
    return Table(columns, rows, "As printed in the paper, of other songs.")


def speech(results: Results) -> Table:
    """Speech that was put into songs."""
    found = results["speech_in_songs"]
    rows = [
        [
            row["row"],
            *("-" if row[k] is None else f"{100 * row[k]:.1f}" for k in ("found", "before")),
        ]
        for row in found["rows"]
    ]
    return Table(
        ["", "found, %", "same frames without speech, %"],
        rows,
        f"Found: frames of speech that are called singing, which is right here: the networks mark "
        f"voices. {found['utterances']} utterances, {found['seconds']:.0f} s of speech, put into "
        "instrumental gaps at 0 dB. What is called singing there without the speech is a false "
        "alarm, and finding it again proves nothing.",
    )


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
    rows = [[place(e), *_percent(e, "fine", "fixed")] for e in results["learned"]["energy"]]
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
    "learning_curve": "learning curve",
    "budget": "budgets",
    "table2": "Table 2",
    "speech_in_songs": "speech put into songs",
    "learned": "patterns, representations, t-SNE",
    "musdb18": "Table 3",
}


def table3(found: Results) -> Table:
    """MUSDB18, its own split."""
    rows = [
        [name, *_percent(found[name], "precision", "recall", "f1"), *map(str, paper.TABLE3[name])]
        for name in ("baseline", "proposed")
    ]
    return Table(
        ["", "P", "R", "F", "paper: P", "R", "F"],
        rows,
        "Trained on the data set's training side, tested on its test side; proposed: L1 "
        "fine-tuned.",
    )
