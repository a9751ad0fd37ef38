"""From a picture to boxes, as the shipped graph and the app do it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from augment import letterbox
from boxes import cells, decode, flatten, suppress
from data import Pictures
from graph import Graph


@dataclass(frozen=True)
class Found:
    """Boxes float64 [k, 4] in pixels of the picture, scores [k] and classes [k], best first."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray


@torch.no_grad()
def detect(
    graph: Graph, pictures: Pictures, size: int, device: torch.device,
    least: float = 0.005, overlap: float = 0.6, keep: int = 100, batch: int = 16,
) -> list[Found]:
    """What the graph finds in every picture, fitted into `size` x `size`."""
    detector = graph.detector()
    mean, std = (torch.tensor(each, device=device).view(1, 3, 1, 1) for each in (detector.mean, detector.std))
    centres, strides = cells(size, size, detector.strides, device)
    training = graph.training
    graph.eval()
    found: list[Found] = []
    for begin in range(0, len(pictures), batch):
        fitted = [letterbox(pictures.pixels(at), size) for at in range(begin, min(begin + batch, len(pictures)))]
        images = (torch.stack([image for image, _ in fitted]).to(device) - mean) / std
        outputs = graph(images.to(memory_format=torch.channels_last))
        logits, raw = flatten(outputs, detector.strides)
        scores, boxes = logits.sigmoid().cpu().numpy(), decode(raw, centres, strides).cpu().numpy()
        for (_, scale), score, box, at in zip(fitted, scores, boxes, range(begin, begin + len(fitted))):
            found.append(_select(score, box / scale, pictures.pictures[at], least, overlap, keep))
    graph.train(training)
    return found


def _select(scores: np.ndarray, boxes: np.ndarray, picture, least: float, overlap: float, keep: int, most: int = 600) -> Found:
    cell, column = np.nonzero(scores >= least)
    values = scores[cell, column]
    if len(values) > most:
        best = np.argpartition(-values, most)[:most]
        cell, column, values = cell[best], column[best], values[best]
    limits = np.array([picture.width, picture.height] * 2)
    chosen = np.clip(boxes[cell], 0, limits)
    kept = suppress(chosen, values, column, overlap, keep)
    return Found(chosen[kept].astype(np.float64), values[kept], column[kept])
