"""Losses and gradients of a batch."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from batches import Batch
from boxes import flatten
from graph import Graph, GraphError
from loss import LossSettings, detection_loss
from precision import quick_type
from teacher import STRIDES, Teacher


class Learner:
    """Computes gradients in `parts` threads, each with its share of the batch and one core.

    Threads inside an operator wait for each other dozens of times a step, some of them spinning: beside other
    work a step with two threads inside took twenty times as long as one with two shares. Shares meet once.
    """

    def __init__(self, graph: Graph, settings: LossSettings, device: torch.device, parts: int = 1, teacher: Teacher | None = None) -> None:
        self._graph = graph
        self._settings = settings
        self._device = device
        self._type = quick_type(device.type)
        self._detector = graph.detector()
        if teacher is not None and self._detector.strides != STRIDES:
            raise GraphError(f"{graph.path} has the strides {self._detector.strides}; the teacher has {STRIDES}.")
        self._teacher = None if teacher is None else teacher.to(device).eval()
        self._parameters = list(graph.parameters())
        self._mean, self._std = (torch.tensor(each, device=device).view(1, 3, 1, 1) for each in (self._detector.mean, self._detector.std))
        # Each share has the parameters in common and follows the batches' means and variances on its own.
        self._shares = [graph] if parts == 1 else [_share(graph) for _ in range(parts)]
        self._pool = ThreadPoolExecutor(parts, initializer=torch.set_num_threads, initargs=(1,)) if parts > 1 else None

    def learn(self, batch: Batch) -> tuple[float, float, float, float]:
        """Leaves the gradients in the graph's parameters; gives the losses of classes, boxes and teacher, and the
        positives a picture."""
        if self._pool is None:
            gradients, losses = self._gradients(self._graph, batch)
        else:
            results = list(self._pool.map(self._gradients, self._shares, batch.split(len(self._shares))))
            gradients, losses = results[0]
            for more, _ in results[1:]:
                torch._foreach_add_(gradients, more)
            torch._foreach_mul_(gradients, 1 / len(results))
            losses = torch.stack([each for _, each in results]).mean(0)
            self._meet()
        for parameter, gradient in zip(self._parameters, gradients):
            parameter.grad = gradient
        classes, boxes, teacher, positives = losses.tolist()
        return classes, boxes, teacher, positives

    def _gradients(self, graph: Graph, batch: Batch) -> tuple[list[Tensor], Tensor]:
        images = ((batch.images - self._mean) / self._std).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._type == torch.bfloat16):
            outputs = graph(images)
        logits, raw = flatten(outputs, self._detector.strides)
        taught = None if self._teacher is None else self._teacher(batch.images)
        losses = detection_loss(logits, raw, batch, self._detector.strides, self._settings, taught)
        gradients = torch.autograd.grad(losses.total, self._parameters)
        return list(gradients), torch.stack((losses.classes, losses.boxes, losses.teacher, losses.positives))

    @torch.no_grad()
    def _meet(self) -> None:
        """Means and variances of the batch: the mean over the shares, for all."""
        buffers = [list(each.buffers()) for each in self._shares]
        for theirs in buffers[1:]:
            torch._foreach_add_(buffers[0], theirs)
        torch._foreach_mul_(buffers[0], 1 / len(buffers))
        for theirs in [list(self._graph.buffers()), *buffers[1:]]:
            torch._foreach_copy_(theirs, buffers[0])


def _share(graph: Graph) -> Graph:
    share = copy.copy(graph)
    share._buffers = {name: value.clone() for name, value in graph._buffers.items()}
    return share
