"""A thread works ahead: in order, not too far, and no longer than anybody listens."""

import threading
import time
from collections.abc import Iterator

import pytest

from earmark.ahead import ahead


def test_order_is_kept() -> None:
    assert list(ahead(iter(range(100)), depth=3)) == list(range(100))
    assert list(ahead([])) == []


def test_it_does_not_run_further_ahead_than_it_may() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(20):
            made.append(number)
            yield number

    items = ahead(make(), depth=2)
    assert next(items) == 0
    time.sleep(0.2)
    assert len(made) <= 4  # one taken, two waiting, one in hand
    items.close()


def test_an_error_comes_where_its_item_would() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    items = ahead(make())
    assert next(items) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)


def test_errors_may_be_items_too() -> None:
    error = ValueError("an item")
    assert list(ahead([error])) == [error]


def test_whoever_leaves_early_leaves_no_thread() -> None:
    before = threading.active_count()
    items = ahead(iter(range(1000)), depth=1)
    next(items)
    items.close()
    assert threading.active_count() == before


def test_both_sides_work_at_the_same_time() -> None:
    def make() -> Iterator[int]:
        for number in range(6):
            time.sleep(0.05)
            yield number

    started = time.perf_counter()
    for _ in ahead(make()):
        time.sleep(0.05)
    assert time.perf_counter() - started < 0.55  # one after the other takes 0.6 s
