"""From a picture to boxes, as the shipped graph and the app do it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch

from boxes import cells, decode, flatten, suppress
from data import Picture, Pictures
from fit import Fitted, fitted
from graph import Graph


@dataclass(frozen=True)
class Found:
    """Boxes float64 [k, 4] in pixels of the picture, scores [k] and classes [k], best first."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Rules:
    """What becomes a detection; the app's own numbers. Each cell speaks for its likeliest class alone. Of `candidates`, the best,
    those that overlap a better one of their class by more than `overlap` are left out, and `detections` of the rest stay.
    `judged` of them, of classes that are labelled in the picture, are what a measurement looks at."""

    least: float = 0.001
    candidates: int = 4096
    overlap: float = 0.5
    detections: int = 300
    judged: int = 100


@torch.no_grad()
def detect(graph: Graph, pictures: Pictures, size: int, device: torch.device, rules: Rules = Rules(), batch: int = 16) -> list[Found]:
    """What the graph finds in every picture, fitted into `size` x `size`."""
    detector = graph.detector()
    centres, strides = cells(size, size, detector.strides, device)
    training = graph.training
    graph.eval()
    found: list[Found] = []
    inputs = fitted(pictures, size)
    while some := list(islice(inputs, batch)):
        outputs = graph(detector.normalised(torch.stack([each.image for each in some]).to(device)))
        logits, raw = flatten(outputs, detector.strides)
        scores, boxes = logits.sigmoid().cpu().numpy(), decode(raw, centres, strides).clamp(0, size).cpu().numpy()
        found += [_select(*each, rules) for each in zip(scores, boxes, some, pictures.pictures[len(found) :])]
    graph.train(training)
    return found


def _select(scores: np.ndarray, boxes: np.ndarray, image: Fitted, picture: Picture, rules: Rules) -> Found:
    values = scores.max(1)
    cell = np.nonzero(values >= rules.least)[0]
    cell = cell[np.argsort(-values[cell], kind="stable")[: rules.candidates]]
    column = scores[cell].argmax(1)
    kept = suppress(boxes[cell], values[cell], column, rules.overlap, rules.detections)
    chosen = np.clip(boxes[cell[kept]] / np.tile(image.scale, 2), 0, [picture.width, picture.height] * 2)
    there = (chosen[:, 2:] > chosen[:, :2]).all(1) & picture.labelled[column[kept]]
    kept, chosen = kept[there][: rules.judged], chosen[there][: rules.judged]
    return Found(chosen.astype(np.float64), values[cell[kept]], column[kept])
