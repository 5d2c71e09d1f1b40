"""The judgement of endpoints is what can be counted by hand."""

import pytest

from earmark.annotation import Segment
from earmark.studies.singing_transfer.endpoint_check import compare


def test_by_hand():
    truth, answer = [[Segment(1.0, 2.0)]], [[Segment(1.1, 2.0), Segment(3.0, 3.1)]]
    found = compare(truth, answer, [64000])
    assert found["accuracy"] == pytest.approx(1 - 0.2 / 4)
    assert found["f1"] == pytest.approx(2 * 0.9 / (2 * 0.9 + 0.1 + 0.1))
    assert found["start_s"] == pytest.approx(0.1)
    assert found["end_s"] == 0
    assert found["edges"] == 1
