"""Average precision by COCO's rule: 101 points of recall, up to 100 detections a picture.

A class counts only in pictures where it is labelled and is averaged only where the set has objects of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data import Picture
from detect import Found

RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Precision:
    """`classes`: average precision 0..1 of each class that has objects; `mean` of them; `pictures` counted."""

    mean: float
    classes: dict[str, float]
    pictures: int


def average_precision(pictures: list[Picture], found: list[Found], names: tuple[str, ...], threshold: float = 0.5) -> Precision:
    classes: dict[str, float] = {}
    for column, name in enumerate(names):
        value = _class_precision(pictures, found, column, threshold)
        if value is not None:
            classes[name] = value
    return Precision(float(np.mean(list(classes.values()))) if classes else 0.0, classes, len(pictures))


def _class_precision(pictures: list[Picture], found: list[Found], column: int, threshold: float) -> float | None:
    scores, hits, objects = [], [], 0
    for picture, each in zip(pictures, found):
        if not picture.labelled[column]:
            continue
        mine = picture.classes == column
        counted = mine & ~picture.ignored
        objects += int(counted.sum())
        chosen = each.classes == column
        hit, void = _match(each.boxes[chosen], picture.boxes[counted], picture.boxes[mine & picture.ignored], threshold)
        scores.append(each.scores[chosen][~void])
        hits.append(hit[~void])
    if objects == 0:
        return None
    order = np.argsort(-np.concatenate(scores), kind="mergesort")
    right = np.cumsum(np.concatenate(hits)[order])
    if len(right) == 0:
        return 0.0
    precision = right / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(right / objects, RECALLS, side="left")
    return float(np.where(at < len(precision), precision[np.minimum(at, len(precision) - 1)], 0).mean())


def _match(boxes: np.ndarray, objects: np.ndarray, ignored: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """For detections, best first: whether each finds an object not yet found; whether it falls on an ignored one, however often that is found."""
    hit, void = np.zeros(len(boxes), bool), np.zeros(len(boxes), bool)
    with_objects, with_ignored = _overlaps(boxes, objects), _overlaps(boxes, ignored)
    free = np.ones(len(objects), bool)
    for at in range(len(boxes)):
        candidates = np.where(free, with_objects[at], -1)
        if candidates.max(initial=-1) >= threshold:
            # Of equals the last, as COCO's own tool does.
            free[len(candidates) - 1 - int(candidates[::-1].argmax())] = False
            hit[at] = True
        else:
            void[at] = with_ignored[at].max(initial=-1) >= threshold
    return hit, void


def _overlaps(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    low, high = np.maximum(one[:, None, :2], other[None, :, :2]), np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    areas = [(each[:, 2:] - each[:, :2]).prod(1) for each in (one, other)]
    return shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-12)


def by_source(pictures: list[Picture], found: list[Found], names: tuple[str, ...], threshold: float = 0.5) -> dict[str, Precision]:
    """The same for the pictures of each source alone, and for all."""
    sources = sorted({each.source for each in pictures})
    result = {"all": average_precision(pictures, found, names, threshold)}
    for source in sources:
        at = [n for n, each in enumerate(pictures) if each.source == source]
        result[source] = average_precision([pictures[n] for n in at], [found[n] for n in at], names, threshold)
    return result
