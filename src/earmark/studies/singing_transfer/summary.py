"""What the numbers say, in sentences: whether the paper's order holds, and when transfer pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earmark.studies.singing_transfer import paper

Results = Mapping[str, Any]
SYNTHETIC = (
    "A SYNTHETIC STAND-IN: songs and speech were rendered by earmark. The figures show that the "
    "study runs; of real singing they say nothing."
)


def answers(results: Results) -> list[str]:
    """The questions of the paper and what these data answer."""
    said = [SYNTHETIC] if "synthetic" in results["data"] else []
    said.append(_verdict("F", results["paired"]) + " The paper has no such row.")
    said.append(_verdict("AUC, which no threshold touches", results["paired_auc"]))
    said += _order(results)
    source, baseline = (results["beside"][name]["mean"] for name in ("source", "baseline"))
    fine = next(row["mean"] for row in results["table1"] if row["row"] == "L1 fine-tuned")
    said.append(
        f"Baseline: F {100 * baseline['f1']:.1f}, AUC {baseline['auc']:.3f}; L1 fine-tuned: F "
        f"{100 * fine['f1']:.1f}, AUC {fine['auc']:.3f} (the paper: F {paper.TABLE2['baseline'][2]}"
        f" and {paper.TABLE2['proposed'][2]})."
    )
    said.append(
        f"The source network, which heard no song, has F {100 * source['f1']:.1f} and AUC "
        f"{source['auc']:.3f} on them; always answering singing has F "
        f"{100 * results['beside']['always']['f1']:.1f}."
    )
    if dev := results["on_dev"]["songs"]:
        areas = (f"{row} {auc:.3f}" for row, auc in results["on_dev"]["auc"].items())
        said.append(f"AUC on the {dev} songs of the split dev alone: {', '.join(areas)}.")
    return [*said, _pays(results), _budget(results)]


def _verdict(measure: str, compared: Results) -> str:
    test = compared["L1 fine-tuned"]
    low, high = test["interval"]
    sure = test["p"] < 0.05
    verdict = (
        "beats no transfer" if low > 0 and sure
        else "is worse than no transfer" if high < 0 and sure
        else "cannot be told from no transfer"
    )  # fmt: skip
    return (
        f"By {measure}, L1 fine-tuned {verdict} here: {100 * test['difference']:+.1f} points in "
        f"the mean over {test['singers']} singers (95 % {100 * low:+.1f} to {100 * high:+.1f}, p = "
        f"{test['p']:.2f}), {100 * test['over_songs']:+.1f} over {test['songs']} songs, better on "
        f"{test['better']} of them."
    )


def _order(results: Results) -> list[str]:
    """The paper's order of Table 1 and ours, by the one seed that every row has."""
    from scipy.stats import spearmanr

    f = {row["row"]: 100 * row["seeds"][0]["f1"] for row in results["table1"]}
    theirs = {name: printed[2] for name, printed in paper.TABLE1.items()}
    ours, printed = (sorted(theirs, key=lambda name: -of[name]) for of in (f, theirs))
    likeness = spearmanr([f[name] for name in theirs], list(theirs.values())).statistic
    holds = all(f[a] > f[b] for a in theirs for b in theirs if theirs[a] > theirs[b])
    last = f[ours[-2]] - f[ours[-1]]
    return [
        f"The paper's order {'holds' if holds else 'does not hold'} here (rank "
        f"correlation {likeness:+.2f}). Best to worst by F, seed 0: {', '.join(ours)}; in the "
        f"paper: {', '.join(printed)}.",
        "All layers fixed is by far the worst in the paper, 8.5 points behind the next. Here "
        + (
            f"it is last too, {last:.1f} points behind."
            if ours[-1] == "all fixed"
            else f"{ours[-1]} is last, and all fixed has rank {ours.index('all fixed') + 1} of 8."
        ),
    ]


def _pays(results: Results) -> str:
    said, last = [], "none of those tried"
    for point in results["learning_curve"]:
        count = "all" if point["learnt_from"] is None else str(point["learnt_from"])
        low, high = (100 * value for value in point["interval"])
        said.append(f"{count}: {100 * point['difference']:+.1f} ({low:+.1f} to {high:+.1f})")
        if low > 0:
            last = count
    return (
        "Gain of L1 fine-tuned over no transfer in points of F, by the number of songs learnt from "
        f"(95 % over singers; how the songs fell is not in it): {'; '.join(said)}. The largest "
        f"number at which the interval lies above zero: {last}."
    )


def _budget(results: Results) -> str:
    said = []
    for point in results["budget"]:
        auc = {name: row["mean"]["auc"] for name, row in point["rows"].items()}
        best = max(auc, key=auc.__getitem__)
        gain = auc["L1 fine-tuned"] - auc["no transfer"]
        said.append(f"{gain:+.3f} with {point['steps']} batches (the best row: {best})")
    return (
        "What the budget decides, by the AUC of L1 fine-tuned against no transfer, one seed: "
        + "; ".join(said)
        + "."
    )


def differences(results: Results) -> list[str]:
    """What is not as in the paper."""
    settings, corpus = results["settings"], results["corpus"]
    singers = {song["singer"] for song in corpus["songs"]}
    minutes = sum(song["seconds"] for song in corpus["songs"]) / 60
    return [
        f"Songs: {len(corpus['songs'])} by {len(singers)} singers or bands, {minutes:.0f} min, "
        f"in {settings['folds']} folds over singers (the paper: 120 and 60 songs, other singers). "
        + (
            "Their labels are exact."
            if "synthetic" in results["data"]
            else "Their labels are karaoke timings or energies of vocal stems."
        ),
        f"Budget: every target network learns {settings['steps']} batches of {settings['batch']} "
        f"stretches of {settings['frames']} frames, every source network "
        f"{settings['source_steps']}; the paper does not give its own. Of a stretch, the networks "
        f"of blocks learn from every {settings['shift']}th frame, the source network and the "
        f"baseline (at 70 frames a second) from each. Long windows: {settings['long_batch']} of "
        f"{settings['long_frames']} frames a batch.",
        f"Source task: {_recordings(corpus['speech'], 'speech')} and "
        f"{_recordings(corpus['music'], 'instrumental music')}, mixed at {settings['snr_db']:g} dB "
        "over the active speech (the paper: 34.5 h by 100 speakers); rooms, equalisers and levels "
        "vary, steady noise is taken out of the speech, and frames in which it drowns are neither "
        "learnt from nor tested, which the paper does not say.",
        "Views are standardised band by band over each recording: the paper names no scaling.",
        "The source network's head (dense 64 over the block), the dropout, and PyTorch's form of "
        "the GRU are our choice.",
        "The baseline learns by Adam under the same budget; its bands are standardised by the "
        "training set, not each cell of the block.",
    ]


def _recordings(counts: Mapping[str, int], what: str) -> str:
    return (
        f"{counts['recordings train']} recordings of {what} by {counts['performers train']} "
        f"performers (and {counts['recordings valid']} by {counts['performers valid']} others to "
        "test)"
    )
