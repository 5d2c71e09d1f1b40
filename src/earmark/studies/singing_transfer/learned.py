"""What was learned: filter patterns, internal representations and the two domains.

Networks of seed 0; patterns and weights of fold 0, a clip from each fold. A layer is looked at
before its pooling, as the supplement's pictures of 64, 16 and 4 rows are. Arrays for the pictures
go to ``learned.npz``, the numbers are returned.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from earmark.annotation import HOP_S
from earmark.atomic import write_atomic
from earmark.explain.activation import filter_patterns
from earmark.explain.feature_maps import energy_above, feature_maps
from earmark.explain.projection import domain_auc, tsne
from earmark.explain.similarity import best_match_correlation, magnitudes
from earmark.learn.dense import pad_context
from earmark.learn.examples import Example
from earmark.learn.transfer import layer
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.runs import CONVOLUTIONS, L1_FINE, NONE, Run, source
from earmark.studies.singing_transfer.songs import FILL, Song, standard

CLIP_FRAMES = 200
"""Frames of a clip whose internal representations are shown, 4 s."""
SPLIT_HZ = 4000.0
EDGE = 3
"""Cells at the borders of patterns that are not compared: zeros beyond them shape all networks'."""
POINTS = 400
"""Blocks of either domain in the t-SNE."""

Arrays = dict[str, NDArray[np.float32]]


