"""Every format: golden bytes, round trips, the peers' own readers, and junk."""

from __future__ import annotations

import io
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark import formats
from earmark.annotation import Annotation, Scores, Segment
from earmark.errors import FormatError, OutputError
from earmark.formats.fields import one_line

TEXT_FORMATS = [name for name in formats.names() if name != "npz"]
EXACT = ("json", "jsonl", "jams")
STEP_S = {"srt": 1e-3, "vtt": 1e-3}

SONG = Annotation(
    (Segment(0.5, 1.25, "singing", 0.9), Segment(2.0, 3.0, 'lead "voice", <b>')),
    duration_s=4.0,
    labels=("singing", "speech"),
    source="songs/My song.mp3",
    model="singing",
    provenance={"version": "0.1.0", "model_sha256": "ab12", "onset": 0.5},
    warning="truncated",
)

GOLDEN = {
    "csv": "start_s,end_s,label,score\n"
    '0.500,1.250,singing,0.900\n2.000,3.000,"lead ""voice"", <b>",\n',
    "audacity": '0.500\t1.250\tsinging\n2.000\t3.000\tlead "voice", <b>\n',
    "lab": '0.500 1.250 singing\n2.000 3.000 lead "voice", <b>\n',
    "rttm": "SPEAKER My_song 1 0.500 0.750 <NA> <NA> singing 0.900 <NA>\n"
    'SPEAKER My_song 1 2.000 1.000 <NA> <NA> lead_"voice",_<b> <NA> <NA>\n',
    "srt": "1\n00:00:00,500 --> 00:00:01,250\nsinging (0.90)\n\n"
    '2\n00:00:02,000 --> 00:00:03,000\nlead "voice", <b>\n\n',
    "vtt": "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nsinging (0.90)\n"
    '\n00:00:02.000 --> 00:00:03.000\nlead "voice", &lt;b&gt;\n',
    "json": """{
  "source": "songs/My song.mp3",
  "duration_s": 4.0,
  "model": "singing",
  "labels": [
    "singing",
    "speech"
  ],
  "warning": "truncated",
  "provenance": {
    "version": "0.1.0",
    "model_sha256": "ab12",
    "onset": 0.5
  },
  "segments": [
    {"start_s": 0.5, "end_s": 1.25, "label": "singing", "score": 0.9},
    {"start_s": 2.0, "end_s": 3.0, "label": "lead \\"voice\\", <b>", "score": null}
  ]
}
""",
    "textgrid": '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4.000
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "say ""a"""
        xmin = 0
        xmax = 4.000
        intervals: size = 3
        intervals [1]:
            xmin = 0.000
            xmax = 1.000
            text = ""
        intervals [2]:
            xmin = 1.000
            xmax = 2.500
            text = "say ""a"""
        intervals [3]:
            xmin = 2.500
            xmax = 4.000
            text = ""
''',
}

# --- what hypothesis makes -----------------------------------------------------------------------

LABELS = st.sampled_from(["singing", "lead voice"]) | st.text(max_size=12)
SCORES = st.none() | st.integers(0, 100).map(lambda n: n / 100)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@st.composite
def annotations(draw: st.DrawFn, *, labels: st.SearchStrategy[str] = LABELS) -> Annotation:
    """Segments in order, apart from each other, on whole milliseconds, within the duration."""
    cuts = sorted(draw(st.sets(st.integers(0, 9_000_000), max_size=9)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    segments = tuple(Segment(a / 1000, b / 1000, draw(labels), draw(SCORES)) for a, b in pairs)
    found = tuple(dict.fromkeys(item.label for item in segments))
    last_s = max((item.end_s for item in segments), default=0.0)
    return Annotation(
        segments,
        duration_s=round(last_s + draw(st.integers(1, 9)), 3),
        labels=found or ("singing",),
        source=draw(st.none() | st.text(min_size=1, max_size=9)),
        model=draw(st.none() | st.text(max_size=9)),
        provenance=draw(st.dictionaries(st.text(max_size=5), PLAIN, max_size=3)),
        warning=draw(st.none() | st.text(max_size=9)),
    )


def fields(annotation: Annotation) -> tuple[object, ...]:
    """All but segments and scores."""
    return (
        *(annotation.duration_s, annotation.labels, annotation.source, annotation.model),
        *(dict(annotation.provenance), annotation.warning),
    )


def expected_label(name: str, label: str) -> str:
    """What a format makes of a label."""
    label = label if name in EXACT else one_line(label)
    return label.replace(" ", "_") if name == "rttm" else label


def round_trip(name: str, annotation: Annotation) -> Annotation:
    return formats.loads(formats.dumps(annotation, name), name)


# --- round trips ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXT_FORMATS)
@settings(max_examples=40, deadline=None)
@given(annotation=annotations())
def test_round_trip(name: str, annotation: Annotation) -> None:
    back = round_trip(name, annotation)
    assert len(back.segments) == len(annotation.segments)
    for was, now in zip(annotation.segments, back.segments, strict=True):
        assert now.start_s == pytest.approx(was.start_s, abs=1e-6)
        assert now.end_s == pytest.approx(was.end_s, abs=1e-6)
        assert now.label == expected_label(name, was.label)
        kept = name not in ("audacity", "lab", "textgrid")
        assert now.score == (was.score if kept else None)
    if name in EXACT:
        assert fields(back) == fields(annotation)
    else:
        assert back.duration_s == (annotation.duration_s if name == "textgrid" else None)
        assert back.labels == tuple(
            dict.fromkeys(expected_label(name, label) for label in annotation.labels)
        )


@pytest.mark.parametrize("name", TEXT_FORMATS)
@settings(max_examples=25, deadline=None)
@given(
    times=st.lists(
        st.tuples(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1)), min_size=1, max_size=5
    )
)
def test_any_time_is_kept_to_a_microsecond_and_segments_may_overlap(
    name: str, times: list[tuple[float, float, float]]
) -> None:
    segments = tuple(
        sorted(
            (Segment(min(a, b), max(a, b), f"v{i}", s) for i, (a, b, s) in enumerate(times)),
            key=lambda item: (item.start_s, item.end_s),
        )
    )
    back = round_trip(name, Annotation(segments)).segments
    if name == "textgrid":  # it holds no segment of no length
        segments = tuple(s for s in segments if round(s.start_s * 1e6) < round(s.end_s * 1e6))
    by_label = {item.label: item for item in back}
    assert by_label.keys() == {item.label for item in segments}
    for item in segments:
        step = STEP_S.get(name, 1e-6)
        assert by_label[item.label].start_s == pytest.approx(item.start_s, abs=1.01 * step)
        assert by_label[item.label].end_s == pytest.approx(item.end_s, abs=1.51 * step)


@settings(max_examples=25, deadline=None)
@given(label=st.text(st.characters(categories=None), min_size=1))
def test_no_label_breaks_a_file(label: str) -> None:
    """Half surrogates, control characters, quotes, line ends: one segment in, one segment out."""
    annotation = Annotation((Segment(1, 2, label), Segment(3, 4, label)), labels=(label,))
    for name in TEXT_FORMATS:
        assert [s.end_s for s in round_trip(name, annotation).segments] == [2, 4], name
    assert round_trip("json", annotation).labels == (label,)


@settings(max_examples=20, deadline=None)
@given(
    values=st.lists(st.tuples(*[st.floats(0, 1, width=32)] * 2), max_size=9),
    duration_s=st.none() | st.floats(0, 1e6),
)
def test_round_trip_of_scores(values: list[tuple[float, float]], duration_s: float | None) -> None:
    curve = np.array(values, dtype=np.float32).reshape(-1, 2)
    scores = Scores(curve, 0.01, ("singing", "Übung\n"), duration_s)
    back = round_trip("npz", Annotation((), scores=scores))
    assert back.scores is not None
    assert np.array_equal(back.scores.values, curve)
    assert (back.scores.hop_s, back.labels, back.duration_s) == (0.01, scores.labels, duration_s)


def test_npz_holds_plain_arrays() -> None:
    scores = Scores(np.full((3, 1), 0.5, dtype=np.float32))
    data = formats.dumps(Annotation((), scores=scores), "npz")
    assert data == formats.dumps(Annotation((), scores=scores), "npz")
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        assert sorted(arrays) == ["hop_s", "labels", "times_s", "values"]
        assert arrays["times_s"] == pytest.approx([0.01, 0.03, 0.05])
        assert arrays["values"].shape == (3, 1)
        assert arrays["labels"].tolist() == ["singing"]
        assert arrays["hop_s"] == 0.02
    with pytest.raises(FormatError, match="no scores"):
        formats.dumps(Annotation(()), "npz")


# --- golden bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in GOLDEN if name != "textgrid"])
def test_golden(name: str) -> None:
    assert formats.dumps(SONG, name).decode() == GOLDEN[name]


def test_golden_textgrid() -> None:
    """Overlapping segments of a label become one."""
    label = 'say "a"'
    overlapping = (Segment(1, 2, label), Segment(1.5, 2.5, label), Segment(3, 3, label))
    annotation = Annotation(overlapping, duration_s=4.0, labels=(label,))
    assert formats.dumps(annotation, "textgrid").decode() == GOLDEN["textgrid"]


def test_golden_jsonl_is_one_line_and_files_can_be_joined() -> None:
    line = formats.dumps(SONG, "jsonl")
    assert line.count(b"\n") == 1
    assert json.loads(line) == json.loads(formats.dumps(SONG, "json"))
    joined = formats.jsonl.loads_all(line + b"\n" + line)
    assert [fields(annotation) for annotation in joined] == [fields(SONG)] * 2
    with pytest.raises(FormatError, match=r"2 recordings.*loads_all"):
        formats.loads(line * 2, "jsonl")


def test_json_holds_numpy_numbers_and_no_nan() -> None:
    provenance = {"onset": np.float32(0.5), "nan": math.nan, "set": {1}, "path": object}
    segments = (Segment(0, 1, score=math.nan),)
    data = formats.dumps(Annotation(segments, provenance=provenance), "json")
    record = json.loads(data, parse_constant=lambda word: pytest.fail(word))
    assert record["provenance"]["onset"] == 0.5
    assert record["provenance"]["set"] == [1]
    assert record["provenance"]["nan"] is record["segments"][0]["score"] is None
    for name in TEXT_FORMATS:
        assert round_trip(name, Annotation(segments)).segments[0].score is None


# --- the peers' own readers ----------------------------------------------------------------------

TAME = st.text("abcXYZäöü音 _-'\",<&>", min_size=1, max_size=9)


@settings(max_examples=15, deadline=None)
@given(annotation=annotations(labels=TAME))
def test_jams_reads_ours(annotation: Annotation) -> None:
    jams = pytest.importorskip("jams")
    content = io.StringIO(formats.dumps(annotation, "jams").decode())
    document = jams.load(content, validate=True, strict=True, fmt="jams")
    assert document.file_metadata.duration == annotation.duration_s
    (ours,) = document.annotations
    assert (ours.namespace, ours.annotation_metadata.annotation_tools) == (
        "segment_open",
        "earmark",
    )
    intervals, values = ours.to_interval_values()
    assert values == [item.label for item in annotation.segments]
    assert intervals.ravel() == pytest.approx(
        [time for item in annotation.segments for time in (item.start_s, item.end_s)], abs=1e-6
    )
    assert ours.sandbox.earmark["provenance"] == dict(annotation.provenance)


def test_we_read_what_jams_writes() -> None:
    jams = pytest.importorskip("jams")
    theirs = jams.Annotation(namespace="segment_open", duration=9)
    theirs.append(time=1.5, duration=2, value="solo", confidence=0.5)
    theirs.append(time=4, duration=1, value="choir", confidence=None)
    document = jams.JAMS(annotations=[theirs])
    document.file_metadata.duration = 9
    back = formats.loads(document.dumps().encode(), "jams")
    assert back.segments == (Segment(1.5, 3.5, "solo", 0.5), Segment(4, 5, "choir"))
    assert (back.duration_s, back.labels) == (9, ("solo", "choir"))


@settings(max_examples=15, deadline=None)
@given(annotation=annotations(labels=TAME))
@pytest.mark.parametrize("form", ["long_textgrid", "short_textgrid"])
def test_praatio_reads_ours_and_we_its(
    form: str, annotation: Annotation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    path = str(tmp_path_factory.getbasetemp() / "praat.TextGrid")
    formats.write(annotation, path)
    grid = textgrid.openTextgrid(path, includeEmptyIntervals=True, reportingMode="error")
    assert (grid.minTimestamp, grid.maxTimestamp) == (0, annotation.duration_s)
    entries = []
    for label, tier in zip(grid.tierNames, grid.tiers, strict=True):
        edges = [time for entry in tier.entries for time in (entry.start, entry.end)]
        assert edges[0] == 0
        assert edges[-1] == annotation.duration_s
        assert edges[1:-1:2] == edges[2::2]  # no hole between intervals
        entries += [entry for entry in tier.entries if entry.label]
        assert {entry.label for entry in tier.entries} <= {"", label}
    assert sorted((e.start, e.end, e.label) for e in entries) == [
        (item.start_s, item.end_s, one_line(item.label)) for item in annotation.segments
    ]
    grid.save(path, format=form, includeBlankSpaces=True)
    back = formats.read(path)
    assert [(s.start_s, s.end_s, s.label) for s in back.segments] == sorted(
        (e.start, e.end, e.label) for e in entries
    )


@settings(max_examples=15, deadline=None)
@given(annotation=annotations(labels=TAME))
def test_pyannote_reads_ours_and_we_its(annotation: Annotation) -> None:
    core = pytest.importorskip("pyannote.core")
    theirs = core.Annotation(uri="song")
    for line in formats.dumps(annotation, "rttm").decode().splitlines():
        fields = line.split(" ")
        assert len(fields) == 10
        start, length = float(fields[3]), float(fields[4])
        theirs[core.Segment(start, start + length), fields[3]] = fields[7]
    total_s = sum(item.duration_s for item in annotation.segments)
    assert theirs.get_timeline(copy=False).duration() == pytest.approx(total_s, abs=1e-4)
    assert set(theirs.labels()) == {expected_label("rttm", s.label) for s in annotation.segments}
    back = formats.loads(theirs.to_rttm().encode(), "rttm")
    assert back.source == ("song" if annotation.segments else None)
    assert [s.start_s for s in back.segments] == [s.start_s for s in annotation.segments]
    assert [s.label for s in back.segments] == [
        expected_label("rttm", s.label) for s in annotation.segments
    ]


@settings(max_examples=15, deadline=None)
@given(annotation=annotations(labels=TAME))
@pytest.mark.filterwarnings("ignore::UserWarning")  # mir_eval warns of no intervals
def test_mir_eval_reads_our_lab(annotation: Annotation) -> None:
    mir_eval_io = pytest.importorskip("mir_eval.io")
    content = io.StringIO(formats.dumps(annotation, "lab").decode())
    intervals, labels = mir_eval_io.load_labeled_intervals(content)
    assert labels == [one_line(item.label) for item in annotation.segments]
    assert intervals.ravel().tolist() == [
        time for item in annotation.segments for time in (item.start_s, item.end_s)
    ]


# --- what else is read ---------------------------------------------------------------------------

TWO = (Segment(0.5, 1.0), Segment(2.0, 3.5))


@pytest.mark.parametrize(
    "text",
    [
        "start_s,end_s,vocal\n0.5,1,1\n1,2,0\n2,3.5,1\n",
        "start_s,end_s\r\n0.5,1\r\n2,3.5\r\n",
        "\ufeffstart_s, end_s\n0.5, 1\n\n2, 3.5",
        "0.5,1\n2,3.5\n",
        "0.5,1,1\n1,2,0\n2,3.5,1\n",
        "# made by hand\n2,3.5,singing\n0.5,1,singing\n",
        "song,END_S,Start_S,score,label\na.mp3,1,0.5,,\na.mp3,3.5,2,,singing\n",
        "start,end,label\n0.5,1,singing\n2,3.5,singing\n",
        "filename,onset,offset,event_label\na,0.5,1,singing\na,2,3.5,singing\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_csv_dialects(text: str, encoding: str) -> None:
    back = formats.loads(
        text.removeprefix("\ufeff" * (encoding == "utf-16")).encode(encoding), "csv"
    )
    assert back.segments == TWO
    assert back.labels == ("singing",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("audacity", "0.5\t1\n2.000000\t3.500000\tsinging\n\\\t100.0\t900.0\n"),
        ("lab", "# comment\n0.5\t1   singing\n\n  2 3.5\r\n"),
        (
            "rttm",
            ";; comment\nSPKR-INFO a 1 <NA> <NA> <NA> unknown singing <NA>\n"
            "SPEAKER a 1 0.5 0.5 <NA> <NA> singing <NA>\nSPEAKER a 1 2 1.5 <NA> <NA> <NA> <NA>\n",
        ),
        ("srt", "1\n00:00:00,500 --> 00:00:01,000\nsinging\n\n00:02.0 --> 00:03.500 X1:1\n\n"),
        (
            "vtt",
            "WEBVTT - made by hand\nKind: captions\n\nSTYLE\n::cue { }\n\nNOTE 1 --> 2\nmore\n\n"
            "intro\n00:00.500 --> 00:01.000\n<v Anna>singing</v>\n\n00:02.000 --> 00:03.500\n",
        ),
        ("json", '{"segments": [{"start_s": 0.5, "end_s": 1}, {"start_s": 2, "end_s": 3.5}]}'),
        (
            "textgrid",  # the short form, with a tier of points
            '"ooTextFile"\n"TextGrid"\n\n0\n4\n<exists>\n2\n"TextTier"\n"beats"\n0\n4\n1\n1.5\n"x"\n'
            '"IntervalTier"\n"words"\n0\n4\n3\n0.5\n1\n"singing"\n1\n2\n" "\n2\n3.5\n"singing"\n',
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_others_write(name: str, text: str, encoding: str) -> None:
    assert formats.loads(text.encode(encoding), name).segments == TWO


def test_a_textgrid_keeps_labels_that_were_not_found() -> None:
    assert round_trip("textgrid", SONG).labels == ("singing", "speech", 'lead "voice", <b>')
    assert round_trip("textgrid", Annotation((), duration_s=2.5)).duration_s == 2.5


def test_times_of_subtitles_are_rounded_not_cut() -> None:
    annotation = Annotation((Segment(59.9996, 3599.9995), Segment(4000, 4000)))
    assert formats.dumps(annotation, "srt").decode().splitlines()[1::4] == [
        "00:01:00,000 --> 01:00:00,000",
        "01:06:40,000 --> 01:06:40,001",
    ]


# --- errors --------------------------------------------------------------------------------------

BAD = [
    ("csv", "start_s,end_s\n1,2\n3,2\n", r"x, line 3: the end 2 s lies before the start 3 s"),
    ("csv", "start_s,end_s\n-1,2\n", "line 2: the start -1 s is negative"),
    ("csv", "start_s,end_s\nnan,2\n", "line 2: the start 'nan' is not a number"),
    ("csv", 'start_s,end_s\n1,2\n"1,5",2\n', "line 3: the start '1,5' is not a number"),
    ("csv", "0,1\n1\n", "line 2: start or end is missing"),
    ("csv", "begin,end\n1,2\n", "line 1: no columns start_s and end_s, only 'begin, end'"),
    ("csv", "start_s;end_s\n1;2\n", "line 1: columns are separated by semicolons; .*commas"),
    ("csv", "1,5;2,5;singing\n", "line 1: columns are separated by semicolons; .*points"),
    ("csv", "# mine\n1.5\t2.5\n", "line 2: columns are separated by tabs; .*commas"),
    ("csv", "", "x: empty file; a song without singing has the header alone: start_s,end_s"),
    ("csv", "\ufeff\r\n \n", "x: empty file"),
    ("csv", "start_s,end_s,vocal\n1,2,3\n", "line 2: vocal is 3"),
    ("csv", 'start_s,end_s,label\n1,2,"a\n3,4,b\n', "line 2: not a table"),
    ("audacity", "1 2 a\n", "line 1: one column only.*a tab"),
    ("audacity", "1\tb\n", "line 1: the end 'b' is not a number"),
    ("lab", "1 2 a\n3\n", "line 2: one column only"),
    ("rttm", "1 2 a\n", "line 1: not an RTTM line"),
    ("rttm", "SPEAKER a 1 5 -1 <NA> <NA> x\n", "line 1: the end 4 s lies before"),
    (
        "rttm",
        "SPEAKER a 1 0 1 <NA> <NA> x\nSPEAKER b 1 0 1 <NA> <NA> x\n",
        r"2 recordings \(a, b\)",
    ),
    ("srt", "1\nhello\n", "line 2: no times of a cue"),
    ("srt", "1\n00:00:02,0 --> 00:00:01,0\na\n", "line 2: the end 1 s lies before"),
    ("vtt", "00:01.0 --> 00:02.0\na\n", "line 1: .*WEBVTT"),
    ("json", '{"segments": [\n{"start_s": 1,}]}', "line 2: not JSON"),
    ("json", "[1]", "expected an object"),
    ("json", "{}", 'no "segments"'),
    ("json", '{"segments": [{"start_s": 1}]}', "segment 1: the end None is not a number"),
    ("json", '{"segments": [{"start_s": true, "end_s": 2}]}', "start True is not a number"),
    ("json", '{"segments": [], "source": 1}', "source is 1; expected a text"),
    ("json", '{"segments": [], "labels": "ab"}', "labels are 'ab'"),
    ("json", '{"segments": [], "provenance": [1]}', r"provenance is \[1\]"),
    ("json", '{"segments": [], "duration_s": -1}', "duration -1 s is negative"),
    ("json", "[" * 100_000, "not JSON that can be read"),
    ("json", "9" * 5_000, "not JSON that can be read"),
    ("json", "", "not JSON"),
    ("jsonl", '{"segments": []}\nx\n', "line 2: not JSON"),
    ("jams", '{"annotations": [{"namespace": "beat"}]}', "only beat"),
    ("jams", '{"annotations": [{"namespace": "segment_open", "data": 1}]}', "data is 1"),
    (
        "jams",
        '{"annotations": [{"namespace": "segment_open", "data": [1]}]}',
        "segment 1: the time None",
    ),
    ("textgrid", 'File type = "ooTextFile"\nObject class = "Sound"\n', "a Sound of type"),
    ("textgrid", GOLDEN["textgrid"][:400], "at its end: expected a .*is the file whole"),
    ("textgrid", GOLDEN["textgrid"].replace("xmax = 2.500", "xmax = 0.5"), "line 20: the end 0.5"),
    ("textgrid", GOLDEN["textgrid"].replace('"IntervalTier"', '"X"'), "unknown kind of tier 'X'"),
    ("textgrid", "", "expected a quoted text"),
]


@pytest.mark.parametrize(("name", "text", "message"), BAD)
def test_errors_name_place_and_cure(name: str, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        formats.loads(text.encode(), name, name="x")
    assert str(caught.value).startswith("x")
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_bytes_that_are_no_text(name: str) -> None:
    with pytest.raises(FormatError, match=r"line 2: not text.*UTF-8"):
        formats.loads(b"\n\xff\xfe\x00", name)


@pytest.mark.parametrize("name", ["jsonl", "audacity", "lab", "rttm", "srt"])
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \n"])
def test_an_empty_file_has_no_segments(name: str, data: bytes) -> None:
    back = formats.loads(data, name)
    assert back.segments == ()
    assert back.labels == ("singing",)


@pytest.mark.parametrize("name", formats.names())
def test_no_segments_at_all(name: str) -> None:
    scores = Scores(np.zeros((0, 1), dtype=np.float32))
    assert round_trip(name, Annotation((), scores=scores)).segments == ()


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"values": np.zeros((3, 1)), "labels": ["a"]},
        {"values": np.zeros((3, 2)), "labels": ["a"], "hop_s": 0.02},
        {"values": np.zeros((3, 1)), "labels": ["a"], "hop_s": -1},
        {"values": np.full((3, 1), np.nan), "labels": ["a"], "hop_s": 0.02},
        {"values": np.array([[None]]), "labels": ["a"], "hop_s": 0.02},
    ],
)
def test_npz_errors(arrays: dict[str, object]) -> None:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    with pytest.raises(FormatError):
        formats.loads(file.getvalue(), "npz")


@pytest.mark.parametrize("name", formats.names())
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_junk_raises_nothing_but_format_errors(name: str, data: st.DataObject) -> None:
    """Random bytes, random text of the format's own words, and good files with bytes changed."""
    scores = Scores(np.full((3, 1), 0.5, dtype=np.float32))
    good = formats.dumps(Annotation(SONG.segments, duration_s=4.0, scores=scores), name)
    start = data.draw(st.integers(0, len(good)))
    words = st.sampled_from(["0", "1e999", "-->", '"', "\t", ",", "\n", "<NA>", "SPEAKER", "["])
    junk = data.draw(
        st.binary(max_size=50)
        | st.lists(words | st.text(max_size=3), max_size=12).map(lambda w: " ".join(w).encode())
        | st.just(b"9" * 5_000)
    )
    for content in (junk, good[:start] + junk, good[:start] + junk + good[start + len(junk) :]):
        try:
            annotation = formats.loads(content, name)
        except FormatError:
            continue
        assert all(0 <= item.start_s <= item.end_s < math.inf for item in annotation.segments)


# --- the registry --------------------------------------------------------------------------------


def test_formats_are_found_by_name_suffix_and_path() -> None:
    for name in formats.names():
        form = formats.get_format(name)
        assert form.name == name
        assert formats.get_format(form.suffix) is form
        assert formats.get_format(f"a.b/song.singing{form.suffix.upper()}") is form
    for unknown in ("xyz", "song.mp3", "folder.csv/song", ""):
        with pytest.raises(FormatError, match=r"unknown format; choose one of csv, json, .*npz"):
            formats.get_format(unknown)


def test_read_and_write(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "new folder" / 'it\'s "a"\nsöng.CSV'
    formats.write(SONG, path)
    assert formats.read(path).segments == SONG.segments
    formats.write(SONG, path, format="json")
    assert fields(formats.read(path, format="json")) == fields(SONG)
    with pytest.raises(FormatError, match="line 1"):
        formats.read(path)
    with pytest.raises(FormatError, match=r"gone\.csv: cannot be read \(No such file"):
        formats.read(tmp_path / "gone.csv")
    with pytest.raises(FormatError, match="cannot be read"):
        formats.read("a\0.csv")
    with pytest.raises(OutputError):
        formats.write(SONG, path / "below a file.csv")


def test_import_is_light() -> None:
    code = (
        "import sys, earmark.formats\n"
        "sys.exit(bool({'jams', 'praatio', 'pyannote', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
