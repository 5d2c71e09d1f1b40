"""The report's tables: results in rows of text, beside the paper's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earmark.render.document import Table
from earmark.studies.singing_transfer import paper

Results = Mapping[str, Any]


def title(song: str) -> str:
    """A song's title, from a name such as ``artist___title`` or its vocal stem's.

    Examples
    --------
    >>> title("jonathan_coulton___code_monkey"), title("1_hydrogen.vocals")
    ('code monkey', '1 hydrogen')
    """
    return song.rpartition("___")[2].removesuffix(".vocals").replace("_", " ").strip()


def percent(values: Mapping[str, float | None], *names: str) -> list[str]:
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
                row["row"], f"{row['trainable']:,}", *percent(row["mean"], "precision", "recall"),
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
        [name, *percent(results["beside"][key]["mean"], "precision", "recall"),
         _spread(results["beside"][key], "f1"), _auc(results["beside"][key])]
        for key, name in names.items()
    ]  # fmt: skip
    always = results["beside"]["always"]
    rows.append(["always singing", *percent(always, "precision", "recall", "f1"), "0.500"])
    return Table(
        ["beside it", "P", "R", "F", "AUC"],
        rows,
        "The source network is the mismatch that the paper argues from. Always answering singing "
        "shows what F is worth on songs that are mostly sung.",
    )


_COMPARED = ("difference", "95 %", "p", "by seed", "over songs", "better")


def _compared(p: Mapping[str, Any]) -> list[str]:
    low, high = p["interval"]
    return [
        f"{100 * p['difference']:+.1f}", f"{100 * low:+.1f} to {100 * high:+.1f}", f"{p['p']:.3f}",
        " ".join(f"{100 * seed:+.1f}" for seed in p["seeds"]),
        f"{100 * p['over_songs']:+.1f}", f"{p['better']} of {p['songs']}",
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
        f"p cannot be below {2 / 2**singers:.3f} then. By seed: the same difference for each. "
        "Over songs: the mean that counts every song alike; better: on how many songs.",
    )


def lengths(results: Results) -> Table:
    """The values of figure 3."""
    rows = [
        [str(p["T"]), *(c for each in (p["source"], p["songs"])
                        for c in (*percent(each, "f1"), f"{each['auc']:.3f}"))]
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
        [str(p["steps"]), *(c for n in names for c in (percent(p["rows"][n]["mean"], "f1")[0],
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
            *percent(row["baseline"], *names), *percent(row["proposed"], *names),
        ]
        for row in results["table2"]
    ]  # fmt: skip
    overall = [
        results["beside"]["baseline"]["mean"],
        next(row["mean"] for row in results["table1"] if row["row"] == "L1 fine-tuned"),
    ]
    frames = [str(sum(row[key] for row in results["table2"])) for key in ("off", "on")]
    rows.append(["overall", "", *frames, *(c for each in overall for c in percent(each, *names))])
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


def table3(found: Results) -> Table:
    """MUSDB18, its own split."""
    rows = [
        [name, *percent(found[name], "precision", "recall", "f1"), *map(str, paper.TABLE3[name])]
        for name in ("baseline", "proposed")
    ]
    return Table(
        ["", "P", "R", "F", "paper: P", "R", "F"],
        rows,
        "Trained on the data set's training side, tested on its test side; proposed: L1 "
        "fine-tuned.",
    )
