"""``earmark report`` as a user meets it: pages, and what is said where there can be none."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from clips import write_clip
from earmark import Annotation, Segment, formats
from earmark.audio import write_audio
from shell import earmark

ROOT = os.name == "posix" and os.geteuid() == 0


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    folder = tmp_path_factory.mktemp("music")
    write_clip(folder / "one.flac", seconds=2)
    write_clip(folder / "pop" / "Ha <b>“2” & #50 %.flac", seconds=2, seed=1)
    return folder


def test_beside_the_song(here):
    write_clip(here / "one.wav")
    said = earmark("report", "one.wav")
    assert (said.code, said.out) == (0, "")
    assert "1 song; open one.report.html" in said.err
    assert 'src="./one.wav"' in (here / "one.report.html").read_text("utf-8")
    assert not (here / "index.html").exists()


def test_a_file(here, music):
    assert earmark("report", music / "one.flac", "-o", "sub/page.html", "-q").err == ""
    page = (here / "sub" / "page.html").read_text("utf-8")
    assert f'src="{os.path.relpath(music / "one.flac", here / "sub")}"' in page
    again = earmark("report", music / "one.flac", "-o", "sub/page.html")
    assert again.code == 1
    assert "is there already; --overwrite replaces it" in again.err
    assert earmark("report", music / "one.flac", "-o", "sub/page.html", "--overwrite").code == 0


def test_a_folder_and_its_index(here, music):
    said = earmark("report", music, "-o", "out")
    assert said.code == 0
    assert "2 songs; open out/index.html" in said.err
    pages = sorted(p.relative_to(here / "out").as_posix() for p in here.rglob("*.html"))
    assert pages == ["index.html", "one.report.html", "pop/Ha <b>“2” & #50 %.report.html"]
    index = (here / "out" / "index.html").read_text("utf-8")
    assert 'href="./one.report.html"' in index
    assert 'href="pop/Ha%20%3Cb%3E%E2%80%9C2%E2%80%9D%20%26%20%2350%20%25.report.html"' in index
    assert "Ha &lt;b&gt;“2” &amp; #50 %</a>" in index
    assert earmark("report", music, "-o", "out").code == 0  # its own pages may be replaced


def test_somebody_elses_files_are_kept(here, music):
    (here / "out").mkdir()
    for name in ("one.report.html", "index.html"):
        mine = here / "out" / name
        mine.write_text("mine")
        said = earmark("report", music / "one.flac", "-o", "out")
        assert said.code == 1
        assert f"{name}: is there already" in said.err
        assert mine.read_text() == "mine"
        mine.unlink()
    (here / "out" / "index.html").write_text("mine")
    assert earmark("report", music / "one.flac", "-o", "out", "--overwrite").code == 0
    assert "mine" not in (here / "out" / "index.html").read_text("utf-8")


def test_a_persons_labels(here, music):
    formats.write(Annotation((Segment(0.5, 1.25),)), here / "truth" / "one.csv")
    said = earmark("report", music, "-o", "out", "--labels", "truth")
    assert said.code == 0
    assert "50 %.flac: no labels of it in truth" in said.err
    page = (here / "out" / "one.report.html").read_text("utf-8")
    assert "What a person marked" in page
    assert "How alike the two are" in page
    assert 'data-from="0.500" data-to="1.250"' in page
    other = (here / "out" / "pop" / "Ha <b>“2” & #50 %.report.html").read_text("utf-8")
    assert "What a person marked" not in other
    file = earmark("report", music / "one.flac", "-o", "x.html", "--labels", "truth/one.csv")
    assert file.code == 0


def test_what_a_person_corrected_is_theirs(here):
    """As for ``earmark adapt``: a file of earmark's counts once it was edited."""
    write_clip(here / "songs/one.wav", seconds=2)
    assert earmark("detect", "songs/one.wav").code == 0
    said = earmark("report", "songs", "-o", "out", "--labels", "songs")
    assert (said.code, "one.wav: no labels of it" in said.err) == (0, True)
    Path("songs/one.singing.csv").write_text("start_s,end_s,label\n0.5,1.25,singing\n")
    said = earmark("report", "songs", "-o", "out", "--labels", "songs")
    assert (said.code, "no labels" in said.err) == (0, False)
    assert "What a person marked" in Path("out/one.report.html").read_text("utf-8")
    Path("songs/one.csv").write_text("start_s,end_s\n0.5,1\n")
    said = earmark("report", "songs", "-o", "out", "--labels", "songs")
    assert "one.csv: taken for the song's labels; one.singing.csv" in said.err


