"""Weights for a larger detector from those of a smaller one, to go on training with.

    python models/training/grow.py --small nano.onnx --weights nano.safetensors --large slim.onnx \
        --data DATA --minutes 15 --out slim-start.safetensors
    python models/training/train.py --graph slim.onnx --init slim-start.safetensors ...

Stages that are built otherwise in the larger one imitate those of the smaller one for `--minutes`.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from allocator import keep_memory
from blend import read
from checkpoint import export
from data import load
from graph import Graph, GraphError, part_of
from imitate import STAGES, Seconds, imitate
from transplant import transplant


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", required=True, help="the smaller detector's graph, written with --for-training")
    parser.add_argument("--weights", required=True, type=Path, help="its weights (safetensors)")
    parser.add_argument("--large", required=True, help="the larger detector's graph, written with --for-training")
    parser.add_argument("--learnt", type=Path, help="weights that this wrote before: stages that learn go on from there")
    parser.add_argument("--out", required=True, type=Path, help="safetensors for train.py --init")
    parser.add_argument("--data", type=Path, help="folder with train.json and its archives, where stages have to learn")
    parser.add_argument("--minutes", type=float, default=15, help="how long they learn")
    parser.add_argument("--threads", type=int, default=min(os.cpu_count() or 1, 8))
    parser.add_argument("--memory-side", type=int, default=384)
    parser.add_argument("--compact", action="store_true", help="convolutions as float16")
    parser.add_argument("--limit", type=int, help="of the pictures")
    parser.add_argument("--sizes", type=int, nargs="+", help="sides of the pictures they learn on, multiples of 32")
    options = parser.parse_args()
    if options.minutes <= 0:
        parser.error("--minutes must be more than 0")
    if any(size <= 0 or size % 32 for size in options.sizes or ()):
        parser.error("--sizes must be multiples of 32")
    keep_memory()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    small, large = Graph(options.small), Graph(options.large)
    weights, told = read(options.weights)
    small.load_tensors(weights)
    if small.detector().classes != large.detector().classes:
        raise GraphError(f"{options.small} and {options.large} tell other classes apart.")
    joints = transplant(small, large)
    for each in joints:
        print(f"{each.stage}: {each.channels} channels, {'taken over' if each.exact else 'to be learnt'}", flush=True)
    open_joints = [each for each in joints if not each.exact]
    if options.learnt is not None:
        mine = {each.stage for each in open_joints}
        others = {name: value for name, value in large.tensors().items() if part_of(name) not in mine}
        large.load_tensors(others | {name: value for name, value in read(options.learnt)[0].items() if part_of(name) in mine})
    notes = {**told, "network": large.name, "grown": small.name}
    if open_joints:
        if options.data is None:
            raise GraphError(f"{', '.join(each.stage for each in open_joints)} have to learn: --data is needed.")
        pictures = load(options.data / "train.json", options.data, large.detector().classes, options.memory_side, options.limit, options.threads)
        stages = STAGES if options.sizes is None else tuple(replace(each, sizes=tuple(options.sizes)) for each in STAGES)
        small.to(memory_format=torch.channels_last)
        missed = imitate(small, large, joints, pictures, Seconds(options.minutes * 60), lambda text: print(text, flush=True), options.threads, stages=stages)
        notes |= {f"missed {each.stage}": f"{value:.4f}" for each, value in zip(open_joints, missed)}
    export(options.out, large.tensors(), notes, compact=options.compact)
    print(f"written: {options.out}  {notes}")


if __name__ == "__main__":
    try:
        main()
    except (GraphError, OSError) as error:
        sys.exit(str(error))
