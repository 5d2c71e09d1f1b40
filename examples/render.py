"""Renders the bundled example and its truth: ``python examples/render.py``.

``song.ogg`` and ``song.truth.csv`` are CC0: nobody composed, played or sang them.
"""

from pathlib import Path

import numpy as np

from earmark.audio import write_audio
from earmark.synth import render_song

here = Path(__file__).parent
song = render_song(np.random.default_rng(20), duration_s=30.0, voice="female", vocals_db=2.0)
write_audio(here / "song.ogg", song.mix, sr=song.sr)
rows = [f"{s.start_s:.3f},{s.end_s:.3f},{s.label}\n" for s in song.segments]
(here / "song.truth.csv").write_text("start_s,end_s,label\n" + "".join(rows))
