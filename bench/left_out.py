"""What the shipped models' calibration and thresholds bring on songs that they were not fitted to.

    python bench/left_out.py --data ../shared/data

Both were fitted to the four songs of ``dev`` and folded into the model. Here they are taken out
again and fitted anew, to all songs, which must give what is known of them, and without each song in
turn, which is then measured. *Before* is the decoding of the recipe with uncalibrated scores.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from extras import needed

with needed("train"):
    import numpy as np
    import torch

    from earmark.annotation import SINGING
    from earmark.datasets.singing_corpus import rows as corpus_rows
    from earmark.hysteresis import Hysteresis
    from earmark.learn.calibrate import Calibration, Scored, calibrate, score_songs
    from earmark.learn.export import export_onnx
    from earmark.learn.imported import light_from_onnx
    from earmark.learn.manifest import read_manifest, write_manifest
    from earmark.learn.recipe import read_recipe
    from earmark.nets.light import LightCrnn
    from earmark.runtime import OnnxModel
    from measuring import data_parser, origin, table
    from systems import rounded

FITTED = {
    "singing": Calibration(1.020, -0.114),
    "singing-fast": Calibration(0.999, -0.322),
    "singing-nc": Calibration(0.933, -0.249),
}
"""As ``runs/train.sh`` fitted them, to three places."""
TOLD = {
    "auc": "AUC",
    "accuracy": "accuracy",
    "f1": "F1",
    "onset_f": "onset F (0.3 s)",
    "edge_error_s": "edges, s",
    "calibration_error": "calibration error",
}


def main() -> None:
    """Measure all shipped models, and print the table."""
    options = data_parser(__doc__).parse_args()
    rows = [["each song left out: before, after", "scale", "shift", *TOLD.values()]]
    with tempfile.TemporaryDirectory() as name:
        songs = Path(name, "songs.jsonl")
        found = corpus_rows(options.data, relative_to=songs.parent)
        write_manifest([row for row in found if row["split"] == "dev"], songs)
        tracks = read_manifest(songs)
        for model, known in FITTED.items():
            scored, net = _uncalibrated(model, known, tracks, songs.parent)
            rows.append(_row(model, known, scored, net))
    print(f"{origin()}\n{table(rows)}")


def _uncalibrated(
    name: str, known: Calibration, tracks: Sequence[object], folder: Path
) -> tuple[list[Scored], LightCrnn]:
    """Scores by the network as it was learnt, not averaged over time, and that network."""
    net, info = light_from_onnx(name), OnnxModel(name).info
    last = net.head[-1]
    with torch.no_grad():
        last.bias[:: net.labels] -= known.shift
        last.bias[:: net.labels] /= known.scale
        last.weight[:: net.labels] /= known.scale
    plain = folder / f"{name}.onnx"
    export_onnx(net, plain, frames=info.window, labels=info.labels, smoothed=False)
    return score_songs(OnnxModel(plain), tracks, label=SINGING), net


def _row(name: str, known: Calibration, scored: list[Scored], net: LightCrnn) -> list[str]:
    info = OnnxModel(name).info
    decoding, note = calibrate(net, scored, Hysteresis(**read_recipe().decoding))
    again = (note["scale"], note["shift"])
    if not np.allclose(again, (known.scale, known.shift), atol=0.001):
        raise SystemExit(f"{name}: fitted anew it has scale and shift {again}, not {known}")
    if decoding != Hysteresis(**info.decoding):
        raise SystemExit(f"{name}: fitted anew it decodes by {decoding}, not {info.decoding}")
    before, after = (note["leave_one_out"][when] for when in ("before", "after"))
    told = [f"{rounded(before[key])}, {rounded(after[key])}" for key in TOLD]
    said = f"**earmark** {name} ({info.sha256[:8]})"
    return [said, f"{known.scale:.3f}", f"{known.shift:.3f}", *told]


if __name__ == "__main__":
    main()
