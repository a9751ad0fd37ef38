"""What each choice of the recipe brings: short trainings that differ in one thing, on a part of the pictures.

    python models/training/ablate.py --graph nano.onnx --data DATA --out RUNS

Each begins with the graph's own weights and sees the same number of pictures; a training that is in
RUNS/rows.jsonl is not done again.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from allocator import keep_memory
from augment import Recipe
from batches import Composer, Stage
from checkpoint import Average
from data import load, weights
from detect import detect
from graph import Graph
from learner import Learner
from measure import by_source
from optimizer import Optimizers
from precision import quick_type
from recipes import Settings
from teacher import Teacher

SIZES = (96, 128, 160)
USUAL = Settings((Stage(0, SIZES, Recipe(mosaic=0.3)),), warm_up=30, fall=0.3, average=0.95)


@dataclass(frozen=True)
class Row:
    """One training: its recipe, whether every class counts as labelled in every picture, and whether a teacher helps."""

    settings: Settings = USUAL
    all_labelled: bool = False
    taught: bool = False


def _settings(**changes: object) -> Row:
    return Row(replace(USUAL, **changes))


def _recipe(**changes: float | tuple[float, float]) -> Row:
    return _settings(stages=tuple(replace(each, recipe=replace(each.recipe, **changes)) for each in USUAL.stages))


def _loss(**changes: float | int) -> Row:
    return _settings(loss=replace(USUAL.loss, **changes))


ROWS: dict[str, Row] = {
    "all of it": Row(),
    "AdamW for all, rate 0.002": _settings(optimizer="adamw", rate=0.002),
    "one cell an object": _loss(cells_per_object=1),
    "cells by overlap alone": _loss(score_power=0.0),
    "empty cells not weighted by their score (cross-entropy)": _loss(focus=0.0),
    "other classes not absent where an object stands": _loss(inner=0.0),
    "unlabelled counts as absent": Row(all_labelled=True),
    "no mosaic": _recipe(mosaic=0.0),
    "no zoom, no change of shape": _recipe(mosaic=0.0, plain=1.0),
    "colours, grey, blur and compression left out": _recipe(colour=0.0, grey=0.0, degraded=0.0),
    "pictures as often as there are": _settings(sources={}, rare=0.0),
    "one size, 128": _settings(stages=(replace(USUAL.stages[0], sizes=(128,)),)),
}
TAUGHT = {"with the teacher": Row(taught=True)}


def train(name: str, row: Row, options: argparse.Namespace, seed: int) -> dict:
    """One training in one thread -> its AP50 on val by source, of the weights and of their average."""
    settings = row.settings
    keep_memory()
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    graph = Graph(options.graph).to(memory_format=torch.channels_last).train()
    classes = graph.detector().classes
    pictures = load(options.data / "train.json", options.data, classes, max(SIZES) * 2, options.limit, 1)
    if row.all_labelled:
        pictures = pictures.relabelled([replace(each, labelled=np.ones_like(each.labelled)) for each in pictures.pictures])
    teacher = Teacher(options.teacher, classes, quick_type("cpu")) if row.taught else None
    moved = Optimizers(graph, settings.optimizer, settings.rate, settings.decay)
    learner = Learner(graph, settings.loss, torch.device("cpu"), 1, teacher)
    average = Average(graph, settings.average)
    drawn = weights(pictures, settings.sources, settings.rare)
    composer = Composer(pictures, drawn, settings.stages, settings.batch, seed, options.steps, torch.zeros(1), change_here=True)
    for step in range(options.steps):
        learner.learn(composer[step])
        moved.step(settings.factor(step / options.steps, step), settings.clip)
        average.update()
    val = load(options.data / "val.json", options.data, classes, options.eval_size, options.limit, threads=1)
    measured = Graph(options.graph).to(memory_format=torch.channels_last).eval()
    results = {}
    for kind, tensors in (("ap50", graph.tensors()), ("average", average.tensors())):
        measured.load_tensors(tensors)
        found = by_source(val.pictures, detect(measured, val, options.eval_size, torch.device("cpu")), classes)
        results[kind] = {source: round(each.mean, 4) for source, each in found.items()}
    return {"name": name, "seed": seed, "pictures": options.steps * settings.batch, **results}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graph", required=True)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--teacher", type=Path, help="nanodet.json, for one training more")
    parser.add_argument("--limit", type=int, default=2000, help="pictures of the training set, spread evenly")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--eval-size", type=int, default=192)
    parser.add_argument("--only", action="append", help="the names of the trainings to do, or their beginnings")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="trainings at a time, one core each")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "rows.jsonl"
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    rows = ROWS if options.teacher is None else ROWS | TAUGHT
    wanted = [
        (name, row, seed) for seed in range(options.seeds) for name, row in rows.items()
        if (options.only is None or any(name.startswith(each) for each in options.only))
        and not any(each["name"] == name and each["seed"] == seed for each in done)
    ]
    with ProcessPoolExecutor(options.threads, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(train, name, row, options, seed) for name, row, seed in wanted]
        for each in waiting:
            done.append(each.result())
            with open(path, "a") as file:
                file.write(json.dumps(done[-1]) + "\n")
            print(json.dumps(done[-1]), flush=True)
    print(table(done))


def table(rows: list[dict]) -> str:
    """Markdown: AP50 of each training, the mean over its seeds, and the difference to all of it."""
    sources = [each for each in rows[0]["ap50"] if each != "all"]

    def mean(name: str, source: str) -> float:
        return float(np.mean([each["ap50"][source] for each in rows if each["name"] == name]))

    lines = ["| | " + " | ".join(sources) + " |", "|---|" + "---|" * len(sources)]
    for name in dict.fromkeys(each["name"] for each in rows):
        cells = [f"{mean(name, source):.3f}" + ("" if name == "all of it" else f" ({mean(name, source) - mean('all of it', source):+.3f})") for source in sources]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
