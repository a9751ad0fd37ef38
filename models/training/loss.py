"""Which cell learns which object, and how far off it is.

Task-aligned assignment (arXiv 2108.07755), varifocal classification (arXiv 2008.13367), GIoU boxes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from batches import Batch
from boxes import cells, decode, generalized_iou, overlaps
from distill import Taught, TeacherSettings, teacher_loss


@dataclass(frozen=True)
class LossSettings:
    cells_per_object: int = 12
    score_power: float = 1.0
    overlap_power: float = 5.0
    negative_weight: float = 0.75
    focus: float = 2.0
    box_weight: float = 2.5
    """A labelled object's inner part, relative to its sides, where all other classes count as absent."""
    inner: float = 0.6
    teacher: TeacherSettings = field(default_factory=TeacherSettings)


@dataclass(frozen=True)
class Assignment:
    """Positive cells: `rows` [P] picture, `columns` [P] cell, `objects` [P] index of the object, `quality` [P]
    0..1 the score that the cell should give."""

    rows: Tensor
    columns: Tensor
    objects: Tensor
    quality: Tensor


@torch.no_grad()
def assign(
    scores: Tensor, predicted: Tensor, boxes: Tensor, classes: Tensor, owners: Tensor,
    centres: Tensor, strides: Tensor, settings: LossSettings,
) -> Assignment:
    """Scores [n, N, C] 0..1 and boxes [n, N, 4] of all cells against K objects."""
    count = scores.shape[1]
    iou = overlaps(boxes[:, None], predicted[owners])[:, 0]
    score = scores[owners, :, classes]
    # An object smaller than a cell may hold no centre: the nearest cells of the finest grid stand for it.
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    finest = strides[0]
    reach = torch.where(strides[None, :, None] == finest, half[:, None].clamp(min=float(finest) * 0.75), half[:, None])
    inside = ((centres[None] - middle[:, None]).abs() < reach).all(-1)
    metric = (score**settings.score_power) * (iou**settings.overlap_power) * inside
    best, at = metric.topk(min(settings.cells_per_object, count), 1)
    chosen = best > 1e-12
    objects, slots = torch.nonzero(chosen, as_tuple=True)
    columns = at[objects, slots]
    rows = owners[objects]
    # A cell that several objects want learns the one it overlaps most.
    place = rows * count + columns
    pair_iou, pair_metric = iou[objects, columns], best[objects, slots]
    rank = pair_iou + 1e-6 * (1 - objects / max(len(boxes), 1))
    highest = torch.full((len(scores) * count,), -1.0, device=scores.device).scatter_reduce(0, place, rank, "amax")
    wins = rank >= highest[place]
    rows, columns, objects, pair_iou, pair_metric = (each[wins] for each in (rows, columns, objects, pair_iou, pair_metric))
    zeros = torch.zeros(len(boxes), device=scores.device)
    top_metric = zeros.scatter_reduce(0, objects, pair_metric, "amax")
    top_iou = zeros.scatter_reduce(0, objects, pair_iou, "amax")
    quality = pair_metric / top_metric[objects].clamp(min=1e-12) * top_iou[objects]
    return Assignment(rows, columns, objects, quality)


@torch.no_grad()
def unknown_cells(batch: Batch, positive: Assignment, kept: Tensor, centres: Tensor, inner: float) -> Tensor:
    """Where a class may be present without a label: bool [n, N, C], neither positive nor negative.

    A class is unknown in pictures where it is not labelled, except where a labelled object stands, and inside
    objects marked as ignored. `kept` are the indices of the objects that are not.
    """
    unknown = unlabelled_cells(batch, centres)
    shape = unknown.shape
    boxes, owners = batch.boxes[kept], batch.owners[kept]
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * inner
    occupied = torch.zeros(shape[0], shape[1], device=unknown.device)
    occupied.index_add_(0, owners, _within(centres, middle - half, middle + half).float())
    occupied[positive.rows, positive.columns] = 1
    unknown &= (occupied == 0)[..., None]
    return _mark_objects(unknown, batch, torch.nonzero(batch.ignored)[:, 0], centres)


@torch.no_grad()
def absent_cells(batch: Batch, centres: Tensor) -> Tensor:
    """Where labels say that nothing of a class is: bool [n, N, C], outside of all its objects where it is labelled."""
    every = torch.arange(len(batch.boxes), device=batch.boxes.device)
    return ~_mark_objects(unlabelled_cells(batch, centres), batch, every, centres)


def unlabelled_cells(batch: Batch, centres: Tensor) -> Tensor:
    """Cells of pictures where a class is not labelled: bool [n, N, C]."""
    tiles = _within(centres, batch.tiles[..., :2], batch.tiles[..., 2:]).float()
    return torch.bmm(tiles.transpose(1, 2), batch.unlabelled) > 0


def _mark_objects(marks: Tensor, batch: Batch, which: Tensor, centres: Tensor) -> Tensor:
    """Sets `marks` [n, N, C] for the class of each of the objects `which` in the cells inside it."""
    objects, columns = torch.nonzero(_within(centres, batch.boxes[which, :2], batch.boxes[which, 2:]), as_tuple=True)
    marks[batch.owners[which][objects], columns, batch.classes[which][objects]] = True
    return marks


def _within(centres: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return ((centres >= low[..., None, :]) & (centres < high[..., None, :])).all(-1)


@dataclass(frozen=True)
class Losses:
    """`total` is what to minimise; the others, per unit of quality, are for people. `teacher` is 0 without one."""

    total: Tensor
    classes: Tensor
    boxes: Tensor
    teacher: Tensor
    positives: Tensor


def detection_loss(
    logits: Tensor, raw: Tensor, batch: Batch, strides: tuple[int, ...], settings: LossSettings, taught: Taught | None = None
) -> Losses:
    """Logits [n, N, C] and raw distances [n, N, 4] of a batch, float32, and what a teacher sees in it."""
    centres, sizes = cells(batch.images.shape[2], batch.images.shape[3], strides, logits.device)
    predicted = decode(raw, centres, sizes)
    kept = torch.nonzero(~batch.ignored)[:, 0]
    boxes, classes, owners = batch.boxes[kept], batch.classes[kept], batch.owners[kept]
    scores = logits.sigmoid()
    positive = assign(scores.detach(), predicted.detach(), boxes, classes, owners, centres, sizes, settings)
    unknown = unknown_cells(batch, positive, kept, centres, settings.inner)

    target = torch.zeros_like(logits)
    hit = (positive.rows, positive.columns, classes[positive.objects])
    target[hit] = positive.quality
    unknown[hit] = False
    weight = settings.negative_weight * scores**settings.focus * ~unknown
    weight = weight.index_put(hit, positive.quality)
    class_loss = (F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight).sum()
    _, similarity = generalized_iou(predicted[positive.rows, positive.columns], boxes[positive.objects])
    box_loss = ((1 - similarity) * positive.quality).sum()
    norm = positive.quality.sum().clamp(min=1)
    total = (class_loss + settings.box_weight * box_loss) / norm
    teaching = torch.zeros((), device=logits.device)
    if taught is not None:
        labelled = torch.zeros(logits.shape[:2], dtype=torch.bool, device=logits.device)
        labelled[positive.rows, positive.columns] = True
        teaching = teacher_loss(logits, predicted, taught, absent_cells(batch, centres), labelled, settings.teacher)
        total = total + settings.teacher.weight * teaching
    return Losses(total, class_loss.detach() / norm, box_loss.detach() / norm, teaching.detach(), norm / len(logits))
