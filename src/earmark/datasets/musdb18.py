"""MUSDB18: 150 songs in stems, 100 for training and 50 for testing.

Rafii, Liutkus, Stöter, Mimilakis and Bittner 2017, https://doi.org/10.5281/zenodo.1117372. For
research; most songs are CC BY-NC-SA. From Zenodo, compressed or as MUSDB18-HQ.

Layout, compressed: ``{train,test}/Artist - Title.stem.mp4`` with five streams: mixture, drums,
bass, other, vocals. HQ: ``{train,test}/Artist - Title/{mixture,drums,bass,other,vocals}.wav``. What
is heard is the mixture; labels come from the energy of the vocal stem. Music Delta plays on both
sides of the official split.

PyAV, the extra ``formats``, reads the streams. The package musdb is not used: it needs the programs
ffmpeg and ffprobe, and its import raises RuntimeError where they are not installed (musdb 0.4.3
with stempeg 0.2.6). mirdata has no loader.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.audio import load_audio
from earmark.datasets.checks import length_s
from earmark.datasets.layout import (
    Row,
    entries,
    need_folder,
    need_some,
    performer,
    relative,
    split_folders,
)
from earmark.datasets.stem_energy import sung
from earmark.errors import DataError, EarmarkError, how_to_install
from earmark.labels import SLACK_S, is_audio

SPLITS = {name: name for name in ("train", "test")}
STREAMS = ("mixture", "drums", "bass", "other", "vocals")
NAME = "MUSDB18"
SR = 16000


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of MUSDB18, compressed or HQ; reads every vocal stem once.

    Raises
    ------
    DataError
        If the layout is not there, a song lacks stems or its vocals are cut short, or a folder is
        no split.
    EarmarkError
        If PyAV is needed and not installed.
    """
    root = Path(data)
    for split in SPLITS:
        need_folder(root / split, data_set=NAME, remedy="name the folder with train/ and test/")
    folders = split_folders(root, SPLITS, data_set=NAME)
    return [
        row
        for folder, split in folders
        for row in need_some(_songs(folder, split, relative_to), where=folder, data_set=NAME)
    ]


def _songs(folder: Path, split: str, relative_to: str | os.PathLike[str]) -> Iterator[Row]:
    for path in entries(folder):
        if path.name.endswith(".stem.mp4"):
            name, audio, vocals = (
                path.name.removesuffix(".stem.mp4"),
                path,
                read_stream(path, "vocals"),
            )
        elif path.is_dir():
            name, audio = path.name, path / "mixture.wav"
            lacking = [f"{stem}.wav" for stem in STREAMS if not (path / f"{stem}.wav").is_file()]
            if lacking:
                raise DataError(f"{path / lacking[0]}: is missing; unpack {NAME} again")
            vocals, _ = load_audio(path / "vocals.wav", sr=SR)
        elif is_audio(path):
            raise DataError(f"{path}: {NAME}'s songs end in .stem.mp4, or are folders; rename it")
        else:
            continue
        if abs(length_s(audio) - len(vocals) / SR) > SLACK_S:
            raise DataError(
                f"{path}: the vocals are {len(vocals) / SR:.1f} s long, the mixture "
                f"{length_s(audio):.1f} s; unpack {NAME} again"
            )
        yield {
            "audio": relative(audio, relative_to),
            "endpoints": sung(vocals, sr=SR),
            "material": "song",
            "singer": performer(name),
            "split": split,
            "licence": "for research, by song",
            "label_kind": "stem energy",
        }


def read_stream(path: Path, stem: str) -> NDArray[np.float32]:
    """One stem of a ``.stem.mp4``, mono at 16 kHz, shape (n,).

    Raises
    ------
    DataError
        If the file has not the five streams.
    EarmarkError
        If PyAV is not installed.
    """
    try:
        import av
    except ModuleNotFoundError as error:
        raise EarmarkError(f"{path}: needs PyAV: {how_to_install('formats')}") from error
    try:
        with av.open(str(path)) as file:
            streams = file.streams.audio
            if len(streams) != len(STREAMS):
                raise DataError(
                    f"{path}: has {len(streams)} audio streams, and {NAME}'s songs have "
                    f"{len(STREAMS)}: {', '.join(STREAMS)}"
                )
            resampler = av.AudioResampler(format="flt", layout="mono", rate=SR)
            parts = [
                part.to_ndarray()[0]
                for frame in (*file.decode(streams[STREAMS.index(stem)]), None)
                for part in resampler.resample(frame)
            ]
    except av.FFmpegError as error:
        raise DataError(f"{path}: cannot be decoded ({error}); fetch it again") from error
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
