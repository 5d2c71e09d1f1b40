"""AISHELL-1: 178 hours of clean Mandarin read by 400 speakers.

Bu, Du, Na, Wu and Zheng 2017, "AISHELL-1: an open-source Mandarin speech corpus and a speech
recognition baseline" (O-COCOSDA). Apache-2.0. From OpenSLR, resource 33. The source samples that
Hou et al. 2020 published are named like its utterances. mirdata has no loader for it.

Layout: ``data_aishell/wav/{train,dev,test}/S0002/BAC009S0002W0122.wav``, 16 kHz, mono; the speaker
is the folder. The archive holds an archive a speaker, which are to be unpacked too. ``dev`` is for
validation. Endpoints are not part of it: they are found when it is learnt from. The transcript,
``data_aishell/transcript/aishell_transcript_v0.8.txt``, tells which utterances should be there.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from earmark.datasets.layout import (
    Row,
    archives,
    entries,
    need_folder,
    need_some,
    relative,
    some,
    split_folders,
)
from earmark.errors import DataError
from earmark.formats.fields import decode

SPLITS = {"train": "train", "dev": "valid", "test": "test"}
NAME = "AISHELL-1"
TRANSCRIPT = "transcript/aishell_transcript_v0.8.txt"
HEADER_BYTES = 44


def rows(data: str | os.PathLike[str], *, relative_to: str | os.PathLike[str]) -> list[Row]:
    """Manifest rows of AISHELL-1.

    Parameters
    ----------
    data : path-like
        ``data_aishell`` or the folder that holds it.
    relative_to : path-like
        The folder in which the manifest will lie.

    Raises
    ------
    DataError
        If the layout is not there, speakers are still packed or unpacked in part, or a folder is
        no split.
    """
    root = Path(data)
    home = root / "data_aishell" if (root / "data_aishell").is_dir() else root
    wav = need_folder(home / "wav", data_set=NAME, remedy="name the folder data_aishell")
    _refuse_packed(wav)
    found = _utterances(wav, _expected(home / TRANSCRIPT), relative_to)
    return need_some(found, where=wav, data_set=NAME)


def _refuse_packed(wav: Path) -> None:
    """Archives may lie beside what was unpacked from them, not in place of it."""
    packed = archives(wav)
    there = {speaker.name for name in SPLITS for speaker in (wav / name).glob("*")}
    lacking = [p.name for p in packed if p.name.partition(".")[0] not in there]
    if lacking:
        raise DataError(
            f"{wav}: {len(lacking)} of {len(packed)} speakers are still packed "
            f"({some(lacking)}); unpack them there: for f in *.tar.gz; do tar xzf $f; done"
        )


def _expected(transcript: Path) -> dict[str, set[str]]:
    """The utterances of each speaker, by the transcript; nothing if it is not there."""
    names: dict[str, set[str]] = defaultdict(set)
    if transcript.is_file():
        for line in decode(transcript.read_bytes(), str(transcript)).split("\n"):
            name = line.partition(" ")[0]
            names[name[6:11]].add(name)  # S0002 of BAC009S0002W0122
    return names


def _utterances(
    wav: Path, expected: dict[str, set[str]], relative_to: str | os.PathLike[str]
) -> Iterator[Row]:
    for folder, split in split_folders(wav, SPLITS, data_set=NAME):
        for speaker in (p for p in entries(folder) if p.is_dir()):
            files = [p for p in entries(speaker) if p.suffix == ".wav"]
            _check_whole(speaker, files, expected.get(speaker.name, set()))
            for path in files:
                yield {
                    "audio": relative(path, relative_to),
                    "material": "speech",
                    "singer": speaker.name,
                    "split": split,
                    "licence": "Apache-2.0",
                    "label_kind": "none",
                }


def _check_whole(speaker: Path, files: list[Path], expected: set[str]) -> None:
    empty = [p.name for p in files if p.stat().st_size <= HEADER_BYTES]
    lacking = [f"{name}.wav" for name in sorted(expected - {p.stem for p in files})]
    if empty or lacking or not files:
        what = f"{some(empty)} empty" if empty else f"{some(lacking) or 'all'} missing"
        raise DataError(f"{speaker}: unpacked in part, {what}; unpack {speaker.name}.tar.gz again")
