"""Songs that are treated badly are still the same songs at the same time."""

import numpy as np

from earmark.learn.rough import roughen

SR = 16000


def tone() -> np.ndarray:
    """Half a second of silence, then a second of two tones, one above a telephone's band."""
    t = np.arange(SR) / SR
    y = 0.4 * np.sin(2 * np.pi * 1000 * t) + 0.4 * np.sin(2 * np.pi * 7000 * t)
    return np.concatenate([np.zeros(SR // 2), y, np.zeros(SR // 2)]).astype(np.float32)


def band(y: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(y)) ** 2
    hz = np.fft.rfftfreq(len(y), 1 / SR)
    return float(spectrum[(hz >= low_hz) & (hz < high_hz)].sum())


def test_each_way_leaves_its_trace_and_nothing_comes_early() -> None:
    before, traces = tone(), []
    for seed in range(40):
        y = roughen(before, sr=SR, rng=np.random.default_rng(seed))
        assert y.shape == before.shape
        assert y.dtype == np.float32
        assert np.abs(y).max() <= 1
        assert np.abs(y[: SR // 2]).max() < 1e-5
        rings = np.mean(y[-SR // 2 : -SR // 4] ** 2) > 1e-6 * np.mean(y**2)
        dull = band(y, 6900, 7100) < 0.3 * band(y, 900, 1100)
        spread = band(y, 2500, 6500) > 0.02 * band(y, 0, SR / 2)  # products of distortion
        assert rings or dull or spread
        traces.append((rings, dull, spread))
    assert all(4 < sum(trace) < 40 for trace in zip(*traces, strict=True))


def test_the_same_seed_does_the_same() -> None:
    one, same = (roughen(tone(), sr=SR, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, same)
