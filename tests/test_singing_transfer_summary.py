"""The study's sentences say what its numbers say."""

import copy

import pytest

from earmark.studies.singing_transfer.paper import TABLE1
from earmark.studies.singing_transfer.settings import FULL
from earmark.studies.singing_transfer.summary import answers


def compared(difference, low, high, p):
    return {
        "means": [0.8 + difference, 0.8], "difference": difference, "interval": [low, high],
        "p": p, "over_songs": difference, "better": 3, "songs": 4, "singers": 4,
        "seeds": [difference],
    }  # fmt: skip


def row(name, f1, auc=0.9):
    return {"row": name, "seeds": [{"f1": f1}], "mean": {"f1": f1, "auc": auc}}


@pytest.fixture
def results():
    """As the paper has it: its order, and a gain that is sure up to two songs."""
    table1 = [row(name, printed[2] / 100) for name, printed in TABLE1.items()]
    budget = {"no transfer": 0.88, "L1 fine-tuned": 0.9, "all fixed": 0.85}
    curve = [(1, 0.05, 0.01), (2, 0.04, 0.01), (4, 0.01, -0.01), (None, 0.03, -0.001)]
    return {
        "data": "singing corpus",
        "settings": FULL,
        "table1": [row("no transfer", 0.9), *table1],
        "paired": {"L1 fine-tuned": compared(0.02, 0.01, 0.03, 0.02)},
        "paired_auc": {"L1 fine-tuned": compared(-0.02, -0.03, -0.01, 0.02)},
        "beside": {
            "source": row("source", 0.6, 0.8), "baseline": row("baseline", 0.7, 0.8),
            "always": {"f1": 0.65},
        },
        "on_dev": {"songs": 4, "auc": {"source network": 0.756}},
        "learning_curve": [
            {"learnt_from": n} | compared(gain, low, 0.1, 0.1) for n, gain, low in curve
        ],
        "budget": [
            {"steps": 320, "rows": {name: row(name, 0.8, auc) for name, auc in budget.items()}}
        ],
    }  # fmt: skip


def test_the_papers_order(results):
    said = " ".join(answers(results))
    assert "By F, L1 fine-tuned beats no transfer here: +2.0 points" in said
    assert "touches, L1 fine-tuned is worse than no transfer here: -2.0 points" in said
    assert "The paper's order holds here (rank correlation +1.00)" in said
    assert "it is last too, 8.5 points behind" in said
    assert "The largest number at which the interval lies above zero: 2." in said
    assert "+0.020 with 320 batches (the best row: L1 fine-tuned)" in said
    assert "dev alone: source network 0.756" in said
    assert "SYNTHETIC" not in said


def test_another_order(results):
    results = copy.deepcopy(results)
    for one in results["table1"]:
        one["seeds"][0]["f1"] = 1 - one["seeds"][0]["f1"]
    results["paired"]["L1 fine-tuned"] |= {"p": 0.19}
    results["data"] = "rendered by earmark (a synthetic stand-in)"
    results["on_dev"] = {"songs": 0, "auc": {}}
    said = " ".join(answers(results))
    assert "By F, L1 fine-tuned cannot be told from no transfer" in said  # interval and p disagree
    assert "The paper's order does not hold here (rank correlation -1.00)" in said
    assert "L1 fine-tuned is last, and all fixed has rank 1 of 8" in said
    assert "SYNTHETIC STAND-IN" in said
    assert "split dev" not in said
