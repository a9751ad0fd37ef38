"""Muon for convolutions, AdamW for everything else."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from graph import Graph
from precision import quick_type


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest orthogonal matrices of a batch [k, m, n], roughly: five Newton-Schulz steps."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.transpose(1, 2) if tall else matrices
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).to(quick_type(matrices.device.type))
    for _ in range(5):
        square = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x.transpose(1, 2) if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Momentum whose every step is made orthogonal (Jordan et al., 2024); weights [out, in, h, w] as [out, in*h*w].

    Steps are scaled by sqrt(max(1, out / in*h*w)) so that one rate suits all layers.
    """

    def __init__(self, parameters: Iterable[torch.nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            shapes: dict[tuple[int, int], list[tuple[Tensor, Tensor]]] = {}
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(parameter)
                moment = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(moment, group["momentum"]).flatten(1)
                shapes.setdefault((update.shape[0], update.shape[1]), []).append((parameter, update))
            for (rows, columns), members in shapes.items():
                updates = orthogonal(torch.stack([update for _, update in members]))
                for (parameter, _), update in zip(members, updates):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(update.reshape(parameter.shape), alpha=-group["lr"] * max(1, rows / columns) ** 0.5)


class Optimizers:
    """All that move a graph's weights, as one."""

    def __init__(self, graph: Graph, kind: str, rate: float, decay: float) -> None:
        self.each = _optimizers(graph, kind, rate, decay)
        self._rates = [[group["lr"] for group in each.param_groups] for each in self.each]
        self._parameters = list(graph.parameters())

    def step(self, factor: float, clip: float) -> None:
        """One step at `factor` times the full rates, gradients of a norm of `clip` at most; parameters without one stay."""
        torch.nn.utils.clip_grad_norm_(self._parameters, clip)
        for each, rates in zip(self.each, self._rates):
            for group, rate in zip(each.param_groups, rates):
                group["lr"] = rate * factor
            each.step()

    def state(self) -> list[dict]:
        return [each.state_dict() for each in self.each]

    def restore(self, states: list[dict]) -> None:
        for each, state in zip(self.each, states):
            each.load_state_dict(state)


def _optimizers(graph: Graph, kind: str, rate: float, decay: float) -> list[torch.optim.Optimizer]:
    """`muon`: Muon for convolutions inside the network, AdamW at a tenth of its rate for the rest.
    `adamw`: AdamW for all. Weights decay; scales, shifts and biases do not."""
    inner: list[torch.nn.Parameter] = []
    weights: list[torch.nn.Parameter] = []
    others: list[torch.nn.Parameter] = []
    for attribute, parameter in graph.named_parameters():
        name = attribute.replace("|", ".")
        plain = parameter.ndim == 4 and graph.groups.get(name) == 1 and not graph.is_output_layer(name)
        (inner if plain and kind == "muon" else weights if parameter.ndim == 4 else others).append(parameter)
    slow = rate / 10 if kind == "muon" else rate
    groups = [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    made: list[torch.optim.Optimizer] = [torch.optim.AdamW([each for each in groups if each["params"]], lr=slow, betas=(0.9, 0.99))]
    if inner:
        made.append(Muon(inner, lr=rate, weight_decay=decay))
    return made
