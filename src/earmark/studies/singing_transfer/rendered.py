"""Songs, speech and music that earmark renders itself, for a run without data.

A synthetic stand-in: it shows that the study runs and where it would show its figures; the figures
themselves say nothing about real singing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from earmark import formats
from earmark.annotation import Annotation
from earmark.audio import write_audio
from earmark.synth import render_song
from earmark.synth.speech import render_speech
from earmark.synth.voice import VOICES

SONG_S, SPEECH_S = 16.0, 6.0


def render_corpus(folder: Path, *, songs_each: int = 2, speakers: int = 6) -> list[dict[str, Any]]:
    """Render a small corpus and describe it.

    Parameters
    ----------
    folder : Path
        Where it is written; made if missing.
    songs_each : int
        Songs of each of the three voices.
    speakers : int
        Speakers, two utterances each; a third of them is for validation.

    Returns
    -------
    list of dict
        Manifest rows with paths relative to ``folder``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for number, voice in enumerate(sorted(VOICES) * songs_each):
        song = render_song(np.random.default_rng([1, number]), duration_s=SONG_S, voice=voice)
        name = f"song{number}"
        write_audio(folder / f"{name}.flac", song.mix, sr=song.sr)
        truth = Annotation(segments=song.segments, duration_s=SONG_S)
        formats.write(truth, folder / f"{name}.csv")
        rows.append({"audio": f"{name}.flac", "labels": f"{name}.csv", "singer": voice})
    for number in range(2 * speakers):
        rng = np.random.default_rng([2, number])
        y, _ = render_speech(rng, duration_s=SPEECH_S)
        write_audio(folder / f"speech{number}.flac", y, sr=16000)
        speaker = number // 2
        split = "valid" if speaker % 3 == 2 else "train"
        rows.append(
            {"audio": f"speech{number}.flac", "material": "speech", "singer": f"speaker{speaker}"}
            | {"split": split}
        )
    for number in range(6):
        song = render_song(np.random.default_rng([3, number]), duration_s=SONG_S)
        write_audio(folder / f"music{number}.flac", song.instrumental, sr=song.sr)
        split = "valid" if number % 3 == 2 else "train"
        rows.append(
            {"audio": f"music{number}.flac", "material": "music", "singer": f"band{number}"}
            | {"split": split}
        )
    return [row | {"licence": "CC0", "label_kind": "exact"} for row in rows]
