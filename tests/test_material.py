"""Rendered material: whose it is, in which split, the same again, and where it stopped."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.audio import load_audio
from earmark.learn.manifest import read_manifest, write_manifest
from earmark.learn.material import MANIFEST, render_material
from earmark.learn.mix_audio import active_samples
from earmark.synth.speech import render_speech
from shell import earmark

mido = pytest.importorskip("mido")
pytest.importorskip("pyworld")
SR = 16000
NO_MORE = {"rap": False, "leads": 0, "synths": 0, "formulas": 0, "jobs": 1}
SUNG_ONCE = NO_MORE | {"bands": 0, "sung": 1}
ALL_KINDS = {"sung": 2, "leads": 1, "synths": 2, "bands": 2, "formulas": 1, "jobs": 1}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two speakers and two notes of a flute, all of them rendered."""
    folder = tmp_path_factory.mktemp("corpus")
    rows = []
    for number, (split, singer) in enumerate([("train", "Ann"), ("valid", "Bob")]):
        y, _ = render_speech(np.random.default_rng(number), duration_s=3.0)
        soundfile.write(folder / f"{singer}.wav", y, SR)
        rows.append(
            {"audio": f"{singer}.wav", "material": "speech", "singer": singer, "split": split}
            | {"licence": "CC0-1.0", "endpoints": [[0.0, 3.0]]}
        )
    for pitch in (69, 76):
        hz = 440 * 2 ** ((pitch - 69) / 12)
        y = 0.5 * np.sin(2 * np.pi * hz * np.arange(2 * SR) / SR)
        soundfile.write(folder / f"{pitch}.wav", y, SR)
        rows.append(
            {"audio": f"{pitch}.wav", "material": "sound", "singer": "flute", "pitch": pitch}
        )
    soundfile.write(folder / "silence.wav", np.zeros(SR), SR)
    rows.append({"audio": "silence.wav", "material": "speech", "singer": "Cy", "endpoints": []})
    write_manifest(rows, folder / "m.jsonl")
    return folder / "m.jsonl"


@pytest.fixture(scope="module")
def rendered(manifest: Path) -> Path:
    folder = manifest.parent / "material"
    render_material(manifest, folder, **ALL_KINDS)
    return folder


def test_every_voice_stays_in_its_split(rendered: Path) -> None:
    tracks = read_manifest(rendered / MANIFEST)  # refuses singers on both sides
    sung = [t for t in tracks if t.material == "singing"]
    assert {(t.singer, t.split) for t in sung} == {("Ann sung", "train"), ("Bob sung", "valid")}
    assert len(sung) == 4
    assert {t.licence for t in sung} == {"CC0-1.0"}
    assert [t.singer for t in tracks if t.material == "rap"] == ["Ann rap"]


def test_notes_become_leads_and_silence_nothing(rendered: Path) -> None:
    tracks = read_manifest(rendered / MANIFEST)
    leads = [t for t in tracks if t.material == "lead"]
    assert sorted(t.singer for t in leads) == ["flute lead", "synth 0", "synth 0"]
    assert not any(t.singer.startswith("Cy ") for t in tracks)
    assert len([t for t in tracks if t.pitch is not None]) == 2
    for track in leads:
        y, sr = load_audio(track.paths[0])
        assert sr == SR
        assert len(y) > SR


def test_a_band_plays_for_each_speaker(rendered: Path) -> None:
    bands = [t for t in read_manifest(rendered / MANIFEST) if t.material == "band"]
    assert [(t.singer, t.split) for t in bands] == [
        ("Ann band", "train"),
        ("Bob band", "valid"),
        ("formula train", "train"),
    ]
    for track in bands:
        voice, band = (load_audio(path)[0] for path in track.paths)
        assert len(voice) == len(band)
        assert np.abs(voice + band).max() <= 0.91
        active = active_samples(track.segments(), n=len(voice), sr=SR)
        assert 0.1 < active.mean() < 1
        assert np.mean(voice[active] ** 2) > 100 * np.mean(voice[~active] ** 2)
        assert np.mean(band**2) > 1e-4


