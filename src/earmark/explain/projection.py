"""Two sets of samples seen from outside: a map (t-SNE), and how easily they are told apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def tsne(
    A: NDArray[np.float32], B: NDArray[np.float32], *, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both sets in one plane by t-SNE (van der Maaten and Hinton 2008), scikit-learn's defaults.

    Parameters
    ----------
    A, B : ndarray, shapes (n, d) and (m, d)
    seed : int

    Returns
    -------
    tuple of ndarray, shapes (n, 2) and (m, 2)
    """
    from sklearn.manifold import TSNE

    both = np.concatenate([A, B])
    perplexity = min(30.0, (len(both) - 1) / 3)
    plane = TSNE(random_state=seed, perplexity=perplexity, init="pca").fit_transform(both)
    return plane[: len(A)], plane[len(A) :]


def domain_auc(
    A: NDArray[np.float32],
    B: NDArray[np.float32],
    *,
    groups_a: NDArray[np.integer],
    groups_b: NDArray[np.integer],
    folds: int = 4,
) -> tuple[float, float]:
    """How well a linear classifier tells two domains apart, on recordings that it never saw.

    Parameters
    ----------
    A, B : ndarray, shapes (n, d) and (m, d)
        Samples of either domain.
    groups_a, groups_b : ndarray of int, shapes (n,) and (m,)
        The recording that each is from; no recording stands on both sides of a fold.
    folds : int

    Returns
    -------
    mean, std : float
        AUC over folds: 0.5 if they cannot be told apart, 1 if always.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X = np.concatenate([A, B])
    y = np.repeat([0, 1], [len(A), len(B)])
    groups = np.concatenate([groups_a, groups_b + groups_a.max() + 1])
    areas = []
    for train, test in StratifiedGroupKFold(folds).split(X, y, groups):
        judge = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
        judge.fit(X[train], y[train])
        areas.append(roc_auc_score(y[test], judge.decision_function(X[test])))
    return float(np.mean(areas)), float(np.std(areas))
