"""A report is one file that says what was detected, plays the song, and runs nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.annotation import Annotation, Scores, Segment
from earmark.audio import load_audio, write_audio
from earmark.peaks import read_peaks
from earmark.render.report.contents import Contents, card_of
from earmark.render.report.frame import asset
from earmark.render.report.index import Entry, index_page
from earmark.render.report.page import song_page
from earmark.render.report.sound import EMBED_BYTES, embedded, linked
from earmark.render.report.spectrogram import MOST_COLUMNS, spectrogram
from earmark.rows import describe, failed
from earmark.runtime import ModelInfo

EVIL = "</script><img src=x onerror=alert(1)>'\"&"
SEGMENTS = (Segment(1.0, 2.0, score=0.9),)
INFO = ModelInfo("singing", ("singing",), "logmel", 0.02, 1000, 100, {}, "0.1.0", "0" * 64)


class Reader(HTMLParser):
    """Elements, their attributes, and texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text, self.data = [], [], {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = dict(attrs).get("id", tag) if tag == "script" else tag

    def handle_data(self, data):
        self.text.append(data)
        self.data[self._inside] = data

    def handle_endtag(self, tag):
        self._inside = ""


def contents_of(y, sr=16000, *, name="a song.mp3", segments=SEGMENTS, **more):
    length_s = len(y) / sr
    count = -(-len(y) // 320)
    values = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    heard = Annotation(
        tuple(segments), length_s, ("singing",), name, "singing",
        Scores(values, duration_s=length_s), {"onset": 0.5, "model_sha256": "0" * 64},
    )  # fmt: skip
    made = Contents(
        Path(name), heard, describe(heard, path=name), read_peaks((y, sr)),
        spectrogram((y, sr)), INFO, "# Card\n\nIt *errs*.",
    )  # fmt: skip
    return replace(made, **more)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).uniform(-1, 1, 3 * 16000).astype(np.float32)


def test_it_says_what_was_found(noise):
    truth = Annotation((Segment(1.2, 2.2),))
    page = song_page(
        contents_of(noise, truth=truth, truth_name="a.csv", figures={
            "accuracy": 0.9, "precision": 0.8, "recall": 0.8, "f1": 0.8, "auc": float("nan"),
            "onset_f": 1.0, "offset_f": 1.0,
        }),
        sound="../a%20song.mp3",
    )  # fmt: skip
    reader = Reader(page)
    texts = " ".join(reader.text)
    for said in ("a song", "0:01.0", "33 %", "From a.csv.", "0:01.2", "0.900", "·", "errs"):
        assert said in texts
    audio = next(attrs for tag, attrs in reader.elements if tag == "audio")
    assert audio["src"] == "../a%20song.mp3"
    data = json.loads(reader.data["data"])
    assert data["rows"][0]["segments"] == [[1.0, 2.0]]
    assert [row["colour"] for row in data["rows"]] == ["sung", "person"]
    assert len(base64.b64decode(data["peaks"])) == 2 * 300
    assert np.frombuffer(base64.b64decode(data["curves"][0]["values"]), np.uint8)[-1] == 255


def test_a_blip_of_speech_has_an_amount_and_no_first(noise):
    """Under a second in all is likely a mistake, and nothing that one would go to."""

    def summary(spoken_s):
        contents = contents_of(noise)
        segments = (*SEGMENTS, Segment(1.5, 1.5 + spoken_s, "speech"))
        heard = replace(contents.heard, segments=segments, labels=("singing", "speech"))
        row = describe(heard, path="a.mp3")
        page = song_page(replace(contents, heard=heard, row=row), sound="a.mp3")
        return re.search(r'<dl class="tiles".*?</dl>', page)[0]

    assert "first sung" in summary(0.26)
    assert "first spoken" not in summary(0.26)
    assert "under 1 s of 0:03.0" in summary(0.26)
    assert "first spoken</dt><dd>0:01.5<small>last at 0:02.7" in summary(1.2)
    blip = describe(Annotation((Segment(1.5, 1.8),), 30.0), path="a.mp3")
    assert "0:01.5" not in index_page([Entry("a", blip, "a.html")])


def test_no_name_becomes_markup(noise):
    evil = Segment(0.5, 1.0, EVIL)
    truth = Annotation((evil,), labels=(EVIL,))
    contents = contents_of(
        noise, name=f"{EVIL.replace('/', '')}.mp3", segments=[evil], truth=truth, truth_name=EVIL,
        card=EVIL,
    )  # fmt: skip
    contents = replace(contents, heard=replace(contents.heard, provenance={EVIL: EVIL}))
    contents = replace(contents, row=contents.row | {"warning": EVIL})
    page = song_page(contents, sound=EVIL)
    plain = song_page(contents_of(noise, truth=Annotation((evil,)), truth_name="x"), sound="x")
    tags = [tag for tag, _ in Reader(page).elements]
    assert tags.count("script") == [tag for tag, _ in Reader(plain).elements].count("script") == 2
    assert not any("onerror" in attrs for _, attrs in Reader(page).elements)
    lists = index_page([Entry(EVIL, contents.row, EVIL), Entry(EVIL, failed(EVIL, EVIL))])
    assert {tag for tag, _ in Reader(lists).elements}.isdisjoint({"script", "img"})


def test_nothing_is_loaded_and_nothing_else_runs(noise):
    page = song_page(contents_of(noise), sound="./a.mp3")
    elements = Reader(page).elements
    policy = next(a["content"] for t, a in elements if a.get("http-equiv"))
    digest = hashlib.sha256(asset("page.js").encode()).digest()
    assert f"script-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert asset("page.js") in page
    sources = [a[key] for _, a in elements for key in ("src", "href") if key in a]
    assert sorted(s.split(",")[0] for s in sources) == ["./a.mp3", "data:image/png;base64"]
    assert not any(re.match(r"on|style$", name) for _, a in elements for name in a)
    assert not re.search(r"@import|url\(|https?://", asset("style.css") + asset("page.js"))


def test_four_minutes_of_noise_and_three_hours_are_small():
    y = np.random.default_rng(0).normal(0, 0.1, 240 * 16000).astype(np.float32)
    assert len(song_page(contents_of(y, card=card_of("singing")), sound="./a.mp3")) < 1_500_000
    silence = np.broadcast_to(np.float32(0.01), 3 * 3600 * 16000)
    many = [Segment(k, k + 1) for k in range(0, 10_000, 4)]
    assert len(song_page(contents_of(silence, segments=many), sound="./a.mp3")) < 3_000_000


@pytest.mark.parametrize("n", [0, 1, 1600, 16000])
def test_short_and_silent(n):
    page = song_page(contents_of(np.zeros(n, np.float32), segments=()), sound="./a.mp3")
    tags = [tag for tag, _ in Reader(page).elements]
    assert ("audio" in tags) == (n > 0)
    assert "No singing was found." in page


def test_a_long_spectrogram_is_folded():
    drawn = spectrogram((np.broadcast_to(np.float32(0.5), 16000 * 601), 16000))
    assert drawn.png is not None
    width = int.from_bytes(drawn.png[16:20], "big")
    assert width == 601 * 50 // 3 + 1 <= MOST_COLUMNS
    assert drawn.span_s == pytest.approx(width * 0.06)


def test_a_tone_lies_where_it_sounds():
    image = pytest.importorskip("PIL.Image")
    times_s = np.arange(32000) / 16000
    y = np.where(times_s > 1, np.sin(2 * np.pi * 1000 * times_s), 0).astype(np.float32) * 0.5
    pixels = np.asarray(image.open(io.BytesIO(spectrogram((y, 16000)).png)).convert("L")).astype(
        int
    )
    assert pixels.shape == (64, 100)
    assert set(pixels[:, :48].ravel()) == {pixels.min()}
    assert pixels[:, 75].argmax() in (42, 43)  # 1 kHz is a third of the way up, in mels


def test_addresses():
    assert linked(Path("a b#?.mp3"), Path("one.html")) == "./a%20b%23%3F.mp3"
    assert linked(Path("x/a:b.mp3"), Path("y/one.html")) == "../x/a%3Ab.mp3"
    assert linked(Path("a:b.mp3"), Path("one.html")) == "./a%3Ab.mp3"
    assert linked(Path("a\udcff.mp3"), Path("one.html")) == "./a%FF.mp3"


def test_a_small_song_is_embedded_as_it_is(tmp_path, noise):
    write_audio(tmp_path / "a.mp3", noise * 0.5, sr=16000)
    kind, _, data = embedded(tmp_path / "a.mp3").partition(",")
    assert kind == "data:audio/mpeg;base64"
    assert base64.b64decode(data) == (tmp_path / "a.mp3").read_bytes()


@pytest.mark.parametrize("suffix", ["AIFF", "WAV"])
def test_others_are_embedded_small_and_in_time(tmp_path, suffix):
    y = np.zeros(44100 * 20, np.float32)
    y[44100:44140] = 0.9
    soundfile.write(tmp_path / "a", y, 44100, format=suffix)
    assert (tmp_path / "a").stat().st_size > EMBED_BYTES
    kind, _, data = embedded(tmp_path / "a").partition(",")
    assert kind == "data:audio/mpeg;base64"
    assert len(data) * 240 / 20 < 2_100_000  # of four minutes
    heard, sr = load_audio(base64.b64decode(data), sr=None)
    assert abs(len(heard) / sr - 20) < 0.06
    assert abs(int(np.abs(heard).argmax()) / sr - 1) < 0.005
