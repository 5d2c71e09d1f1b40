"""The study's report: every table and figure beside the paper's values, and what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from earmark.annotation import HOP_S
from earmark.atomic import write_atomic
from earmark.render.charts import curves, points, strips
from earmark.render.document import Block, Document, Heading, Items, Picture, Table, Text
from earmark.render.maps import pattern_page, stacked
from earmark.studies.singing_transfer import paper
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.runs import BASELINE, CONVOLUTIONS, L1_FINE, over
from earmark.studies.singing_transfer.summary import answers, differences

Results = Mapping[str, Any]


def write_report(folder: Path, lab: Lab, results: Results) -> None:
    """Write ``folder/report``: ``index.html`` (all in one), ``report.md``, figures and results.

    Parameters
    ----------
    folder : Path
        The study's.
    lab : Lab
        Its songs and scores, for the strips.
    results : mapping
        See :func:`earmark.studies.singing_transfer.run`.
    """
    pictures = _pictures(folder, lab, results)
    document = Document(
        "Transfer learning for singing detection (Hou et al. 2020), reproduced",
        _blocks(results, pictures),
        pictures,
    )
    home = folder / "report"
    for name, png in pictures.items():
        write_atomic(home / "figures" / f"{name}.png", png)
    write_atomic(home / "report.md", document.markdown().encode())
    write_atomic(home / "index.html", document.html().encode())
    write_atomic(home / "results.json", json.dumps(results, indent=1).encode())


def _blocks(results: Results, pictures: Mapping[str, bytes]) -> list[Block]:
    blocks: list[Block] = [Heading("What came out"), Items(answers(results))]
    blocks += [Heading("What differs from the paper"), Items(differences(results))]
    blocks += [Heading("The source task: endpoints and speech over music"), *_source(results)]
    blocks += [
        Heading("Table 1: which layers to carry over, fixed or fine-tuned"),
        _table1(results),
    ]
    blocks += [_beside(results), _paired(results)]
    blocks += [
        Heading("Figure 3: how long a block must be"),
        Picture("input_length", "F against T, the frames of a block; source networks of one seed."),
        _lengths(results),
    ]
    blocks += [
        Heading("How many songs until transfer stops paying"),
        Picture("learning_curve", "F against the number of songs learnt from; bars: standard error"
                " over folds and seeds."),
        Picture("gain", "Gain in F by L1 fine-tuned over no transfer, pair by pair of networks "
                "that differ in nothing else; bars: two standard errors."),
        _curve(results),
    ]  # fmt: skip
    blocks += [
        Heading("What the budget decides"),
        Picture("budget", "AUC against the batches that a network learns from; one seed."),
        _budget(results),
    ]
    blocks += [
        Heading("Table 2: song by song"),
        _table2(results),
        _paper_table2(),
        Heading("Figure 6: truth, proposed, baseline"),
        Picture("strips", "Yellow: singing. A song of each fold; proposed is L1 fine-tuned."),
    ]
    blocks += [Heading("Speech between sung parts"), _speech(results)]
    blocks += [Heading("What was learned: filter patterns (equation 2)"), _patterns(results)]
    for layer in CONVOLUTIONS:
        for which, name in (("source", "source network"), ("target", "target, L1 fine-tuned")):
            blocks.append(
                Picture(
                    f"patterns_{which}_{layer}",
                    f"{layer}, {name}: the input that excites each filter most. Time to the right, "
                    "64 mel bands upwards; each has its own colours.",
                )
            )
    blocks += [Heading("Internal representations"), _energy(results)]
    blocks += [
        Picture(name, f"{_place(e)}: log-mel, then one map of each layer, drawn at random, where "
                "that layer was carried over and fine-tuned, and where it was fixed.")
        for name, e in zip([n for n in pictures if n.startswith("clip")],
                           results["learned"]["energy"], strict=True)
    ]  # fmt: skip
    domains = results["learned"]["domains"]
    blocks += [
        Heading("Figure 4: the two domains"),
        Picture("tsne", "t-SNE of blocks of mixtures (source) and of songs (target)."),
        Text(
            f"A linear classifier tells blocks of mixtures from blocks of songs with AUC "
            f"{domains['auc']:.3f} ± {domains['std']:.3f} on recordings that it never saw."
        ),
    ]
    if "musdb18" in results:
        blocks += [Heading("Table 3: MUSDB18"), _table3(results["musdb18"])]
    blocks += [Heading("Speed"), _speed(results), _time(results)]
    blocks += [Heading("Slips in the paper's tables"), Items(paper.SLIPS)]
    blocks += [Heading("Settings"), Text(json.dumps(results["settings"]))]
    return blocks


def _percent(values: Mapping[str, float], *names: str) -> list[str]:
    return [f"{100 * values[name]:.1f}" for name in names]


def _spread(row: Mapping[str, Any], name: str) -> str:
    std = row["std"][name]
    return f"{100 * row['mean'][name]:.1f}" + ("" if std is None else f" ± {100 * std:.1f}")


def _auc(row: Mapping[str, Any]) -> str:
    std = row["std"]["auc"]
    return f"{row['mean']['auc']:.3f}" + ("" if std is None else f" ± {std:.3f}")


def _source(results: Results) -> list[Block]:
    found, task = results["endpoints"], results["source_task"]
    return [
        Text(
            f"On 20 rendered utterances, whose truth is exact, {100 * found['accuracy']:.1f} % of "
            f"the frames agree with the endpoints; starts are {found['start_s']:.3f} s and ends "
            f"{found['end_s']:.3f} s off in the median. bench/endpoints.py judges them on recorded "
            "speech with silero-vad as referee."
        ),
        Text(
            f"The source network finds speech over music of speakers and collections that it never "
            f"heard with F {100 * task['f1']:.1f} (P {100 * task['precision']:.1f}, R "
            f"{100 * task['recall']:.1f}, AUC {task['auc']:.3f})."
        ),
    ]


def _table1(results: Results) -> Table:
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


def _beside(results: Results) -> Table:
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


def _paired(results: Results) -> Table:
    rows = [
        [
            f"{name} against no transfer", f"{100 * p['difference']:+.1f}",
            f"{100 * p['interval'][0]:+.1f} to {100 * p['interval'][1]:+.1f}",
            f"{p['p_songs']:.3f}", f"{p['better']} of {p['songs']}",
        ]
        for name, p in results["paired"].items()
    ]  # fmt: skip
    return Table(
        ["song for song", "difference in F", "95 %, over singers", "p, over songs", "better on"],
        rows,
        "Mean over songs, F averaged over seeds; bootstrap over singers; Wilcoxon's signed ranks.",
    )


def _lengths(results: Results) -> Table:
    rows = [
        [str(p["T"]), *(c for each in (p["source"], p["songs"])
                        for c in (*_percent(each, "f1"), f"{each['auc']:.3f}"))]
        for p in results["input_length"]
    ]  # fmt: skip
    return Table(["T", "source task: F", "AUC", "songs, none heard: F", "AUC"], rows)


def _count(point: Mapping[str, Any]) -> str:
    return "all" if point["songs"] is None else str(point["songs"])


def _curve(results: Results) -> Table:
    rows = [
        [
            _count(p), _spread(p["rows"]["no transfer"], "f1"),
            _spread(p["rows"]["L1 fine-tuned"], "f1"),
            f"{100 * p['gain']:+.1f}", "-" if p["error"] is None else f"{100 * p['error']:.1f}",
        ]
        for p in results["learning_curve"]
    ]  # fmt: skip
    return Table(
        ["songs", "no transfer: F", "L1 fine-tuned: F", "gain", "standard error"],
        rows,
        "F over all songs, ± over seeds. Gain: mean over folds and seeds of the difference in a "
        "fold's F, and its standard error; folds differ in difficulty, so the gain is surer than "
        "either F.",
    )


def _budget(results: Results) -> Table:
    points = results["budget"]
    names = list(points[0]["rows"])
    rows = [
        [str(p["steps"]), *(c for n in names for c in (_percent(p["rows"][n]["mean"], "f1")[0],
                                                       f"{p['rows'][n]['mean']['auc']:.3f}"))]
        for p in points
    ]  # fmt: skip
    return Table(["batches", *(f"{n}: {what}" for n in names for what in ("F", "AUC"))], rows)


def _table2(results: Results) -> Table:
    names = ("precision", "recall", "f1")
    rows = [
        [
            row["song"].replace("_", " "), row["singer"], str(row["off"]), str(row["on"]),
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
        ["song", "singer", "off", "on", "baseline: P", "R", "F", "proposed: P", "R", "F"], rows
    )


def _paper_table2() -> Table:
    rows = [
        [f"No. {song}", *map(str, frames), *map(str, baseline), *map(str, proposed)]
        for song, (frames, baseline, proposed) in paper.TABLE2_SONGS.items()
    ]
    printed = (*paper.TABLE2["baseline"], *paper.TABLE2["proposed"])
    rows.append(["overall, 60 songs", "", "", *map(str, printed)])
    columns = ["the paper's", "off", "on", "baseline: P", "R", "F", "proposed: P", "R", "F"]
    return Table(columns, rows)


def _speech(results: Results) -> Table:
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
        f"{found['utterances']} utterances, {found['seconds']:.0f} s of speech put into "
        "instrumental gaps at 0 dB.",
    )


def _patterns(results: Results) -> Table:
    rows = [
        [layer, *(f"{each[what]:.2f}" for what in ("correlation", "magnitudes")
                  for each in against.values())]
        for layer, against in results["learned"]["patterns"].items()
    ]  # fmt: skip
    names = ("L1 fine-tuned", "no transfer", "untrained")
    return Table(
        ["", *(f"{what}{name}" for what in ("", "magnitudes: ") for name in names)],
        rows,
        "Best-match correlation of the source network's patterns with those of another network, "
        "mean over filters; of the patterns as they are, then of the magnitudes of their spectra, "
        "which do not mind where a texture lies. L1 fine-tuned began with the source's L1; no "
        "transfer found its own; the untrained network shows what is due to the form alone. The "
        "paper says that L1 is most alike.",
    )


def _energy(results: Results) -> Table:
    rows = [[_place(e), *_percent(e, "fine", "fixed")] for e in results["learned"]["energy"]]
    return Table(
        ["energy of L1's output above 4 kHz, %", "L1 fine-tuned", "L1 fixed"], rows,
        "The supplement says that fine-tuned keeps more.",
    )  # fmt: skip


def _place(clip: Mapping[str, Any]) -> str:
    return f"{clip['song'].replace('_', ' ')}, from {clip['start_s']:.0f} s"


def _speed(results: Results) -> Table:
    e = results["efficiency"]
    rows = [
        [name, f"{e[name]['ratio']:.0f}", f"{e[name]['difference']:.1e}",
         f"{e[name]['dense_times_real_time']:.0f}", f"{e[name]['step_times_real_time']:.0f}"]
        for name in ("source", "target")
    ]  # fmt: skip
    return Table(
        ["network", "blocks / dense, time", "largest difference", "dense, x real time",
         "training step, x real time"],
        rows, f"{e['threads']} threads.",
    )  # fmt: skip


def _time(results: Results) -> Table:
    time = results["time"]
    rows = [
        [f"trainings, {kind}", str(each["trainings"]), f"{each['seconds']:.0f}",
         f"{each['trainings'] * each['seconds'] / 60:.0f}"]
        for kind, each in time["trainings"].items()
    ]  # fmt: skip
    rows += [
        [name.replace("_", " "), "1", f"{seconds:.0f}", f"{seconds / 60:.0f}"]
        for name, seconds in time["parts"].items()
    ]
    return Table(["", "number", "seconds each", "minutes in all"], rows)


def _table3(found: Results) -> Table:
    rows = [
        [name, *_percent(found[name], "precision", "recall", "f1"), *map(str, paper.TABLE3[name])]
        for name in ("baseline", "proposed")
    ]
    return Table(["", "P", "R", "F", "paper: P", "R", "F"], rows)


def _pictures(folder: Path, lab: Lab, results: Results) -> dict[str, bytes]:
    with np.load(folder / "parts" / "learned.npz") as kept:
        arrays = dict(kept)
    lengths, curve = results["input_length"], results["learning_curve"]
    counts = [_count(point) for point in curve]
    pictures = {
        "input_length": curves(
            [str(p["T"]) for p in lengths],
            {
                "source task": [(100 * p["source"]["f1"], None) for p in lengths],
                "songs, none heard": [(100 * p["songs"]["f1"], None) for p in lengths],
            },
            x_label="T, frames of 20 ms", y_label="F, %",
        ),
        "learning_curve": curves(
            counts,
            {
                name: [_mean_of_folds(p["rows"][name]) for p in curve]
                for name in ("no transfer", "L1 fine-tuned")
            },
            x_label="songs learnt from", y_label="F, %, mean of folds",
        ),
        "gain": curves(
            counts,
            {"gain": [(100 * p["gain"], 200 * (p["error"] or 0)) for p in curve]},
            x_label="songs learnt from", y_label="gain in F, points", zero=True,
        ),
        "budget": curves(
            [str(p["steps"]) for p in results["budget"]],
            {
                name: [(p["rows"][name]["mean"]["auc"], None) for p in results["budget"]]
                for name in results["budget"][0]["rows"]
            },
            x_label="batches learnt from", y_label="AUC",
        ),
        "tsne": points(
            {"mixtures (source)": arrays["tsne source"], "songs (target)": arrays["tsne target"]}
        ),
        "strips": _strips(lab),
    }  # fmt: skip
    for layer in CONVOLUTIONS:
        for which in ("source", "target"):
            page = pattern_page(arrays[f"patterns {which} {layer}"])
            pictures[f"patterns_{which}_{layer}"] = page
    rng = np.random.default_rng(0)
    for number in range(len(results["learned"]["energy"])):
        pictures[f"clip{number}"] = _clip(arrays, number, rng)
    return pictures


def _mean_of_folds(row: Mapping[str, Any]) -> tuple[float, float | None]:
    values = 100 * np.array([each["f1"] for each in row["folds"]])
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return float(values.mean()), error


def _strips(lab: Lab) -> bytes:
    songs = {}
    for fold in range(lab.settings.folds):
        proposed, baseline = (over(row, lab.settings)[fold] for row in (L1_FINE, BASELINE))
        song = lab.tested(proposed)[0]
        songs[f"{song.name.replace('_', ' ')} ({song.singer})"] = {
            "truth": song.active,
            "proposed": lab.scores(proposed)[song.name] > 0.5,
            "baseline": lab.scores(baseline)[song.name] > 0.5,
        }
    return strips(songs, hop_s=HOP_S)


def _clip(arrays: Mapping[str, Any], number: int, rng: np.random.Generator) -> bytes:
    log_mel = arrays[f"clip {number}"]
    images = {"log-mel": log_mel}
    for layer in CONVOLUTIONS:
        maps = {which: arrays[f"clip {number} {which} {layer}"] for which in ("fine", "fixed")}
        channel = int(rng.integers(len(maps["fine"])))
        for which, name in (("fine", "fine-tuned"), ("fixed", "fixed")):
            images[f"{layer} {name}, map {channel}"] = maps[which][channel]
    return stacked(images, seconds=len(log_mel) * HOP_S)
