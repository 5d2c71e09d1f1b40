"""Renders the bundled example and its truth: ``python examples/render.py FOLDER``.

``song.ogg`` and ``song.truth.csv`` are CC0: nobody composed, played or sang them. The bytes of
the Ogg file differ from run to run, since each has a serial number; its sound does not.
"""

import sys
from pathlib import Path

import numpy as np

from earmark.audio import write_audio
from earmark.synth import render_song

if len(sys.argv) != 2:
    sys.exit("usage: python examples/render.py FOLDER")
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
song = render_song(np.random.default_rng(20), duration_s=30.0, voice="female", vocals_db=2.0)
write_audio(folder / "song.ogg", song.mix, sr=song.sr)
rows = [f"{s.start_s:.3f},{s.end_s:.3f},{s.label}\n" for s in song.segments]
(folder / "song.truth.csv").write_text("start_s,end_s,label\n" + "".join(rows))
