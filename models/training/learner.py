"""Losses and gradients of a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from batches import Batch
from boxes import flatten
from graph import Graph, GraphError
from loss import LossSettings, detection_loss
from precision import quick_type
from shares import Shares
from teacher import STRIDES, Teacher


class Learner:
    """What a detector has to learn of a batch, from its labels and perhaps a teacher; in `parts` threads."""

    def __init__(self, graph: Graph, settings: LossSettings, device: torch.device, parts: int = 1, teacher: Teacher | None = None) -> None:
        self._settings = settings
        self._device = device
        self._type = quick_type(device.type)
        self._detector = graph.detector()
        if teacher is not None and self._detector.strides != STRIDES:
            raise GraphError(f"{graph.path} has the strides {self._detector.strides}; the teacher has {STRIDES}.")
        self._teacher = None if teacher is None else teacher.to(device).eval()
        self._shares = Shares(graph, graph.learning(), parts)

    def learn(self, batch: Batch) -> tuple[float, float, float, float]:
        """Leaves the gradients in the graph's parameters; gives the losses of classes, boxes and teacher, and the
        positives a picture."""
        classes, boxes, teacher, positives = self._shares.learn(self._loss, batch).tolist()
        return classes, boxes, teacher, positives

    def _loss(self, graph: Graph, batch: Batch) -> tuple[Tensor, Tensor]:
        images = self._detector.normalised(batch.images)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._type == torch.bfloat16):
            outputs = graph(images)
        logits, raw = flatten(outputs, self._detector.strides)
        taught = None if self._teacher is None else self._teacher(batch.images)
        losses = detection_loss(logits, raw, batch, self._detector.strides, self._settings, taught)
        return losses.total, torch.stack((losses.classes, losses.boxes, losses.teacher, losses.positives))
