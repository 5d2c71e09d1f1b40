"""Domains that differ are told apart, on recordings never seen; those that do not are not."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from earmark.explain.projection import domain_auc, tsne


def groups(n):
    return np.arange(n) // 10


def test_domains_that_differ(rng):
    A, B = rng.normal(size=(100, 6)), rng.normal(size=(100, 6)) + 3
    mean, std = domain_auc(A, B, groups_a=groups(100), groups_b=groups(100))
    assert mean > 0.99
    assert std < 0.05


def test_recordings_alone_do_not_make_a_domain(rng):
    """Every recording has its own colour; a classifier that saw it would find it again."""
    A, B = (np.repeat(rng.normal(size=(10, 6)), 10, axis=0) * 5 for _ in range(2))
    mean, _ = domain_auc(A, B, groups_a=groups(100), groups_b=groups(100))
    assert mean < 0.9


def test_tsne_keeps_clusters_apart(rng):
    A, B = rng.normal(size=(40, 10)), rng.normal(size=(30, 10)) + 20
    a, b = tsne(A.astype(np.float32), B.astype(np.float32))
    assert a.shape == (40, 2)
    assert b.shape == (30, 2)
    gap = np.linalg.norm(a.mean(axis=0) - b.mean(axis=0))
    reach = max(np.linalg.norm(each - each.mean(axis=0), axis=1).max() for each in (a, b))
    assert gap > 2 * reach
