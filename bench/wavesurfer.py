"""How `earmark serve` draws a song, beside wavesurfer.js with its regions: frames, memory, waiting.

    npm pack wavesurfer.js@8 && tar xf wavesurfer.js-8.*.tgz
    python bench/wavesurfer.py --data ../shared/data --wavesurfer package

One chromium shows the same songs, with blocks spread evenly, both ways in turns, moved by the same
events; ``wavesurfer.html`` says how the library is used. *Its picture* is the page without its list
of blocks, which wavesurfer has none of; work is what the main thread did a frame, in the mean.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from extras import needed
from measuring import data_parser, origin, table
from mp3s import make_mp3s

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
with needed("web", "formats", "dev"):
    from playwright.sync_api import Page, Route, sync_playwright

    from browsing import DESK, Server, until
    from tabs import FLAGS

SONGS = {180: 1594, 4: 60}  # minutes, and how many blocks are shown in them
SIDES = ("the page", "its picture", "wavesurfer")
NEAR, STEPS, FRAMES = 100.0, 60, 120  # px/s, steps of zooming to there, frames of other acts
Figures = dict[str, tuple[float, ...]]


class Visit:
    """One song, opened in a browser of its own, and everything measured of it in turn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("Performance.enable")
        self.figures: Figures = {}

    def _work_s(self) -> float:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    def _frames(self, what: str, act: Callable[[], Sequence[float]]) -> None:
        before = self._work_s()
        passed = act()
        work_ms = 1000 * (self._work_s() - before) / len(passed)
        told = (*np.percentile(passed, (50, 95)), work_ms)
        self.figures[f"{what}: frame, median / 95 % / work, ms"] = told

    def measure(self, url: str, duration_s: float) -> Figures:
        """All figures of the song at an address."""
        page, figures, js = self.page, self.figures, self.page.evaluate
        page.goto(url)
        figures["seen after, s"] = (js("settled()") / 1000,)
        kilobytes = js("reads('/peaks').map((read) => read.encodedBodySize / 1000)")
        figures["outline read until then, kB"] = (sum(kilobytes),)
        figures["blocks"] = (js("shown.length"),)
        box = js("document.querySelector('#wave').getBoundingClientRect().toJSON()")
        page.click("#overview")
        page.keyboard.press("0")
        figures["new blocks, whole song, ms"] = (self._decoding(),)
        step = np.log(NEAR * duration_s / box["width"]) / STEPS / 0.0022
        zoom = f"wheel(i < {STEPS} ? {-step} : {step})"
        self._frames("zooming in and out", lambda: js(f"frames({2 * STEPS}, (i) => {zoom})"))
        js(f"frames({STEPS}, (i) => wheel({-step}))")
        figures["new blocks, 100 px/s, ms"] = (self._decoding(),)
        move = "wheel(i % 60 < 30 ? 300 : -300, true)"  # to and fro: within a short song
        self._frames("moving 300 px", lambda: js(f"frames({FRAMES}, (i) => {move})"))
        page.click("#overview")
        page.click("#play")
        time.sleep(1.5)
        self._frames("playing at 100 px/s", lambda: js(f"frames({2 * FRAMES})"))
        page.click("#play")
        page.click("#overview")
        time.sleep(0.5)
        self._frames("dragging an edge", lambda: self._dragged(box, duration_s / 2))
        self.devtools.send("HeapProfiler.collectGarbage")
        usage = self.devtools.send("Runtime.getHeapUsage")
        used = sum(size for name, size in usage.items() if name != "totalSize")
        figures["memory of scripts and DOM, MB"] = (used / 1e6,)
        return figures

    def _decoding(self) -> float:
        return float(np.median([self.page.evaluate(f"decode({x})") for x in (0.45, 0.55, 0.5)]))

    def _dragged(self, box: Any, middle_s: float) -> Sequence[float]:
        """Move the end that is nearest to the middle there, then to and fro with the mouse."""
        page = self.page
        ends = [block["end_s"] for block in page.evaluate("shown")]
        end = min(ends, key=lambda end: abs(end - middle_s))
        page.evaluate(f"wheel({(end - middle_s) * NEAR}, true)")
        x, y = box["x"] + box["width"] / 2 - 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.evaluate("() => { window.held = true; window.passed = frames(1e6, () => held); }")
        for i in range(FRAMES):
            page.mouse.move(x + 20 * np.sin(i / 10), y)
            time.sleep(0.008)
        passed: list[float] = page.evaluate("() => { held = false; return passed; }")
        page.mouse.up()
        page.wait_for_function("end => !shown.some((block) => block.end_s === end)", arg=end)
        return passed