def learned(lab: Lab, tests: Sequence[Example], folder: Path) -> dict[str, Any]:
    """All pictures' arrays into ``folder/learned.npz``, and a number beside each picture.

    Returns
    -------
    dict
        ``patterns`` (by layer, and by the network that is compared with the source's: best-match
        ``correlation`` of patterns and of their ``magnitudes``), ``energy`` (by clip: share of L1's
        output above 4 kHz, fine-tuned and fixed), ``weights`` (by layer: cosine of a convolution's
        weights with those that it began with),
        ``domains`` (AUC of a linear classifier that tells source from target samples).
    """
    arrays: Arrays = {}
    answer = {
        "patterns": _patterns(lab, arrays),
        "energy": _representations(lab, arrays),
        "weights": _weights(lab),
        "domains": _domains(lab, tests, arrays),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_atomic(folder / "learned.npz", buffer.getvalue())
    return answer


def _target(lab: Lab, row: Run, fold: int = 0) -> Run:
    return replace(row, length=lab.settings.length, fold=fold)


def _patterns(lab: Lab, arrays: Arrays) -> dict[str, Any]:
    """Filter patterns (equation 2) of all filters of all convolutions, and how alike they are.

    The source's are compared with those of L1 fine-tuned, which began as its copy, of no transfer,
    which found its own, and of an untrained network, which shows what is due to the form alone.
    """
    nets = {
        "source": lab.net(source(lab.settings)),
        "target": lab.net(_target(lab, L1_FINE)),
        "no transfer": lab.net(_target(lab, NONE)),
        "untrained": lab.fresh(_target(lab, replace(NONE, seed=100))),
    }
    shape = (2 * nets["source"].context + 1, 64)  # what one label depends on
    found = {}
    for name in CONVOLUTIONS:
        patterns = {
            which: filter_patterns(
                net, f"{name}.gate", shape=shape, steps=lab.settings.pattern_steps
            )
            for which, net in nets.items()
        }
        for which in ("source", "target"):
            arrays[f"patterns {which} {name}"] = patterns[which]
        patterns = {which: each[:, EDGE:-EDGE, EDGE:-EDGE] for which, each in patterns.items()}
        first = patterns.pop("source")
        found[name] = {
            which: {
                "correlation": float(best_match_correlation(first, each).mean()),
                "magnitudes": float(
                    best_match_correlation(magnitudes(first), magnitudes(each)).mean()
                ),
            }
            for which, each in patterns.items()
        }
    return found


def _weights(lab: Lab) -> dict[str, dict[str, float]]:
    """How far weights went: cosine with where they began, 1 if nothing was learned."""
    first, none = source(lab.settings), _target(lab, NONE)
    began, ended = lab.fresh(first), lab.net(first)
    found = {}
    for name in CONVOLUTIONS:
        fine = lab.net(_target(lab, replace(L1_FINE, layers=(name,))))
        found[name] = {
            "source": _cosine(began, ended, name),
            "no transfer": _cosine(lab.fresh(none), lab.net(none), name),
            "fine-tuned": _cosine(ended, fine, name),
        }
    return found


def _cosine(a: nn.Module, b: nn.Module, name: str) -> float:
    with torch.no_grad():
        weights = [layer(net, name).conv.weight.flatten() for net in (a, b)]
        return float(nn.functional.cosine_similarity(*weights, dim=0))


def _representations(lab: Lab, arrays: Arrays) -> list[dict[str, Any]]:
    """Log-mel and layers' outputs, each layer fine-tuned and fixed, of a clip from each fold."""
    rows = []
    for number in range(min(lab.settings.clips, lab.settings.folds)):
        nets = {
            (name, which): lab.net(
                _target(lab, replace(L1_FINE, layers=(name,), fixed=which == "fixed"), number)
            )
            for name in CONVOLUTIONS
            for which in ("fine", "fixed")
        }
        context = nets["L1", "fine"].context
        song = lab.tested(_target(lab, L1_FINE, number))[0]
        start = _busiest(song)
        X = pad_context(song.heard, context=context, fill=FILL)
        X = X[start : start + CLIP_FRAMES + 2 * context]
        arrays[f"clip {number}"] = X[context:-context]
        row: dict[str, Any] = {"song": song.name, "start_s": start * HOP_S}
        for (name, which), net in nets.items():
            maps = _centre(feature_maps(net, X, [f"{name}.gate"])[f"{name}.gate"])
            arrays[f"clip {number} {which} {name}"] = maps
            if name == "L1":
                row[which] = energy_above(maps, hz=SPLIT_HZ)
        rows.append(row)
    return rows


def _centre(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """The clip's own frames, (C, CLIP_FRAMES, F), without its context, which time shortens."""
    before = (maps.shape[1] - CLIP_FRAMES) // 2
    return maps[:, before : before + CLIP_FRAMES].astype(np.float32)


def _busiest(song: Song) -> int:
    """Where a clip holds as much of either class as it can: about half of it sung."""
    if len(song.active) <= CLIP_FRAMES:
        return 0
    sung = np.convolve(song.active, np.ones(CLIP_FRAMES), "valid") / CLIP_FRAMES
    return int(np.abs(sung - 0.5).argmin())


def _domains(lab: Lab, tests: Sequence[Example], arrays: Arrays) -> dict[str, Any]:
    """Figure 4: blocks of source and of target samples, projected, and told apart linearly."""
    rng = np.random.default_rng(4)
    mixtures = [standard(X) for X, _, _ in tests]
    source_blocks, source_groups = _blocks(mixtures, lab.settings.length, rng)
    target_blocks, of_song = _blocks([song.heard for song in lab.songs], lab.settings.length, rng)
    singers = sorted({song.singer for song in lab.songs})
    target_groups = np.array([singers.index(lab.songs[number].singer) for number in of_song])
    a, b = tsne(source_blocks, target_blocks, seed=0)
    arrays["tsne source"], arrays["tsne target"] = a.astype(np.float32), b.astype(np.float32)
    mean, std = domain_auc(
        source_blocks,
        target_blocks,
        groups_a=source_groups,
        groups_b=target_groups,
        folds=min(4, len(singers)),
    )
    return {"auc": mean, "std": std, "points": len(a)}


def _blocks(
    views: Sequence[NDArray[np.float32]], length: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Blocks drawn evenly from recordings, flattened, and which recording each is of."""
    each = -(-POINTS // len(views))
    blocks, groups = [], []
    for number, X in enumerate(views):
        for start in rng.integers(len(X) - length + 1, size=each):
            blocks.append(X[start : start + length].ravel())
            groups.append(number)
    return np.stack(blocks), np.array(groups)
