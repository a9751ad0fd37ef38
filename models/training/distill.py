"""What a teacher adds to the loss: its scores and boxes on every cell, where labels do not know better."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from boxes import generalized_iou


@dataclass(frozen=True)
class Taught:
    """A teacher's view of a batch, float32: `scores` [n, N, C] 0..1 and `boxes` [n, N, 4] in pixels of all cells, in
    the order of `boxes.cells`. `known` bool [C] is false for classes that the teacher does not know."""

    scores: Tensor
    boxes: Tensor
    known: Tensor


@dataclass(frozen=True)
class TeacherSettings:
    """`weight` of the whole beside the loss of the labels; `box_weight` of boxes within. `trust` is the share of a
    score that counts where labels say that the class is absent: labels miss objects, teachers invent some. A box
    is learnt where the best score is above `least`."""

    weight: float = 1.0
    box_weight: float = 2.5
    focus: float = 2.0
    trust: float = 0.5
    least: float = 0.3


def teacher_loss(
    logits: Tensor, predicted: Tensor, taught: Taught, absent: Tensor, labelled: Tensor, settings: TeacherSettings
) -> Tensor:
    """Quality focal loss (arXiv 2006.04388) of logits [n, N, C] towards the teacher's scores, low ones too, and GIoU of
    boxes `predicted` [n, N, 4]; per unit of the teacher's score, before `weight`.

    `absent` bool [n, N, C]: labels say that nothing of the class is there. `labelled` bool [n, N]: cells that learn a
    labelled object, of which the teacher has nothing to say.
    """
    target = torch.where(absent, taught.scores * settings.trust, taught.scores)
    best = target.amax(2).masked_fill(labelled, 0)
    weight = (target - logits.sigmoid()).abs() ** settings.focus * taught.known * ~labelled[..., None]
    classes = (F.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight).sum()
    sure = best > settings.least
    _, similarity = generalized_iou(predicted[sure], taught.boxes[sure])
    boxes = ((1 - similarity) * best[sure]).sum()
    return (classes + settings.box_weight * boxes) / best[sure].sum().clamp(min=1)
