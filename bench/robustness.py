"""How right a model stays when songs are treated badly.

    python bench/robustness.py --data ../shared/data --peers work/peers --split dev

Each song of the split is heard as it is, after each treatment, after some silence, and in short
clips; songs in stems (``--stems``, any split) are heard with the voice at other levels and with the
centre cancelled. AUC and accuracy at each system's own thresholds, over all frames together.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extras import needed

with needed("train", "dev"):
    import librosa
    import numpy as np
    import soundfile
    from numpy.typing import NDArray
    from scipy.signal import butter, fftconvolve, sosfiltfilt

    from earmark.annotation import Segment
    from earmark.audio import load_audio
    from earmark.learn import manifest
    from earmark.learn.codec import through_codec
    from earmark.metrics.frames import Track, evaluate
    from measuring import origin, table
    from systems import Answer, System, asked, parser_of, rounded, systems_of, tracks_of

SR = 22050
"""Rate at which songs are treated, in Hz: what the recordings have."""
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Treated:
    """A song as it is heard, and its truth."""

    wav: Path
    truth: tuple[Segment, ...]
    duration_s: float

    @property
    def source(self) -> Path:
        """What earmark hears."""
        return self.wav


def gain(db: float) -> Callable[[Samples], Samples]:
    """Louder or softer; what exceeds full scale is clipped, as in a file of integers."""
    return lambda y: np.clip(y * np.float32(10 ** (db / 20)), -1, 1)


def telephone(y: Samples) -> Samples:
    """300 to 3400 Hz."""
    return _filtered(y, (300, 3400))


def eight_kilohertz(y: Samples) -> Samples:
    """Nothing above 4 kHz, as a recording at 8 kHz has it."""
    small = librosa.resample(y, orig_sr=SR, target_sr=8000)
    return librosa.resample(small, orig_sr=8000, target_sr=SR)[: len(y)]


def reverberation(y: Samples) -> Samples:
    """A hall: an exponential tail of noise, 60 dB down after 2 s, as loud as the direct sound."""
    rng = np.random.default_rng(0)
    t = np.arange(2 * SR) / SR
    tail = rng.normal(size=len(t)) * 10 ** (-3 * t / 2)
    tail *= 1 / np.sqrt(np.sum(tail**2))
    wet = fftconvolve(y, tail)[: len(y)]
    return (0.5 * (y + wet)).astype(np.float32)


def pitch(semitones: float) -> Callable[[Samples], Samples]:
    """Another pitch at the same pace (phase vocoder)."""
    return lambda y: librosa.effects.pitch_shift(y, sr=SR, n_steps=semitones)


SAME_TIME: dict[str, Callable[[Samples], Samples]] = {
    "as it is": lambda y: y,
    **{f"gain {db:+d} dB": gain(db) for db in (-30, -20, -10, 10, 20)},
    "MP3 at 48 kbit/s": lambda y: through_codec(y, sr=SR, codec="mp3 48"),
    "telephone band": telephone,
    "8 kHz": eight_kilohertz,
    **{f"pitch {n:+d} semitones": pitch(n) for n in (-3, 3)},
    "reverberation": reverberation,
}
NOTE = (
    "Songs in stems are those of {0!r}: where that is `train`, models and forest learnt from them, "
    "and only the change from row to row says something.\n"
)
TEMPI = (0.85, 1.15)
LATER_S = (4, 8, 12)
"""Silence before a song: where earmark's windows lie in it, 16 s apart, is chance."""
CLIPS_S = (2, 5, 10)
CLIP_EVERY_S = 20
VOICE_DB = (-12, -6, 0, 6, 12)