def test_every_song_is_another_and_has_lines(rendered: Path, tmp_path: Path) -> None:
    """Of one long utterance as well, which is cut at its pauses."""
    lines, pause = [], np.zeros(SR // 2, np.float32)
    for seed in range(4):
        lines += [render_speech(np.random.default_rng(seed), duration_s=2.5)[0], pause]
    soundfile.write(tmp_path / "ann.wav", np.concatenate(lines), SR)
    row = {"audio": "ann.wav", "material": "speech", "singer": "Ann", "endpoints": [[0.0, 12.0]]}
    write_manifest([row], tmp_path / "m.jsonl")
    render_material(tmp_path / "m.jsonl", tmp_path / "more", **NO_MORE, sung=0, bands=3)
    bands = [t for t in read_manifest(tmp_path / "more" / MANIFEST) if t.material == "band"]
    assert len({t.paths[0] for t in bands}) == 3
    for track in bands:
        segments = [s for s in track.segments() if s.duration_s > 0.3]
        assert len(segments) > 1


def test_other_tunes_make_other_files(manifest: Path, rendered: Path, tmp_path: Path) -> None:
    mid = mido.MidiFile(tracks=[mido.MidiTrack()])
    for pitch in (60, 64, 67):
        mid.tracks[0].append(mido.Message("note_on", note=pitch, velocity=64, time=0))
        mid.tracks[0].append(mido.Message("note_off", note=pitch, time=480))
    mid.save(tmp_path / "tune.mid")
    render_material(manifest, tmp_path / "more", **SUNG_ONCE, tunes=tmp_path)
    names = {path.name for path in (tmp_path / "more").glob("*.flac")}
    assert names
    assert not names & {path.name for path in rendered.iterdir()}


def test_the_same_again_and_on_from_where_it_stopped(manifest: Path, rendered: Path) -> None:
    kept = {path.name: path.read_bytes() for path in rendered.iterdir()}
    first = min(path for path in rendered.glob("sung*.flac") if path.stat().st_size)
    first.unlink()
    stamps = {path.name: path.stat().st_mtime_ns for path in rendered.glob("*.flac")}
    render_material(manifest, rendered, **ALL_KINDS)
    assert {path.name: path.read_bytes() for path in rendered.iterdir()} == kept
    for name, stamp in stamps.items():
        assert (rendered / name).stat().st_mtime_ns == stamp


def test_another_seed_sounds_otherwise(manifest: Path, rendered: Path, tmp_path: Path) -> None:
    render_material(manifest, tmp_path, **SUNG_ONCE, seed=1)
    names = {path.name for path in tmp_path.glob("*.flac")}
    assert names
    assert not names & {path.name for path in rendered.iterdir()}


def test_an_ingredient_left_out(manifest: Path, tmp_path: Path) -> None:
    for without in ((), ("melody",)):
        render_material(manifest, tmp_path, **SUNG_ONCE, without=without)
    whole = min(p for p in tmp_path.glob("sung1-0-????????????.flac") if p.stat().st_size)
    less = whole.with_stem(f"{whole.stem}-no-melody")
    assert less.read_bytes() != whole.read_bytes()


def test_an_older_manifest_is_not_replaced_unasked(manifest: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    words = ["material", manifest, "-o", more, "--no-rap", "--synths", 1]
    words += [word for what in ("sung", "leads", "bands", "formulas") for word in (f"--{what}", 0)]
    assert earmark(*words).code == 0
    assert "is there already; --overwrite replaces it" in earmark(*words).err
    assert earmark(*words, "--overwrite").code == 0
    said = earmark("material", more / MANIFEST, "-o", more, "--overwrite")
    assert said.code == 1
    assert "would be replaced; choose another folder" in said.err
