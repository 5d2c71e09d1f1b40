#!/usr/bin/env bash
# Trains the shipped model `singing` from start to end: half an hour on 2 cores.
#
#     runs/train_singing.sh DATA [OUT]
#
# DATA is the folder that holds singing/ (see src/earmark/datasets/singing_corpus.py), OUT is where the
# training goes (default: work/singing). Stop it at any time; called again it goes on. It ends with
# OUT/singing.onnx; `cp` that over src/earmark/models/singing.onnx and write its card to ship it.
set -euo pipefail
data=${1:?"usage: runs/train_singing.sh DATA [OUT]"}
out=${2:-work/singing}
here=$(dirname "${BASH_SOURCE[0]}")

earmark manifest "$data" -o "$out/corpus.jsonl" --overwrite
earmark train "$out/corpus.jsonl" -o "$out" --recipe "$here/../src/earmark/learn/default.toml" --threads 2