def test_embedded(here):
    write_clip(here / "one.mp3")
    assert earmark("report", "one.mp3", "--embed").code == 0
    page = (here / "one.report.html").read_text("utf-8")
    assert 'src="data:audio/mpeg;base64,' in page
    assert "media-src data:;" in page


@pytest.mark.parametrize("seconds", [0, 0.1, 2])
def test_empty_short_and_silent(here, seconds):
    write_audio(here / "one.wav", np.zeros(round(16000 * seconds)), sr=16000)
    said = earmark("report", "one.wav", "--embed")
    assert said.code == 0
    assert any(why in said.err for why in ("no samples", "silent"))
    assert "No singing and no speech was found." in (here / "one.report.html").read_text("utf-8")


def test_one_bad_song_does_not_take_the_others_along(here, music):
    (here / "bad.mp3").write_bytes(b"no audio")
    said = earmark("report", "bad.mp3", music / "one.flac", "gone.mp3", "-o", "out")
    assert said.code == 1
    assert "bad.mp3" in said.err
    assert "gone.mp3: no such file" in said.err
    assert "1 song; open out/index.html" in said.err
    assert "2 could not be done" in (here / "out" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["-"], 2, "from a file"),
        (["{music}", "-o", "x.html"], 2, "2 songs; name a folder"),
        (["{music}", "-o", "-"], 2, "a file or a folder"),
        (["{music}", "-o", "{music}/one.flac"], 1, "does not end in .html"),
        (["{music}", "--labels", "gone"], 2, "no such file or folder"),
        (["{music}/one.flac", "-o", "x.html", "--labels", "bad.csv"], 1, "bad.csv"),
        (["{music}/one.flac", "--model", "nosuch"], 1, "no such model"),
        (["{music}/one.flac", "-o", "bad.csv/x"], 1, "a file, not a folder"),
        (["{music}/one.flac", "-o", "bad.csv/x.html"], 1, "a file, not a folder"),
        (["gone.mp3", "-o", "x.html"], 1, "no such file"),
    ],
)
def test_what_cannot_be_done_is_said(here, music, words, code, why):
    Path("bad.csv").write_text("x")
    said = earmark("report", *(word.format(music=music) for word in words))
    assert said.code == code
    assert why in said.err
    assert "Traceback" not in said.err
    assert not list(here.rglob("*.html"))


@pytest.mark.skipif(ROOT, reason="cannot: root writes everywhere")
def test_a_folder_that_is_read_only(here, music):
    Path("out").mkdir(mode=0o555)
    said = earmark("report", music, "-o", "out")
    assert said.code == 1
    assert "read-only" in said.err


def until(page, condition):
    """Wait for it; the page's policy forbids Playwright's own way, which evaluates texts."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never {condition}")


def test_the_page_follows_the_sound(here, music):
    """In a browser: nothing is complained of, a segment's button plays from there, keys seek."""
    sync = pytest.importorskip("playwright.sync_api")
    chromium = next(
        (p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None
    )
    if chromium is None:
        pytest.skip("needs chromium")
    formats.write(Annotation((Segment(0.5, 1.25),)), here / "one.csv")
    earmark("report", music / "one.flac", "-o", "page.html", "--labels", "one.csv")
    complaints, asked = [], []
    with sync.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((here / "page.html").as_uri())
        until(page, "audio.readyState >= 2")
        page.get_by_role("button", name="Play from 0:00.5").click()
        until(page, "audio.currentTime > 0.5")
        page.evaluate("audio.pause()")
        assert page.locator("tr.now").count() == 1
        page.get_by_role("slider", name="Position in the song").focus()
        page.keyboard.press("Home")
        until(page, "audio.currentTime === 0")
        assert page.locator("#whole").get_attribute("aria-valuetext") == "0:00 of 0:02"
        assert page.locator("#lost").is_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    assert complaints == []
    assert {Path(url).name for url in asked if not url.startswith("data:")} == {
        "page.html",
        "one.flac",
    }
