"""What to label next is what says least, and each time something else."""

import time
import tracemalloc

import numpy as np
import pytest

from earmark.annotation import Scores
from earmark.next_labels import Candidates, next_places, next_songs, uncertainty


def curve(*levels: float, seconds: float = 10.0) -> Scores:
    """Scores that stay at each level for some seconds."""
    return Scores(np.repeat(np.array(levels, np.float32), round(seconds / 0.02))[:, None])


def test_uncertain_places_come_first() -> None:
    songs = {"a": curve(0.01, 0.5, 0.99), "b": curve(0.02, 0.3, 0.98)}
    first, second = next_places(songs, count=2)
    assert (first.key, first.start_s, first.end_s, first.uncertainty) == ("a", 10.0, 20.0, 1.0)
    assert (second.key, second.start_s) == ("b", 10.0)
    assert first.why == "undecided for 10 of 10 s, rather singing"
    assert second.why == "undecided for 10 of 10 s, rather not singing"


def test_variety_goes_before_the_last_bit_of_uncertainty() -> None:
    songs = {"a": curve(0.5, 0.49, 0.5), "b": curve(0.2)}
    assert [p.key for p in next_places(songs, count=2)] == ["a", "b"]
    other = {"a": curve(0.5), "b": curve(0.48), "c": curve(0.2)}  # alike in another song
    assert [p.key for p in next_places(other, count=3)] == ["a", "c", "b"]


def test_what_is_checked_is_not_asked_again() -> None:
    songs = {"a": curve(0.5, 0.4, 0.01), "b": curve(0.1)}
    found = next_places(songs, count=9, skip={"a": [(0.0, 6.0), (14.0, 15.0)], "b": True})
    assert [(p.key, p.start_s) for p in found] == [("a", 10.0), ("a", 20.0)]
    found = next_places(songs, count=9, skip={"a": False})
    assert len(found) == 4


def test_the_rest_of_a_song() -> None:
    one = Scores(np.full((1249, 1), 0.5, np.float32), duration_s=24.975)
    assert [(p.start_s, p.end_s) for p in next_places({0: one}, count=9)] == [(0, 10), (10, 20)]
    one = Scores(np.full((1250, 1), 0.5, np.float32), duration_s=24.995)
    assert {p.end_s for p in next_places({0: one}, count=9)} == {10.0, 20.0, 24.995}
    short = Scores(np.full((50, 1), 0.5, np.float32))
    assert [(p.start_s, p.end_s) for p in next_places({0: short}, count=9)] == [(0, 1)]


def test_whole_songs() -> None:
    songs = {"sure": curve(0.01, 0.99), "unsure": curve(0.4, 0.6, 0.5), "half": curve(0.5, 0.01)}
    found = next_songs(songs, count=9)
    assert [p.key for p in found] == ["unsure", "half", "sure"]
    assert (found[0].start_s, found[0].end_s) == (0.0, 30.0)
    assert [p.key for p in next_songs(songs, count=1, skip={"unsure": True})] == ["half"]


def test_reasons() -> None:
    restless = np.tile(np.repeat([0.02, 0.98], 40), 7)[:500, None].astype(np.float32)
    (place,) = next_places({0: Scores(restless)}, count=1)
    assert place.why == "singing starts or stops 12 times in 10 s"
    assert next_places({0: curve(0.99)}, count=1)[0].why == "sung, and quite sure"
    assert next_places({0: curve(0.01)}, count=1)[0].why == "not sung, and quite sure"
    (place,) = next_places({0: curve(0.01, 0.4, 0.01, seconds=2.5)}, count=1)
    assert place.why == "undecided for 2 of 8 s, rather not singing"


def test_nothing_to_choose_from() -> None:
    assert next_places({}, count=3) == []
    assert next_songs({}, count=3) == []
    empty = Scores(np.zeros((0, 1), np.float32))
    assert next_places({0: empty}, count=3) == []
    assert next_songs({0: empty}, count=3) == []
    talk = Scores(np.full((500, 1), 0.5, np.float32), labels=("speech",))
    assert next_places({0: talk}, count=3) == []
    assert len(next_places({0: talk}, count=3, label="speech")) == 1
    assert next_places({0: curve(0.5)}, count=0) == []
    assert uncertainty(np.zeros(0, np.float32)) == 0
    for wrong, why in (({"count": -1}, "count"), ({"count": 1, "length_s": 0.0}, "length_s")):
        with pytest.raises(ValueError, match=f"needs {why}"):
            next_places({}, **wrong)


def test_a_large_library_is_ranked_at_once() -> None:
    rng = np.random.default_rng(0)
    songs = {k: Scores(rng.random((12000, 1), dtype=np.float32)) for k in range(100)}
    started = time.perf_counter()
    assert len(next_places(songs, count=20)) == 20
    assert time.perf_counter() - started < 2


def test_the_choice_is_the_one_that_it_was() -> None:
    """As it was when all scores were held at once; noted from the code of then."""
    rng, songs = np.random.default_rng(5), {}
    for key in range(12):
        frames = int(rng.integers(0, 4000)) if key else 0
        logits = np.cumsum(rng.normal(0, 0.2, frames)) + rng.normal()
        songs[key] = Scores((1 / (1 + np.exp(-logits))).astype(np.float32)[:, None])
    skip = {3: True, 4: [(5.0, 32.0)], 5: False}
    found = next_places(songs, count=5, skip=skip)
    assert [(p.key, p.start_s, p.end_s, p.uncertainty) for p in found] == [
        (11, 0.0, 10.0, 0.810671),
        (2, 0.0, 10.0, 0.721174),
        (1, 0.0, 1.8, 0.522486),
        (8, 50.0, 60.0, 0.639271),
        (4, 30.0, 40.0, 0.675234),
    ]
    assert len(next_places(songs, count=999, skip=skip)) == 42
    found = next_songs(songs, count=99, skip=skip)
    assert [p.key for p in found[:8]] == [6, 4, 1, 10, 11, 8, 5, 7]
    assert len(found) == 10


def test_scores_need_not_be_held() -> None:
    rng = np.random.default_rng(0)
    places, songs = Candidates[int](), Candidates[int](length_s=None)
    tracemalloc.start()
    for key in range(100):
        scores = Scores(rng.random((12000, 2), dtype=np.float32), labels=("singing", "speech"))
        places.add(key, scores)
        songs.add(key, scores)
    found = [*places.best(12), *songs.best(12)]
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 24
    assert held < 2.5e6  # the scores are 9.6e6
