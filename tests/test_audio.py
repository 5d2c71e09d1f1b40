"""Audio in and out: physical truths, equal paths, and what bad input says."""

import io
import os
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile

from earmark.audio import AudioReader, audio_info, load_audio, write_audio
from earmark.errors import AudioError, OutputError

SR = 44100


def tone(hz, *, duration_s=1.0, sr=SR, level=0.5):
    return (level * np.sin(2 * np.pi * hz * np.arange(round(duration_s * sr)) / sr)).astype("f4")


def song(duration_s, *, sr=SR):
    """Two channels of noise and tones: every excerpt differs from every other."""
    noise = 0.1 * np.random.default_rng(0).normal(size=(2, round(duration_s * sr)))
    return (noise + [tone(220, duration_s=duration_s, sr=sr)] * 2).clip(-1, 1).astype("f4")


def encode(path, y, *, codec="aac", sr=SR):
    """Write m4a, aac, webm or mkv; AAC without its random noise bands, so that decoding repeats."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=sr, layout="stereo")
        stream.codec_context.options = {"aac_pns": "0"} if codec == "aac" else {}
        for at in range(0, y.shape[1], sr):
            block = np.ascontiguousarray(y[:, at : at + sr])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = sr, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def peak_hz(y, sr):
    spectrum = np.abs(np.fft.rfft(y * np.hanning(len(y))))
    return np.argmax(spectrum) * sr / len(y)


def cut(path, fraction):
    data = path.read_bytes()
    short = path.with_stem("cut")
    short.write_bytes(data[: int(len(data) * fraction)])
    return short


def spoil(path, *fractions, n=3000):
    """The bytes of a file with zeros in them, or with noise if it is a FLAC."""
    data = bytearray(path.read_bytes())
    junk = np.random.default_rng(0).bytes(n) if path.suffix == ".flac" else bytes(n)
    for fraction in fractions:
        at = int(len(data) * fraction)
        data[at : at + n] = junk
    return bytes(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("audio")


@pytest.fixture(scope="module")
def files(folder):
    """25 s of stereo in each format that soundfile writes."""
    y = song(25)
    paths = {suffix: folder / f"song.{suffix}" for suffix in ("wav", "flac", "ogg", "mp3")}
    for path in paths.values():
        write_audio(path, y, sr=SR)
    return paths


@pytest.mark.parametrize("native_sr", [8000, 11025, 22050, 44100, 48000, 192000])
def test_a_tone_keeps_its_frequency_and_level(native_sr):
    y, sr = load_audio((tone(1000, sr=native_sr), native_sr))
    assert sr == 16000
    assert y.shape == (16000,)
    assert peak_hz(y, sr) == pytest.approx(1000, abs=1)
    assert np.abs(y[4000:12000]).max() == pytest.approx(0.5, abs=2e-3)


def test_nothing_folds_down_from_above_half_the_rate():
    y, _ = load_audio((tone(30000, sr=192000) + tone(9000, sr=192000), 192000))
    assert np.abs(y[1000:-1000]).max() < 1e-4


def test_the_number_of_samples_is_rounded_up():
    for n in (0, 1, 2, 440, 441, 442, 44100):
        y, _ = load_audio((np.zeros(n), SR))
        assert len(y) == -(-n * 16000 // SR)


def test_channels_are_averaged_or_kept():
    y = np.stack([np.full(100, value) for value in (0.1, 0.2, 0.3, 0.4, 0.5, 0.9)])
    assert load_audio((y, 16000))[0] == pytest.approx(np.full(100, 0.4))
    assert load_audio((y, 16000), mono=False)[0] == pytest.approx(y)
    assert load_audio((y[:1], 16000), mono=False)[0].shape == (100,)
    assert load_audio((y[:2], SR), mono=False)[0].shape == (2, 37)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_wav_of_any_width(folder, subtype):
    path = folder / "width.wav"
    soundfile.write(path, tone(440, sr=16000), 16000, subtype=subtype)
    assert load_audio(path)[0] == pytest.approx(tone(440, sr=16000), abs=1e-2)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float64"])
def test_an_array_of_any_type(dtype):
    scale, middle = {"uint8": (128, 128), "int16": (2**15, 0), "int32": (2**31, 0)}.get(
        dtype, (1, 0)
    )
    y = (tone(440) * scale + middle).astype(dtype)
    assert load_audio((y, SR), sr=None)[0] == pytest.approx(tone(440), abs=1e-2)


def test_six_channels_at_a_high_rate(folder):
    path = folder / "surround.flac"
    y = np.stack([tone(500, sr=192000)] * 6)
    write_audio(path, y, sr=192000)
    assert audio_info(path).channels == 6
    assert peak_hz(*load_audio(path)) == pytest.approx(500, abs=1)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("sr", [16000, None])
def test_streamed_equals_whole(files, suffix, sr):
    whole, rate = load_audio(files[suffix], sr=sr)
    assert len(whole) == 25 * rate
    with AudioReader(files[suffix], sr=sr) as reader:
        assert (reader.native_sr, reader.channels, reader.duration_s) == (SR, 2, 25.0)
        blocks = list(reader)
        again = list(reader)
    assert len(blocks) == 3
    assert reader.warning is None
    assert np.array_equal(np.concatenate(blocks), whole)
    assert np.array_equal(np.concatenate(again), whole)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("sr", [16000, None])
def test_an_excerpt_is_a_slice_of_the_whole(files, suffix, sr):
    whole, rate = load_audio(files[suffix], sr=sr)
    for offset_s, duration_s in ((0, 0.5), (0.03, 1), (7.123, 2.5), (11, 12), (24.5, 9), (30, 1)):
        y, _ = load_audio(files[suffix], sr=sr, offset_s=offset_s, duration_s=duration_s)
        expected = whole[round(offset_s * rate) : round((offset_s + duration_s) * rate)]
        assert len(y) == len(expected)
        assert np.abs(y - expected).max(initial=0) < 1e-3


def test_an_excerpt_of_a_long_file_is_sought(folder):
    path = folder / "long.mp3"
    with soundfile.SoundFile(path, "w", 16000, 1) as file:
        for _ in range(20):
            file.write(tone(300, duration_s=20, sr=16000))
    started = time.perf_counter()
    y, _ = load_audio(path, offset_s=380.0, duration_s=1.0)
    sought = time.perf_counter() - started
    assert peak_hz(y, 16000) == pytest.approx(300, abs=1)
    started = time.perf_counter()
    load_audio(path)
    assert sought < 0.5 * (time.perf_counter() - started)


def test_bytes_files_and_pipes_are_sources(files):
    expected, _ = load_audio(files["mp3"])
    data = files["mp3"].read_bytes()
    assert np.array_equal(load_audio(data)[0], expected)
    with files["mp3"].open("rb") as file:
        assert np.array_equal(load_audio(file)[0], expected)
        assert not file.closed
    out, into = os.pipe()
    with os.fdopen(out, "rb") as pipe:
        writer = threading.Thread(target=lambda: os.fdopen(into, "wb").write(data))
        writer.start()
        assert np.array_equal(load_audio(pipe)[0], expected)
        writer.join()


def test_the_content_decides_not_the_suffix(files, folder):
    path = folder / "really-an-ogg.wav"
    path.write_bytes(files["ogg"].read_bytes())
    assert audio_info(path).format == "OGG VORBIS"
    assert len(load_audio(path)[0]) == 25 * 16000


@pytest.mark.parametrize("name", ["a b.wav", 'it\'s "q".wav', "two\nlines.wav", "日本 été.wav"])
def test_paths_of_all_kinds(folder, name):
    write_audio(folder / name, tone(440), sr=SR)
    assert load_audio(folder / name)[0].shape == (16000,)
    assert load_audio(str(folder / name))[0].shape == (16000,)


@pytest.mark.skipif(sys.platform != "linux", reason="cannot: other systems only have Unicode names")
def test_a_name_that_is_no_text(folder):
    path = os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.wav")
    write_audio(path, tone(440), sr=SR)
    assert load_audio(path)[0].shape == (16000,)
    os.truncate(path, 0)
    with pytest.raises(AudioError, match=r"\\udcff\\udcfe.wav: the file is empty"):
        load_audio(path)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_what_is_left_of_a_truncated_file_is_used(files, suffix, capfd):
    whole, _ = load_audio(files[suffix])
    with AudioReader(cut(files[suffix], 0.5)) as reader:
        y = np.concatenate(list(reader))
    assert 11 < len(y) / 16000 < 14
    assert np.abs(y[:-800] - whole[: len(y) - 800]).max() < 1e-4
    assert reader.warning.startswith("truncated: ")
    expected = "12." if suffix == "ogg" else "of 25.0 s could be decoded"
    assert expected in reader.warning
    assert reader.duration_s == len(y) / 16000
    with pytest.warns(UserWarning, match=f"cut.{suffix}: truncated: "):
        load_audio(reader.name)
    with pytest.warns(UserWarning, match="truncated: "):
        assert len(load_audio(reader.name, offset_s=20, duration_s=1)[0]) == 0
    assert capfd.readouterr() == ("", "")


def test_an_mp3_without_a_length_is_read_to_its_end(folder):
    quiet_then_loud = np.concatenate([tone(100, duration_s=10, level=1e-3), song(10)[0]])
    write_audio(folder / "tagged.mp3", quiet_then_loud, sr=SR)
    data = (folder / "tagged.mp3").read_bytes()
    assert b"Xing" in data[:200] or b"Info" in data[:200]
    bare = data[data.index(data[:2], 2) :]
    with AudioReader(bare) as reader:
        assert reader.duration_s is None
        y = np.concatenate(list(reader))
    assert len(y) / 16000 == pytest.approx(20, abs=0.1)
    assert reader.warning is None
    excerpt, _ = load_audio(bare, offset_s=15, duration_s=1)
    assert np.abs(excerpt - y[15 * 16000 : 16 * 16000]).max() < 1e-3


def test_picture_and_tags_before_the_sound_do_not_matter(files):
    data = files["mp3"].read_bytes()
    size = bytes([0, 0x10, 0, 0])  # 2**18 bytes as four times seven bits
    tagged = b"ID3\x04\x00\x00" + size + bytes(1 << 18) + data
    assert np.array_equal(load_audio(tagged)[0], load_audio(data)[0])


@pytest.mark.parametrize("suffix", ["m4a", "mkv", "webm", "aac"])
def test_pyav_reads_the_rest(folder, suffix):
    sr = 48000 if suffix == "webm" else SR
    path = folder / f"av.{suffix}"
    encode(path, song(12, sr=sr), codec="libopus" if suffix == "webm" else "aac", sr=sr)
    whole, _ = load_audio(path)
    assert len(whole) / 16000 == pytest.approx(12, abs=0.1)
    assert peak_hz(whole, 16000) == pytest.approx(220, abs=0.2)
    with AudioReader(path) as reader:
        assert np.array_equal(np.concatenate(list(reader)), whole)
        assert reader.warning is None
    assert np.array_equal(load_audio(path.read_bytes())[0], whole)
    for offset_s in (0.0, 0.7, 5.321, 11.9):
        y, _ = load_audio(path, offset_s=offset_s, duration_s=1.5)
        first = round(offset_s * 16000)
        assert len(y) == len(whole[first : first + 24000])
        assert np.abs(y - whole[first : first + 24000]).max() < 1e-3


@pytest.mark.parametrize("offset_s", [0.0, 0.005])
def test_the_first_frame_of_an_m4a_is_whole(folder, offset_s):
    """Its decoder adds the frame before to it: sought there, it told 23 ms wrongly."""
    y = np.stack([tone(440, duration_s=2, sr=SR)] * 2).astype("f4")
    path = encode(folder / "start.m4a", y)
    found, sr = load_audio(path, sr=None, mono=False, offset_s=offset_s, duration_s=0.1)
    start = round(offset_s * sr)
    wanted = y[:, start : start + found.shape[1]]
    error = found[:, :900] - wanted[:, :900]
    assert np.sqrt((error**2).mean() / (wanted**2).mean()) < 0.2


def test_a_damaged_packet_does_not_move_what_follows(folder, capfd):
    path = encode(folder / "whole.m4a", song(12))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1500] = b"\xff" * 1500
    with AudioReader(bytes(data)) as reader:
        y = np.concatenate(list(reader))
    whole, _ = load_audio(path)
    assert reader.warning is not None
    assert reader.warning.startswith("damaged at 6.1 s: 11.9 s of 12.0 s")
    assert np.abs(y[9 * 16000 : 11 * 16000] - whole[9 * 16000 : 11 * 16000]).max() < 1e-3
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
def test_what_follows_a_damaged_place_is_read_in_its_time(files, suffix):
    pytest.importorskip("av")
    whole, _ = load_audio(files[suffix])
    with AudioReader(spoil(files[suffix], 0.5)) as reader:
        y = np.concatenate(list(reader))
        assert np.array_equal(np.concatenate(list(reader)), y)
    expected = r"damaged at 12\.[45] s: 24\.[89] s of 25\.0 s could be decoded"
    assert re.fullmatch(expected, reader.warning)
    assert len(y) == len(whole) == 25 * 16000
    for first_s, last_s in ((0, 12.3), (12.9, 25)):
        part = slice(int(first_s * 16000), int(last_s * 16000))
        assert np.abs(y[part] - whole[part]).max() < 1e-3
    assert np.abs(y[int(12.47 * 16000) : int(12.52 * 16000)]).max() < 1e-3


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
def test_two_damaged_places(files, suffix):
    pytest.importorskip("av")
    whole, _ = load_audio(files[suffix])
    with pytest.warns(UserWarning, match=r"damaged at 7\.[345] s: 24\.[5-8] s of 25.0 s could be"):
        y, _ = load_audio(spoil(files[suffix], 0.3, 0.6))
    assert len(y) == len(whole)
    for first_s, last_s in ((0, 7.2), (8, 14.7), (15.5, 25)):
        part = slice(int(first_s * 16000), int(last_s * 16000))
        assert np.abs(y[part] - whole[part]).max() < 1e-3


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
def test_an_excerpt_over_a_damaged_place(files, suffix):
    pytest.importorskip("av")
    data = spoil(files[suffix], 0.5)
    with pytest.warns(UserWarning, match="damaged at 12.* s"):
        whole, _ = load_audio(data)
    with pytest.warns(UserWarning, match=r"bytes: damaged at 12\.[45] s$"):
        y, _ = load_audio(data, offset_s=11, duration_s=3)
    assert np.abs(y - whole[11 * 16000 : 14 * 16000]).max() < 1e-3
    y, _ = load_audio(data, offset_s=5, duration_s=3)
    assert np.abs(y - whole[5 * 16000 : 8 * 16000]).max() < 1e-3


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
def test_without_pyav_all_before_the_damaged_place_is_read(files, suffix, monkeypatch):
    whole, _ = load_audio(files[suffix])
    monkeypatch.delitem(sys.modules, "earmark.audio.decoding_av", raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    with AudioReader(spoil(files[suffix], 0.5)) as reader:
        y = np.concatenate(list(reader))
    at_s = len(y) / 16000
    assert 12.4 < at_s < 12.5
    assert reader.warning == f"damaged at {at_s:.1f} s: {at_s:.1f} s of 25.0 s could be decoded"
    assert np.abs(y[:-800] - whole[: len(y) - 800]).max() < 1e-3


def test_a_damaged_and_cut_file_is_damaged_first(files, folder):
    pytest.importorskip("av")
    path = folder / "both.flac"
    path.write_bytes(spoil(files["flac"], 0.3))
    with AudioReader(cut(path, 0.7)) as reader:
        y = np.concatenate(list(reader))
    assert len(y) / 16000 == pytest.approx(17.5, abs=0.2)
    expected = r"damaged at 7\.[345] s: 17\.[34] s of 25\.0 s could be decoded"
    assert re.fullmatch(expected, reader.warning)


def test_a_format_of_the_extra_without_it_names_the_extra(folder, monkeypatch):
    path = encode(folder / "extra.m4a", song(1))
    monkeypatch.delitem(sys.modules, "earmark.audio.decoding_av", raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(AudioError, match=r"extra.m4a: .*pip install '\.\[formats\]'"):
        load_audio(path)


def test_what_is_no_recording_does_not_send_for_the_extra_first(folder, monkeypatch):
    monkeypatch.delitem(sys.modules, "earmark.audio.decoding_av", raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    (folder / "text.ogg").write_text("This is no music. " * 500)
    with pytest.raises(AudioError, match=r"text.ogg: not a WAV.* or damaged\. "):
        load_audio(folder / "text.ogg")


class Pipe(io.BytesIO):
    def seekable(self):
        return False


def test_m4a_through_a_pipe(folder):
    pytest.importorskip("av")
    data = encode(folder / "piped.m4a", song(1)).read_bytes()
    assert len(load_audio(Pipe(data))[0]) == pytest.approx(16000, abs=2000)


@pytest.mark.parametrize(
    ("right", "warns"), [(-1, True), (-0.999, True), (-0.9, False), (0, False)]
)
def test_channels_that_cancel(right, warns):
    y = tone(440)
    with AudioReader((np.stack([y, right * y]), SR)) as reader:
        list(reader)
    assert (reader.warning is not None) == warns
    with AudioReader((np.zeros((2, SR)), SR)) as reader:
        list(reader)
    assert reader.warning is None


def test_missing_folder_empty_and_text(folder, capfd):
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.mp3").write_text("This is no music. " * 500)
    (folder / "noise.mp3").write_bytes(np.random.default_rng(0).bytes(20000))
    for name, message in {
        "missing.wav": "no such file",
        ".": "a folder",
        "empty.wav": r"empty \(0 bytes\)",
        "text.mp3": "no audio format|not a WAV",
        "noise.mp3": "no audio format|not a WAV|nothing could be decoded",
    }.items():
        with pytest.raises(AudioError, match=message) as caught:
            load_audio(folder / name)
        assert str(folder / name) in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_text_file_object_and_empty_bytes():
    with pytest.raises(AudioError, match="mode 'rb'"):
        load_audio(io.StringIO("x"))
    with pytest.raises(AudioError, match="the given bytes: the file is empty"):
        load_audio(b"")


def test_video_without_sound_says_so(folder):
    av = pytest.importorskip("av")
    path = folder / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 16
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(AudioError, match=r"silent.mp4: holds no audio stream"):
        load_audio(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("channels", [1, 2])
def test_nan_and_infinite_samples_are_placed(folder, value, channels):
    y = np.zeros((SR * 15, channels), np.float32)
    y[SR * 12 + 441, -1] = value
    path = folder / "nan.wav"
    soundfile.write(path, y, SR, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"nan.wav: the sample at 12.010 s is NaN or infinite"):
        load_audio(path)
    with pytest.raises(AudioError, match=r"at 12.010 s"):
        load_audio((y.T, SR), mono=False, offset_s=11)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [-30000, 1e30])
def test_samples_that_were_never_scaled_are_placed(folder, value):
    y = np.zeros((SR * 15, 2), np.float32)
    y[SR * 12 + 441, 0], y[SR * 3] = value, 99
    path = folder / "unscaled.wav"
    soundfile.write(path, y, SR, subtype="FLOAT")
    message = (
        rf"at 12\.010 s is {np.float32(value):.4g}, far beyond .* Scale the recording".replace(
            "+", r"\+"
        )
    )
    with pytest.raises(AudioError, match=r"unscaled\.wav: the sample " + message):
        load_audio(path)
    for mono in (True, False):
        with pytest.raises(AudioError, match="the given array: the sample " + message):
            load_audio((y.T, SR), mono=mono)


@pytest.mark.filterwarnings("error")
def test_samples_beyond_float32_are_infinite():
    with pytest.raises(AudioError, match=r"at 0\.500 s is NaN or infinite"):
        load_audio((np.r_[np.zeros(8000), 1e300], 16000))


@pytest.mark.parametrize(("n", "suffix"), [(0, "wav"), (1, "wav"), (1, "flac")])
def test_none_or_one_sample(folder, n, suffix):
    path = folder / f"{n}.{suffix}"
    soundfile.write(path, np.full(n, 0.5), 16000)
    assert load_audio(path)[0].tolist() == [0.5] * n
    assert len(load_audio(path, sr=8000)[0]) == n
    assert load_audio((np.zeros((2, 0)), SR), mono=False)[0].shape == (2, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"offset_s": -1}, {"duration_s": -0.1}, {"offset_s": np.nan}, {"sr": 0}, {"sr": -16000}],
)
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        load_audio((np.zeros(10), SR), **wrong)


@pytest.mark.parametrize("y", [np.zeros((5, 5, 5)), np.zeros((1000, 2)), np.zeros(5, complex)])
def test_wrong_arrays(y):
    with pytest.raises(ValueError, match=r"shape|float or int"):
        load_audio((y, SR))


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_of_64_bits_are_refused(folder, dtype):
    y = np.full(16000, 16384, dtype)
    with pytest.raises(ValueError, match=rf"16 or 32 bits, got {dtype}.*astype\('int16'\)"):
        load_audio((y, 16000))
    with pytest.raises(ValueError, match=f"got {dtype}"):
        write_audio(folder / "int.wav", y, sr=16000)
    assert load_audio((y.astype("int16"), 16000))[0] == pytest.approx(np.full(16000, 0.5))


@pytest.mark.parametrize("sr", [0, -16000, 0.5, 44100.5, np.nan, np.inf])
def test_wrong_rates_of_an_array(sr):
    with pytest.raises(ValueError, match="sr must be a whole number of Hz"):
        load_audio((np.zeros(10), sr))


def test_an_array_without_channels():
    with pytest.raises(ValueError, match=r"shape .*got \(0, 100\)"):
        load_audio((np.zeros((0, 100)), 16000))


@pytest.mark.parametrize(("suffix", "error"), [("wav", 1e-4), ("flac", 1e-4), ("ogg", 0.03)])
def test_what_is_written_is_read(folder, suffix, error):
    y = np.stack([tone(300), tone(400)])
    path = folder / "new folder" / f"written.{suffix}"
    write_audio(path, y, sr=SR)
    assert load_audio(path, sr=None, mono=False)[0] == pytest.approx(y, abs=error)


@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_no_samples_are_written_where_the_format_can_hold_them(folder, shape):
    for suffix in ("wav", "ogg"):
        write_audio(folder / f"none.{suffix}", np.zeros(shape), sr=16000)
        assert load_audio(folder / f"none.{suffix}")[0].shape == (0,)
    for suffix in ("flac", "mp3"):
        with pytest.raises(
            OutputError, match=rf"none.{suffix}: {suffix.upper()} .* 0 samples.*\.wav"
        ):
            write_audio(folder / f"none.{suffix}", np.zeros(shape), sr=16000)
        assert not (folder / f"none.{suffix}").exists()


def test_a_long_ogg_is_written_in_blocks(folder):
    write_audio(folder / "long.ogg", np.zeros(SR * 300, np.float32), sr=SR)
    assert audio_info(folder / "long.ogg").duration_s == 300.0


def test_writing_never_clips(folder):
    path = folder / "loud.wav"
    with pytest.raises(ValueError, match=r"peak is 1\.5"):
        write_audio(path, np.array([0.0, -1.5]), sr=SR)
    with pytest.raises(ValueError, match="peak is nan"):
        write_audio(path, np.array([0.0, np.nan]), sr=SR)
    with pytest.raises(ValueError, match=r"only \.wav, \.flac, \.ogg, \.mp3"):
        write_audio(folder / "x.m4a", np.zeros(5), sr=SR)
    with pytest.raises(OutputError, match="MP3 does not take 1 channels at 192000 Hz"):
        write_audio(folder / "x.mp3", np.zeros(5), sr=192000)
    assert not path.exists()


def test_threads_read_the_same(files):
    expected = {suffix: load_audio(path)[0] for suffix, path in files.items()}
    jobs = [*files] * 4
    with ThreadPoolExecutor(8) as pool:
        loaded = pool.map(lambda suffix: load_audio(files[suffix])[0], jobs)
    assert all(np.array_equal(y, expected[s]) for y, s in zip(loaded, jobs, strict=True))


def test_streaming_holds_one_block_at_a_time(folder):
    resource = pytest.importorskip("resource")
    path = folder / "hour.wav"
    with soundfile.SoundFile(path, "w", 8000, 2, subtype="PCM_U8") as file:
        for _ in range(60):
            file.write(np.zeros((60 * 8000, 2), np.float32))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with AudioReader(path) as reader:
        assert sum(len(block) for block in reader) == 3600 * 16000
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 60_000  # KiB; the whole hour would be 225,000
