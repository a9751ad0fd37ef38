"""Gradients of a batch, shared out to threads."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn

from batches import Batch
from graph import Graph

Loss = Callable[[Graph, Batch], tuple[Tensor, Tensor]]
"""Of a graph and its share of the batch: what to minimise, and numbers [k] to report."""


class Shares:
    """Computes gradients in `parts` threads, each with its share of the batch and one core.

    Threads inside an operator wait for each other dozens of times a step, some of them spinning: beside other
    work a step with two threads inside took twenty times as long as one with two shares. Shares meet once.
    """

    def __init__(self, graph: Graph, parameters: Sequence[nn.Parameter], parts: int) -> None:
        self._graph = graph
        self._parameters = list(parameters)
        # Each share has the parameters in common and follows the batches' means and variances on its own.
        self._shares = [graph] if parts == 1 else [_share(graph) for _ in range(parts)]
        self._pool = ThreadPoolExecutor(parts, initializer=torch.set_num_threads, initargs=(1,)) if parts > 1 else None

    def learn(self, loss: Loss, batch: Batch) -> Tensor:
        """Leaves the gradients in the parameters; gives the mean of the numbers to report."""
        def gradients(graph: Graph, part: Batch) -> tuple[list[Tensor], Tensor]:
            total, numbers = loss(graph, part)
            return list(torch.autograd.grad(total, self._parameters)), numbers

        if self._pool is None:
            summed, numbers = gradients(self._graph, batch)
        else:
            results = list(self._pool.map(gradients, self._shares, batch.split(len(self._shares))))
            summed = results[0][0]
            for more, _ in results[1:]:
                torch._foreach_add_(summed, more)
            torch._foreach_mul_(summed, 1 / len(results))
            numbers = torch.stack([each for _, each in results]).mean(0)
            self._meet()
        for parameter, gradient in zip(self._parameters, summed):
            parameter.grad = gradient
        return numbers

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
