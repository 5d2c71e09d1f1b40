"""The paper's printed values, to stand beside ours, with the slips in its tables."""

from __future__ import annotations

TABLE1 = {
    "L1 fixed": (88.9, 95.1, 91.9),
    "L2 fixed": (88.2, 95.5, 91.7),
    "L3 fixed": (87.4, 95.1, 91.1),
    "all fixed": (79.3, 86.2, 82.6),
    "L1 fine-tuned": (89.0, 95.7, 93.2),
    "L2 fine-tuned": (88.8, 95.5, 92.0),
    "L3 fine-tuned": (88.5, 95.2, 91.7),
    "all fine-tuned": (89.0, 95.7, 92.3),
}
"""Precision, recall, F in percent."""
PARAMETERS = {
    "no transfer": 207_298,
    "L1 fixed": 205_890,
    "L2 fixed": 133_314,
    "L3 fixed": 133_314,
    "all fixed": 57_922,
    "L1 fine-tuned": 207_298,
    "L2 fine-tuned": 207_298,
    "L3 fine-tuned": 207_298,
    "all fine-tuned": 207_298,
}
"""Trainable parameters; the paper prints them as 20.72, 20.58, 13.33, 13.33 and 5.79 "K"."""
TABLE2 = {
    "baseline": (86.1, 93.2, 89.5),
    "proposed": (90.1, 96.0, 93.2),
}
"""Overall, on 60 songs."""
TABLE2_SONGS = {
    1: ((2938, 5384), (82.8, 85.4, 84.1), (92.9, 97.3, 95.1)),
    2: ((4166, 7476), (83.0, 90.0, 86.3), (89.6, 98.6, 93.9)),
    3: ((4945, 5754), (86.5, 91.6, 89.0), (89.3, 96.5, 92.8)),
    4: ((3390, 6098), (79.6, 91.4, 85.1), (84.1, 91.8, 87.8)),
    5: ((5844, 8366), (96.4, 93.2, 89.7), (88.4, 92.9, 90.6)),
    6: ((2744, 4793), (84.5, 92.3, 88.2), (86.5, 91.7, 89.1)),
    7: ((6423, 2911), (89.5, 94.4, 91.9), (86.7, 93.7, 90.1)),
    8: ((1475, 4561), (90.2, 94.3, 92.2), (91.0, 97.8, 94.2)),
    9: ((2458, 9922), (66.6, 89.9, 76.5), (70.8, 91.4, 79.8)),
    60: ((3218, 7220), (96.5, 95.7, 96.1), (95.8, 97.7, 96.8)),
}
"""By song: frames (off, on), baseline P R F, proposed P R F."""
TABLE3 = {"baseline": (96.83, 81.64, 88.61), "proposed": (92.98, 96.57, 94.74)}
"""MUSDB18."""
SLIPS = (
    'Table 1\'s "K" stands for ten thousand: 207,298 parameters are printed as 20.72K.',
    "L1 fine-tuned: the precision and recall printed (89.0, 95.7) give F 92.2, not 93.2; they "
    "repeat the row of all layers.",
    "All fine-tuned: the same precision and recall are printed with F 92.3.",
    "Table 2, overall: 90.1 and 96.0 give F 92.96; the 93.2 printed may be a mean over songs.",
    "Table 2, song 5: the baseline's precision 96.4 must be 86.4 for its F 89.7.",
    "Table 3: the baseline's 96.83 and 81.64 give F 88.59, not 88.61.",
)
