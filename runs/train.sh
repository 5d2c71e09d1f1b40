#!/usr/bin/env bash
# Trains the models that ship, from recordings to ONNX, by one recipe.
#
#     runs/train.sh DATA [OUT [MODEL...]]
#
# DATA is the folder that holds singing/, and notes/ and melodies/ if they are there (see
# src/earmark/datasets/singing_corpus.py). OUT is where everything goes (default: work/models). MODEL is
# singing, singing-nc or singing-fast (default: all of them).
#
# Four processes share each batch, however many cores there are: normalisation over a process's own
# examples is part of the recipe. recordings.jsonl and material/ in OUT are made once: remove them when
# DATA or what renders has changed. Stop it at any time; called again it goes on. To ship a model, copy
# OUT/NAME/NAME.onnx to src/earmark/models/, write its card, measure, and let bench/cards.py fill in
# the figures.
set -euo pipefail
data=${1:?"usage: runs/train.sh DATA [OUT [MODEL...]]"}
out=${2:-work/models}
models=("${@:3}")
[ ${#models[@]} -gt 0 ] || models=(singing singing-nc singing-fast)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tunes=()
[ -d "$data/melodies/nottingham" ] && tunes=(--tunes "$data/melodies/nottingham")
mkdir -p "$out"

[ -f "$out/recordings.jsonl" ] || earmark manifest "$data" -o "$out/recordings.jsonl"
[ -f "$out/material/corpus.jsonl" ] ||
    earmark material "$out/recordings.jsonl" -o "$out/material" --jobs 4 "${tunes[@]}"

for model in "${models[@]}"; do
    changes=(--set 'calibrate="dev"')
    case $model in
    singing) ;;
    singing-nc) changes+=(--set 'train_on=["train", "nc"]') ;;
    singing-fast) changes+=(--set 'maps=[16, 32, 48, 64]' --set 'units=64') ;;
    *) echo "no model $model; there are singing, singing-nc and singing-fast" >&2 && exit 2 ;;
    esac
    OMP_NUM_THREADS=1 python -m torch.distributed.run --standalone --nproc-per-node 4 \
        -m earmark.learn.train "$out/material/corpus.jsonl" -o "$out/$model" \
        --recipe "$here/src/earmark/learn/default.toml" "${changes[@]}"
done
