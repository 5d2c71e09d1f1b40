"""Seconds a file inside one process, after start-up: run by ``speed.py``.

    python after_start.py OUT.json decode one.mp3 two.mp3 ...
    python after_start.py OUT.json 2 one.mp3 two.mp3 ...        # detection with two threads

Writes a pair (seconds of the clock, of the processors) a file; the first file is done once before.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def work(what: str) -> Callable[[str], object]:
    """What is done to each file."""
    if what == "decode":
        import soundfile

        return lambda file: soundfile.read(file, dtype="float32")
    from earmark import SingingDetector

    return SingingDetector(threads=int(what)).detect


def main() -> None:
    """Measure each file."""
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    out, what, *files = sys.argv[1:]
    do = work(what)
    do(files[0])
    took = []
    for file in files:
        wall, cpu = time.perf_counter(), time.process_time()
        do(file)
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    Path(out).write_text(json.dumps(took))


if __name__ == "__main__":
    main()
