"""Labels that cannot be a song's are refused, and the message names both files."""

import pytest

from earmark.annotation import Segment
from earmark.errors import DataError
from earmark.labels import check_labels


def check(*pairs, duration_s=10.0):
    check_labels(
        [Segment(a, b) for a, b in pairs], duration_s=duration_s, name="a.csv", audio="a.ogg"
    )


def test_what_fits():
    check((0, 1), (1, 2), (5, 10.9))
    check()


def test_ends_beyond_its_song():
    with pytest.raises(DataError, match=r"a\.csv: an interval ends at 61\.00 s, but a\.ogg is"):
        check((1, 2), (60, 61))


def test_overlap():
    with pytest.raises(DataError, match=r"a\.csv.*overlap; join them"):
        check((3, 5), (1, 4))
