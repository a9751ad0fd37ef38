"""Stages that learn to say what those of another network say, cell by cell (arXiv 1412.6550)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from augment import Recipe
from batches import Batch, Composer, Stage, stream
from data import Pictures
from graph import Graph
from optimizer import Optimizers
from precision import quick_type
from shares import Shares
from transplant import Joint

STAGES = (Stage(0, (192, 224, 256), Recipe(mosaic=0.3)),)
LEAST = 0.1
"""A channel that varies less than this part of what channels vary on average counts as if it varied so much."""


@dataclass(frozen=True)
class Seconds:
    count: float


@dataclass(frozen=True)
class Steps:
    count: int


def imitate(
    small: Graph, large: Graph, joints: list[Joint], pictures: Pictures, length: Seconds | Steps, say: Callable[[str], None],
    threads: int = 2, batch: int = 32, rate: float = 0.02, seed: int = 0, stages: tuple[Stage, ...] = STAGES,
) -> list[float]:
    """Trains the stages of `large` whose joints are not exact on `pictures`, everything else as it is,
    statistics too. Gives for each of them the part of the variance of `small` that it still misses at the end: 0 is all
    alike, 1 no better than the mean. What is interrupted begins anew."""
    open_joints = [each for each in joints if not each.exact]
    if not open_joints:
        return []
    large.hold(sorted(large.parts() - {each.stage for each in open_joints}))
    small.eval()
    large.to(memory_format=torch.channels_last).train()
    detector, dtype = large.detector(), quick_type("cpu")

    def loss(graph: Graph, part: Batch) -> tuple[Tensor, Tensor]:
        images = detector.normalised(part.images)
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
            with torch.no_grad():
                wanted = small.values(images, [each.small for each in open_joints])
            said = graph.values(images, [each.large for each in open_joints])
        missed = torch.stack([_missed(said[each.large][:, : each.channels].float(), wanted[each.small].float()) for each in open_joints])
        return missed.sum(), missed.detach()

    optimizers = Optimizers(large, "muon", rate, 0.0)
    shares = Shares(large, large.learning(), threads)
    composer = Composer(pictures, np.ones(len(pictures)), stages, batch, seed, None, torch.zeros(1), change_here=True)
    recent = torch.ones(len(open_joints))
    for step, drawn in enumerate(stream(composer, 0, None, 1)):
        now = time.monotonic()
        if step == 0:
            # The first batch waits for the process that makes it.
            began = told = now
        done = step / length.count if isinstance(length, Steps) else (now - began) / length.count
        if done >= 1:
            break
        factor = min(1.0, (step + 1) / 50, 2 * (1 - done))
        missed = shares.learn(loss, drawn)
        recent.lerp_(missed, max(0.1, 1 / (step + 1)))
        optimizers.step(factor, 10.0)
        if now - told > 30:
            told = now
            parts = ", ".join(f"{each.stage} {value:.3f}" for each, value in zip(open_joints, recent.tolist()))
            say(f"step {step}  missed of the variance: {parts}  {step * batch / (now - began):.1f} pictures/s")
    for parameter in large.parameters():
        parameter.requires_grad_(True)
    return recent.tolist()


def _missed(said: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared error of each channel [n, c, h, w], relative to its variance; the mean over the channels."""
    variance = wanted.var((0, 2, 3))
    error = (said - wanted).square().mean((0, 2, 3))
    return (error / variance.clamp(min=LEAST * float(variance.mean()) + 1e-9)).mean()
