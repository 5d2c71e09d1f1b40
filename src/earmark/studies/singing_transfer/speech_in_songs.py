"""Is speech between sung parts found? The supplement's "thanks", as a test.

Clean utterances of speakers whom no network has heard are put into instrumental gaps of the test
songs, as loud as the music there (0 dB over the utterance's active part). Which of the networks
that learned on other singers' songs find them? The same frames of the untouched song are the
control: what is called a voice there anyway proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.annotation import HOP_S, Segment, frames_to_segments, segments_to_frames
from earmark.audio import load_audio
from earmark.endpoints import endpoints
from earmark.features import logmel, logmel_schluter
from earmark.learn.manifest import Track
from earmark.learn.mix_audio import active_samples
from earmark.studies.singing_transfer.lab import Lab
from earmark.studies.singing_transfer.runs import BASELINE, L1_FINE, NONE, over
from earmark.studies.singing_transfer.songs import Song, mix
from earmark.studies.singing_transfer.tables import name_of

GAP_S, LONGEST_S, MARGIN_S = 3.0, 5.0, 0.5
FAINTEST = 0.01
"""An utterance is at most 20 dB below the song's level: in a silent gap, 0 dB would be silence."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """An utterance in a song."""

    path: Path
    at_s: float
    duration_s: float


def insertions(
    songs: Sequence[Song], speech: Sequence[Track], *, count: int
) -> dict[str, list[Insertion]]:
    """Utterances for gaps of at least 3 s, drawn once and for all, by song.

    At most ``count`` in all, of all gaps of all songs; half a second of the gap stays free on
    either side.
    """
    rng = np.random.default_rng(11)
    gaps = [
        (song.name, gap)
        for song in songs
        for gap in frames_to_segments(~song.active, hop_s=HOP_S)
        if gap.end_s - gap.start_s >= GAP_S
    ]
    chosen: dict[str, list[Insertion]] = {}
    for index in rng.permutation(len(gaps))[:count]:
        name, gap = gaps[index]
        track = speech[int(rng.integers(len(speech)))]
        length_s = min(LONGEST_S, gap.end_s - gap.start_s - 2 * MARGIN_S)
        chosen.setdefault(name, []).append(
            Insertion(track.paths[0], gap.start_s + MARGIN_S, length_s)
        )
    return chosen


def spoken_into(
    y: NDArray[np.float32], inserted: Sequence[Insertion], *, sr: int
) -> tuple[NDArray[np.float32], list[list[Segment]]]:
    """A song with utterances in it, each as loud as the music under its active part (0 dB).

    Returns
    -------
    y : ndarray, shape (n,)
    spoken : list of list of Segment
        Where each utterance is active, in the song; nowhere if no speech is found in it.
    """
    spoken: list[list[Segment]] = []
    y, level = y.copy(), np.mean(y**2)
    for one in inserted:
        voice, _ = load_audio(one.path, sr=sr)
        parts = [s for s in endpoints(voice, sr=sr) if s.start_s < one.duration_s]
        voice = voice[: round(one.duration_s * sr)]
        start = round(one.at_s * sr)
        under = y[start : start + len(voice)]
        voice = voice[: len(under)]
        active = active_samples(parts, n=len(voice), sr=sr)
        if active.any():
            power = np.mean(voice[active] ** 2)
            ground = max(np.mean(under[active] ** 2), FAINTEST * level)
            under += voice * np.float32(np.sqrt(ground / power))
        end_s = len(voice) / sr
        spoken.append(
            [
                Segment(one.at_s + s.start_s, one.at_s + min(s.end_s, end_s))
                for s in parts
                if s.start_s < end_s
            ]
        )
    return y, spoken


def speech_in_songs(lab: Lab, speech: Sequence[Track]) -> dict[str, Any]:
    """Share of inserted speech that is called a voice, and of the same frames without it.

    Returns
    -------
    dict
        ``rows`` (``row``, ``found``, ``before``, shares of the spoken frames), ``utterances``,
        ``seconds`` of active speech.
    """
    chosen = insertions(lab.songs, speech, count=lab.settings.utterances)
    rows = {"no transfer": NONE, name_of(L1_FINE): L1_FINE, "baseline": BASELINE}
    found: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in rows}
    before: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in rows}
    utterances = frames = 0
    for song in lab.songs:
        if song.name not in chosen:
            continue
        y, spoken = spoken_into(mix(song.track, sr=logmel.SR), chosen[song.name], sr=logmel.SR)
        y80, _ = spoken_into(
            mix(song.track, sr=logmel_schluter.SR), chosen[song.name], sr=logmel_schluter.SR
        )
        said = replace(song, X=logmel.logmel(y), X80=logmel_schluter.logmel_schluter(y80))
        at = segments_to_frames([segment for each in spoken for segment in each], len(said.X))
        utterances += sum(map(bool, spoken))
        frames += int(at.sum())
        for name, row in rows.items():
            runs = over(row, lab.settings, seeds=1 if row == BASELINE else lab.settings.seeds)
            for run in (run for run in runs if run.fold == song.fold):
                found[name].append(lab.hear(lab.net(run), said)[at] > 0.5)
                before[name].append(lab.scores(run)[song.name][at] > 0.5)
    return {
        "rows": [
            {"row": name, "found": _share(found[name]), "before": _share(before[name])}
            for name in rows
        ],
        "utterances": utterances,
        "seconds": frames * HOP_S,
    }


def _share(called: Sequence[NDArray[np.bool_]]) -> float | None:
    return float(np.concatenate(called).mean()) if called else None
