"""Which cell learns which object, and how far off it is.

Task-aligned assignment (arXiv 2108.07755), varifocal classification (arXiv 2008.13367), GIoU boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from batches import Batch
from boxes import cells, decode, generalized_iou, overlaps


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
    def within(low: Tensor, high: Tensor) -> Tensor:
        return ((centres >= low[..., None, :]) & (centres < high[..., None, :])).all(-1)

    tiles = within(batch.tiles[..., :2], batch.tiles[..., 2:]).float()
    unknown = torch.bmm(tiles.transpose(1, 2), batch.unlabelled) > 0
    shape = unknown.shape
    boxes, owners = batch.boxes[kept], batch.owners[kept]
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * inner
    occupied = torch.zeros(shape[0], shape[1], device=unknown.device)
    occupied.index_add_(0, owners, within(middle - half, middle + half).float())
    occupied[positive.rows, positive.columns] = 1
    unknown &= (occupied == 0)[..., None]
    ignored = torch.nonzero(batch.ignored)[:, 0]
    objects, columns = torch.nonzero(within(batch.boxes[ignored, :2], batch.boxes[ignored, 2:]), as_tuple=True)
    unknown[batch.owners[ignored][objects], columns, batch.classes[ignored][objects]] = True
    return unknown


@dataclass(frozen=True)
class Losses:
    """`total` is what to minimise; the others, per unit of quality, are for people."""

    total: Tensor
    classes: Tensor
    boxes: Tensor
    positives: Tensor


def detection_loss(logits: Tensor, raw: Tensor, batch: Batch, strides: tuple[int, ...], settings: LossSettings) -> Losses:
    """Logits [n, N, C] and raw distances [n, N, 4] of a batch, float32."""
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
    return Losses(total, class_loss.detach() / norm, box_loss.detach() / norm, norm / len(logits))
