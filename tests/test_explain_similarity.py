"""Patterns match themselves, whatever their order, level and scale; textures wherever they lie."""

import numpy as np
import pytest

from earmark.explain.similarity import best_match_correlation, magnitudes


def test_the_same_patterns_in_another_order(rng):
    A = rng.normal(size=(6, 5, 8))
    B = 3 * A[::-1] + 2
    np.testing.assert_allclose(best_match_correlation(A, B), 1)


def test_against_numpy(rng):
    A, B = rng.normal(size=(3, 20)), rng.normal(size=(4, 20))
    expected = np.corrcoef(A, B)[:3, 3:].max(axis=1)
    np.testing.assert_allclose(best_match_correlation(A, B), expected)


def test_a_pattern_without_variation_matches_nothing(rng):
    A = np.ones((1, 5, 8))
    assert best_match_correlation(A, rng.normal(size=(3, 5, 8))).tolist() == [0.0]


def test_magnitudes_do_not_know_where(rng):
    A = rng.normal(size=(10, 20, 20)).astype(np.float32)
    moved = np.roll(A, (3, 5), axis=(1, 2)) + 7
    assert best_match_correlation(A, moved).max() < 0.5
    np.testing.assert_allclose(magnitudes(A), magnitudes(moved), atol=1e-3)
    assert best_match_correlation(magnitudes(A[:5]), magnitudes(A[5:])).max() < 0.5


def test_patterns_of_different_size():
    with pytest.raises(ValueError, match="patterns of one size"):
        best_match_correlation(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="at least one in each set"):
        best_match_correlation(np.zeros((2, 3)), np.zeros((0, 3)))
