"""AISHELL-1: 178 hours of clean Mandarin read by 400 speakers.

Bu, Du, Na, Wu and Zheng 2017, "AISHELL-1: an open-source Mandarin speech corpus and a speech
recognition baseline" (O-COCOSDA). Apache-2.0. From OpenSLR, resource 33. The source samples that
Hou et al. 2020 published are named like its utterances.

Layout: ``data_aishell/wav/{train,dev,test}/S0002/BAC009S0002W0122.wav``, 16 kHz, mono; the speaker
is the folder. The archive holds an archive a speaker, which are to be unpacked too. ``dev`` is for
validation. Endpoints are not part of it: they are found when it is learnt from.
"""

from __future__ import annotations

import os
from pathlib import Path

from earmark.datasets.layout import Row, need_folder, need_some, relative
from earmark.errors import DataError

SPLITS = {"train": "train", "dev": "valid", "test": "test"}
NAME = "AISHELL-1"


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
        If the layout is not there, or speakers are still packed.
    """
    root = Path(data)
    home = root if (root / "wav").is_dir() else root / "data_aishell"
    wav = need_folder(home / "wav", data_set=NAME, remedy="name the folder data_aishell")
    if packed := sorted(wav.rglob("*.tar.gz")):
        raise DataError(
            f"{packed[0]}: speakers are still packed ({len(packed)} archives); unpack them: "
            "for f in *.tar.gz; do tar xzf $f; done"
        )
    found = [
        {
            "audio": relative(path, relative_to),
            "material": "speech",
            "singer": path.parent.name,
            "split": split,
            "licence": "Apache-2.0",
            "label_kind": "none",
        }
        for folder, split in SPLITS.items()
        for path in sorted((wav / folder).glob("*/*.wav"))
    ]
    return need_some(found, where=wav, data_set=NAME)