def main() -> None:
    """Make the songs, measure, and print a table for each."""
    parser = data_parser(__doc__)
    told = {"type": Path, "metavar": "FOLDER"}
    parser.add_argument("--wavesurfer", required=True, help="the unpacked npm package", **told)
    parser.add_argument("--visits", type=int, default=2, help="of each kind (%(default)s)")
    parser.add_argument("--keep", help="keep there the songs, and what was heard", **told)
    options = parser.parse_args()
    with ExitStack() as stack:
        work = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for minutes in SONGS:
            folder = work / "music" / str(minutes)
            if not folder.exists():
                folder.mkdir(parents=True)
                make_mp3s(options.data, folder, count=1, length_s=60 * minutes)
        server = Server(work / "home", work / "music")
        stack.callback(server.stop)
        launch = stack.enter_context(sync_playwright()).chromium.launch
        print(origin())
        rows = partial(server, "GET", "/api/songs")
        new = [song["id"] for song in rows()["songs"] if song["status"] != "done"]
        server("POST", "/api/detect", {"ids": new, "model": "singing-fast"})
        until(lambda: all(song["status"] == "done" for song in rows()["songs"]), seconds=3600)
        for song in rows()["songs"]:
            urllib.request.urlopen(f"{server.url}/api/songs/{song['id']}/peaks").close()  # kept
            found = _visits(launch, server.url, song, options)
            print(f"{song['duration_s'] / 60:.0f} minutes\n\n{_rows(found)}")


def _visits(launch: Any, url: str, song: dict[str, Any], options: Any) -> list[list[Figures]]:
    """What was measured at each visit, for each side."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    found: list[list[Figures]] = [[] for _ in SIDES]
    for side in SIDES * options.visits:
        browser = launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport=DESK, bypass_csp=True)
        page.add_init_script(path=HERE / "wavesurfer.js")
        page.route("**/api/songs/*/labels", lambda route: route.fulfill(json={"revision": 10**6}))
        answers = re.compile(r"/api/songs/\d+(/decode)?$")
        page.route(answers, partial(_spread, duration_s=song["duration_s"]))
        page.route("**/js/blocks.js", partial(_told, alone=side == "its picture"))
        page.route("**/wavesurfer/**", partial(_file, package=options.wavesurfer))
        address = "wavesurfer/?id=" if side == "wavesurfer" else "#/song/"
        figures = Visit(page).measure(f"{url}/{address}{song['id']}", song["duration_s"])
        found[SIDES.index(side)].append(figures)
        browser.close()
    return found


def _spread(route: Route, *, duration_s: float) -> None:
    """The server's answer with as many blocks as there shall be; the slider moves their starts."""
    count = SONGS[round(duration_s / 60)]
    onset = (route.request.post_data_json or {}).get("onset", 0.5)
    edges = duration_s / count * (np.arange(count)[:, None] + [0.2 * (1 + onset), 0.8])
    block = {"label": "singing", "score": 0.9, "by": "model"}
    blocks = [block | {"start_s": start, "end_s": end} for start, end in edges.tolist()]
    route.fulfill(json=route.fetch().json() | {"segments": blocks})


def _told(route: Route, *, alone: bool) -> None:
    """The page's list of blocks, which says what it shows, or shows nothing."""
    before, head, after = route.fetch().text().partition("show(blocks, selected) {")
    told = f"{before}{head} window.shown = blocks; {'return;' if alone else ''} {after}"
    route.fulfill(body=told, content_type="text/javascript")


def _file(route: Route, *, package: Path) -> None:
    """A file of the page with wavesurfer."""
    _, _, path = route.request.url.partition("/wavesurfer/package/")
    route.fulfill(path=package / path if path else HERE / "wavesurfer.html")


def _rows(found: list[list[Figures]]) -> str:
    rows: list[Sequence[str]] = [("median of the visits", *SIDES)]
    for what in found[0][0]:
        parts = [zip(*(figures[what] for figures in visits), strict=True) for visits in found]
        medians = [[np.median(part) for part in side] for side in parts]
        cells = (" / ".join(f"{x:.{2 if x < 10 else 0}f}" for x in side) for side in medians)
        rows.append((what, *cells))
    return table(rows)


if __name__ == "__main__":
    main()
