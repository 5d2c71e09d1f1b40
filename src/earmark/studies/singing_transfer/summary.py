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
    test = results["paired"]["L1 fine-tuned"]
    low, high = test["interval"]
    verdict = (
        "beats no transfer" if low > 0 else "is worse than no transfer" if high < 0
        else "cannot be told from no transfer"
    )  # fmt: skip
    said.append(
        f"L1 fine-tuned {verdict} here: {100 * test['difference']:+.1f} points of F, song for song "
        f"(95 % over singers {100 * low:+.1f} to {100 * high:+.1f}; Wilcoxon over songs p = "
        f"{test['p_songs']:.3f}; better on {test['better']} of {test['songs']} songs)."
    )
    f = {row["row"]: row["mean"]["f1"] for row in results["table1"]}
    ours = sorted(paper.TABLE1, key=lambda name: -f[name])
    theirs = sorted(paper.TABLE1, key=lambda name: -paper.TABLE1[name][2])
    said.append(f"Best to worst, here: {', '.join(ours)}. In the paper: {', '.join(theirs)}.")
    worst = (
        "is the worst here too" if ours[-1] == "all fixed" else f"is not the worst here: {ours[-1]}"
    )
    said.append(f"All layers fixed, by far the worst in the paper, {worst}.")
    said.append(_pays(results))
    said.append(_budget(results))
    source = results["beside"]["source"]["mean"]
    said.append(
        f"The source network, which heard no song, reaches F {100 * source['f1']:.1f} and AUC "
        f"{source['auc']:.3f} on them; always answering singing has F "
        f"{100 * results['beside']['always']['f1']:.1f}."
    )
    return said


def _pays(results: Results) -> str:
    said, last = [], "no number of songs that was tried"
    for point in results["learning_curve"]:
        count = "all" if point["songs"] is None else str(point["songs"])
        spread = 2 * (point["error"] or 0)
        said.append(f"{count}: {100 * point['gain']:+.1f} ± {100 * spread:.1f}")
        if point["gain"] > spread:
            last = "all songs" if count == "all" else f"{count} song{'s' * (count != '1')}"
    return (
        "Gain of L1 fine-tuned in points of F by the number of songs learnt from (± two standard "
        f"errors): {'; '.join(said)}. The largest number at which it is surely above zero: {last}."
    )


def _budget(results: Results) -> str:
    said = []
    for point in results["budget"]:
        auc = {name: row["mean"]["auc"] for name, row in point["rows"].items()}
        best = max(auc, key=auc.__getitem__)
        gain = auc["L1 fine-tuned"] - auc["no transfer"]
        said.append(f"{point['steps']} batches: {best} is best, L1 fine-tuned {gain:+.3f}")
    return (
        "What the budget decides (AUC; L1 fine-tuned against no transfer): " + "; ".join(said) + "."
    )


def differences(results: Results) -> list[str]:
    """What is not as in the paper."""
    settings, corpus = results["settings"], results["corpus"]
    singers = {song["singer"] for song in corpus["songs"]}
    minutes = sum(song["seconds"] for song in corpus["songs"]) / 60
    return [
        f"Songs: {len(corpus['songs'])} by {len(singers)} singers or bands, {minutes:.0f} min, "
        f"in {settings['folds']} folds over singers (the paper: 120 and 60 songs, other singers). "
        "A fold may hold one singer only; labels are karaoke timings or energies of vocal stems.",
        f"Budget: every target network learns {settings['steps']} batches of {settings['batch']} "
        f"stretches of {settings['frames']} frames; every source network "
        f"{settings['source_steps']}. The paper does not give its own.",
        f"Source task: {_recordings(corpus['speech'], 'speech')} and "
        f"{_recordings(corpus['music'], 'instrumental music')}, mixed at {settings['snr_db']:g} dB "
        "over the active speech (the paper: 34.5 h by 100 speakers); rooms, equalisers and levels "
        "vary, and steady noise is taken out of the speech, which the paper does not say.",
        "Views are standardised band by band over each recording: the paper names no scaling.",
        "The source network's head (dense 64 over the block), the dropout, and PyTorch's form of "
        "the GRU are our choice.",
        f"In training every {settings['shift']}th block is learnt from; in testing every block.",
        "The baseline learns by Adam under the same budget; its bands are standardised by the "
        "training set, not each cell of the block.",
    ]


def _recordings(counts: Mapping[str, int], what: str) -> str:
    return (
        f"{counts['recordings train']} recordings of {what} by {counts['performers train']} "
        f"performers (and {counts['recordings valid']} by {counts['performers valid']} others to "
        "test)"
    )
