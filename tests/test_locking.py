"""A lock holds as long as it is open."""

import pytest

from earmark.learn.locking import Busy, lock, locked


def test_one_at_a_time(tmp_path):
    with locked(tmp_path / "l"), pytest.raises(Busy):
        lock(tmp_path / "l")
    lock(tmp_path / "l").close()
    with locked(tmp_path / "l", wait=True):
        pass
