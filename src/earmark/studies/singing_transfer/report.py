"""The study's report: every table and figure beside the paper's values, and what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earmark.atomic import write_atomic
from earmark.render.document import Block, Document, Heading, Items, Picture, Text
from earmark.studies.singing_transfer import paper
from earmark.studies.singing_transfer import report_inside as inside
from earmark.studies.singing_transfer import report_tables as tables
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.report_pictures import pictures
from earmark.studies.singing_transfer.runs import CONVOLUTIONS
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
    drawn = pictures(folder, lab, results)
    document = Document(
        "Transfer learning for singing detection (Hou et al. 2020), reproduced",
        _blocks(results, [name for name in drawn if name.startswith("clip")]),
        drawn,
    )
    home = folder / "report"
    for name, png in drawn.items():
        write_atomic(home / "figures" / f"{name}.png", png)
    write_atomic(home / "report.md", document.markdown().encode())
    write_atomic(home / "index.html", document.html().encode())
    write_atomic(home / "results.json", json.dumps(results, indent=1).encode())


def _blocks(results: Results, clips: list[str]) -> list[Block]:
    blocks: list[Block] = [Text(_ABOUT), Heading("What came out"), Items(answers(results))]
    blocks += [Heading("What differs from the paper"), Items(differences(results))]
    blocks += [Heading("The source task: endpoints and speech over music"), *_source(results)]
    blocks += [
        Heading("Table 1: which layers to carry over, fixed or fine-tuned"),
        tables.table1(results),
    ]
    blocks += [tables.beside(results), tables.paired(results)]
    blocks += [
        Heading("Figure 3: how long a block must be"),
        Picture("input_length", "F against T, the frames of a block, on the source task and on "
                "songs; source networks of one seed."),
        tables.lengths(results),
    ]  # fmt: skip
    blocks += [
        Heading("How many songs until transfer stops paying"),
        Picture("learning_curve", "F against the number of songs learnt from."),
        Picture("gain", "Gain in F by L1 fine-tuned over no transfer, mean over singers; bars: 95 "
                "%, Student's t over singers."),
        tables.curve(results),
    ]  # fmt: skip
    blocks += [
        Heading("What the budget decides"),
        Picture("budget", "AUC against the batches that a network learns from, seed 0."),
        tables.budget(results),
    ]
    blocks += [
        Heading("Table 2: song by song"),
        tables.table2(results),
        tables.paper_table2(),
        Heading("Figure 6: truth, proposed, baseline"),
        Picture("strips", "Yellow: singing. A song of each fold; proposed: L1 fine-tuned."),
    ]
    blocks += [Heading("Speech between sung parts"), tables.speech(results)]
    blocks += [Heading("What was learned: filter patterns (equation 2)"), inside.patterns(results)]
    blocks += [inside.weights(results)]
    for layer in CONVOLUTIONS:
        for which, name in (("source", "source network"), ("target", "target, L1 fine-tuned")):
            blocks.append(
                Picture(
                    f"patterns_{which}_{layer}",
                    f"{layer}, {name}: the input that excites each filter most. Time to the right, "
                    "64 mel bands upwards; each has its own colours.",
                )
            )
    blocks += [Heading("Internal representations"), inside.energy(results)]
    blocks += [
        Picture(name, f"{inside.place(e)}: log-mel, then of each layer one map, drawn at random: "
                "where that layer was carried over and fine-tuned, and where it was fixed.")
        for name, e in zip(clips, results["learned"]["energy"], strict=True)
    ]  # fmt: skip
    domains = results["learned"]["domains"]
    blocks += [
        Heading("Figure 4: the two domains"),
        Picture("tsne", "t-SNE of blocks of mixtures (source) and of songs (target)."),
        Text(
            f"A linear classifier tells blocks of mixtures from blocks of songs with AUC "
            f"{domains['auc']:.3f} ± {domains['std']:.3f} on mixtures and singers that it never "
            "saw (mixtures may share a piece of music or a speaker)."
        ),
    ]
    if "musdb18" in results:
        blocks += [Heading("Table 3: MUSDB18"), tables.table3(results["musdb18"])]
    blocks += [Heading("Speed"), inside.speed(results), inside.time(results)]
    blocks += [Heading("Slips in the paper's tables"), Items(paper.SLIPS)]
    made = results["made"]
    blocks += [
        Heading("How this was made"),
        Text(
            f"earmark {results['version']}, {made['date']}, Python {made['python']}, PyTorch "
            f"{made['torch']}, {made['processor']}. Recordings and labels: sha256 "
            f"{results['recordings']}. All numbers are in results.json."
        ),
        Text("Settings: " + ", ".join(f"{k} {v}" for k, v in results["settings"].items()) + "."),
    ]
    return blocks


_ABOUT = (
    "Does a network that learned to find speech over music, of which any amount can be made, find "
    "singing better than one that saw labelled songs only? P, R and F are precision, recall and "
    "their harmonic mean over frames of 20 ms, in percent; a frame is called singing where that "
    "output is the larger. AUC is the area under the ROC curve, mean over songs (of mixtures: over "
    "all of their frames). L1, L2 and L3 are "
    "the convolutions; a layer that was carried over stays fixed or goes on learning (fine-tuned)."
)


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