def main() -> None:
    """Measure and write the table."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tracks = tracks_of(options, folder)
        songs = [t for t in tracks if t.split == options.split and t.material == "song"]
        stems = [t for t in tracks if t.split == options.stems and t.material == "stems"]
        if not songs:
            raise SystemExit(f"no song in split {options.split!r}: say --split, or --manifest")
        systems, known = systems_of(options, folder, tracks)
        rows = [["AUC / accuracy", *systems]]
        for condition, heard in _conditions(songs[: options.limit], stems[: options.limit], folder):
            print(condition, flush=True)
            rows.append([condition, *(_figures(system, heard) for system in systems.values())])
        text = f"{origin()}\n{table(rows)}\n{NOTE.format(options.stems) if stems else ''}{known}\n"
    print(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")


def _conditions(
    songs: Sequence[manifest.Track], stems: Sequence[manifest.Track], folder: Path
) -> Iterator[tuple[str, list[Treated]]]:
    for name, treat in SAME_TIME.items():
        yield name, [_kept(folder, treat(_load(song.paths[0])), song) for song in songs]
    for rate in TEMPI:
        heard = []
        for song in songs:
            y = librosa.effects.time_stretch(_load(song.paths[0]), rate=rate)
            heard.append(_kept(folder, y, song, pace=rate))
        yield f"tempo {100 * (rate - 1):+.0f} %", heard
    for later_s in LATER_S:
        heard = []
        for song in songs:
            y = np.pad(_load(song.paths[0]), (later_s * SR, 0))
            heard.append(_kept(folder, y, song, later_s=later_s))
        yield f"after {later_s} s of silence", heard
    for clip_s in CLIPS_S:
        if heard := [clip for song in songs for clip in _clips(song, clip_s, folder)]:
            yield f"clips of {clip_s} s", heard
    for db in VOICE_DB if stems else ():
        heard = []
        for song in stems:
            voice, music = map(_load, song.paths)
            n = min(len(voice), len(music))
            heard.append(_kept(folder, voice[:n] * 10 ** (db / 20) + music[:n], song))
        yield f"voice {db:+d} dB (stems)", heard
    if stems:
        yield "centre cancelled (stems)", [_without_centre(song, folder) for song in stems]


def _without_centre(song: manifest.Track, folder: Path) -> Treated:
    """Left minus right of a mix whose voice is in the middle, dry, with a stereo reverberation."""
    voice, music = map(_load, song.paths)
    n = min(len(voice), len(music))
    late = round(0.011 * SR)  # the music's right channel is another take of it
    wet = reverberation(voice[:n]) - 0.5 * voice[:n]
    left = music[:n] + 0.3 * wet
    right = 0.5 * np.roll(music[:n], late) + 0.3 * np.roll(wet, -late)
    return _kept(folder, left - right, song)


def _clips(song: manifest.Track, clip_s: int, folder: Path) -> Iterator[Treated]:
    """Pieces of a song, each by itself."""
    y = _load(song.paths[0])
    for start_s in range(0, len(y) // SR - clip_s, CLIP_EVERY_S):
        part = y[start_s * SR : (start_s + clip_s) * SR]
        yield _kept(folder, part, song, later_s=-start_s)


def _load(path: Path) -> Samples:
    return load_audio(path, sr=SR)[0]


def _kept(
    folder: Path, y: Samples, song: manifest.Track, *, pace: float = 1.0, later_s: float = 0.0
) -> Treated:
    """A treated song as a WAV of 16 kHz, which every system takes."""
    own = hashlib.sha256(os.fsencode(song.paths[0])).hexdigest()  # many are called mixture.wav
    wav = folder / f"{own}{min(later_s, 0.0):g}.wav"
    y = librosa.resample(y, orig_sr=SR, target_sr=16000)
    y = y / max(1.0, float(np.abs(y).max()))
    soundfile.write(wav, y, 16000, subtype="PCM_16")
    duration_s = len(y) / 16000
    moved = [(s.start_s / pace + later_s, s.end_s / pace + later_s) for s in song.segments() or []]
    truth = [
        Segment(max(start_s, 0.0), min(end_s, duration_s))
        for start_s, end_s in moved
        if end_s > 0 and start_s < duration_s
    ]
    return Treated(wav, tuple(truth), duration_s)


def _filtered(y: Samples, band_hz: tuple[float, float]) -> Samples:
    sos = butter(6, band_hz, btype="band", fs=SR, output="sos")
    return sosfiltfilt(sos, y).astype(np.float32)


def _figures(system: System, heard: Sequence[Treated]) -> str:
    answers: list[Answer] = system(heard)
    tracks = [
        Track(one.truth, answer.segments, one.duration_s, answer.scores)
        for one, answer in zip(heard, answers, strict=True)
    ]
    pooled = evaluate(tracks)["pooled"]
    return " / ".join(rounded(pooled[key]) for key in ("auc", "accuracy"))


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--stems", default="train", help="whose stems are mixed anew (%(default)s)")
    return asked(parser)


if __name__ == "__main__":
    main()
