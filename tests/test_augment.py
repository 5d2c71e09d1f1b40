"""What is done to a mix changes how it sounds, not who sings when."""

import numpy as np

from earmark.learn.augment import comb, compress, stretch, transpose, treat
from earmark.learn.averaging import Average


def power(seed: int = 0, frames: int = 100) -> np.ndarray:
    return np.random.default_rng(seed).exponential(size=(frames, 64)).astype(np.float32)


def test_stretching_keeps_beginning_and_end() -> None:
    ramp = np.arange(50, dtype=np.float32)[:, None].repeat(3, axis=1)
    for frames in (20, 50, 90):
        out = stretch(ramp, frames)
        assert out.shape == (frames, 3)
        assert (out[0, 0], out[-1, 0]) == (0, 49)
        assert (np.diff(out[:, 0]) > 0).all()


def test_transposing_moves_a_peak_by_as_many_bands() -> None:
    peak = np.zeros((1, 64), np.float32)
    peak[0, 30] = 1
    assert int(np.argmax(transpose(peak, 3.0))) == 33
    assert int(np.argmax(transpose(peak, -3.0))) == 27
    np.testing.assert_array_equal(transpose(peak, 0.0), peak)


def test_a_compressor_brings_levels_together() -> None:
    loud, soft = power(1) * 100, power(2)
    mix = np.concatenate([loud, soft])
    out = compress(mix, ratio=0.8, release_s=0.05)
    before = mix[:100].mean() / mix[100:].mean()
    after = out[20:100].mean() / out[150:].mean()
    assert before > 50
    assert after < 5
    assert np.isfinite(compress(np.zeros((5, 64), np.float32), ratio=0.5, release_s=0.1)).all()


def test_a_comb_has_teeth() -> None:
    gains = [comb(np.random.default_rng(seed)) for seed in range(20)]
    for gain in gains:
        assert gain.shape == (64,)
        assert (gain >= 0).all()
        assert gain.max() <= 2.01
    assert max(gain.max() / gain.min() for gain in gains) > 5


def test_treating_leaves_its_input_alone() -> None:
    for seed in range(30):
        before = power(seed)
        kept = before.copy()
        out = treat(before, np.random.default_rng(seed))
        assert out.shape == before.shape
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        np.testing.assert_array_equal(before, kept)


def test_an_average_lies_between() -> None:
    import torch

    net = torch.nn.Linear(2, 1)
    average = Average(net, decay=0.9)
    start = net.weight.detach().clone()
    with torch.no_grad():
        net.weight += 1
    average.update(step=1000)
    torch.testing.assert_close(average.net.weight, start + 0.1)
    assert Average(net, decay=0.0).net is net
