"""A larger detector that begins where a smaller one ended (Net2Net, arXiv 1511.05641).

Every convolution of the larger network that the smaller one has too takes its weights over; what is wider adds nothing
to the old channels at first, and a layer that only the larger one has lets them through. Where stages are built
alike the larger network says exactly what the smaller one said. The others are trained to imitate it (`imitate.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import erf, exp, pi, sqrt

import numpy as np
import onnx
import torch
from torch import Tensor

from graph import Graph, GraphError


@dataclass(frozen=True)
class Pair:
    """A value of the small graph, and where its channels lie in a value of the large one. `through`: it came through
    a convolution that the small graph does not have."""

    value: str
    channels: np.ndarray
    through: bool = False


@dataclass(frozen=True)
class Joint:
    """The outcome of a stage in both graphs: the first `channels` of `large` mean what those of `small` do. `exact`
    where they are equal, else the layers named `stage` + "." have to learn it."""

    stage: str
    large: str
    small: str
    channels: int
    exact: bool


def transplant(small: Graph, large: Graph) -> list[Joint]:
    """Moves the weights of `small` into `large`; gives the stages' outcomes, in order. Raises GraphError where a
    layer of `small` is larger or shaped otherwise, or where nothing of an output could be taken over."""
    move = _Transplant(small, large)
    move.run()
    lost = [name for name in large.output_names if name not in move.pairs]
    if lost:
        raise GraphError(f"{large.path} does not hold {small.path}: nothing leads to {', '.join(lost)}.")
    return move.joints


class _Transplant:
    def __init__(self, small: Graph, large: Graph) -> None:
        self.small, self.large = _Side(small), _Side(large)
        self.pairs = {self.large.image: Pair(self.small.image, np.arange(3))}
        self.joints: list[Joint] = []

    def run(self) -> None:
        ends = {value: stage for stage, value in self.large.stages.items() if stage in self.small.stages}
        with torch.no_grad():
            for node in self.large.nodes:
                pair = self._pair(node)
                value, stage = node.output[0], ends.get(node.output[0])
                if stage is not None:
                    target = self.small.stages[stage]
                    channels = self.small.channels[target]
                    exact = pair is not None and pair.value == target
                    pair = Pair(target, np.arange(channels))
                    self.joints.append(Joint(stage, value, target, channels, exact))
                if pair is not None:
                    self.pairs[value] = pair

    def _pair(self, node: onnx.NodeProto) -> Pair | None:
        """What a node of the large graph gives out, in terms of the small one; its weights are set on the way."""
        inputs = [self.pairs.get(name) for name in self.large.computed(node)]
        first = inputs[0]
        if first is None:
            return None
        if node.op_type == "Conv":
            return self._conv(node, first)
        if first.through and node.op_type in ("BatchNormalization", "Relu"):
            return self._let_through(node, first)
        known = [each.value for each in inputs if each is not None]
        if node.op_type == "Concat":
            twin = next((each for each in self.small.readers(first.value, "Concat") if list(each.input) == known[: len(each.input)]), None)
            if twin is None or None in inputs[: len(twin.input)]:
                return None
            starts = np.cumsum([0, *(self.large.channels[name] for name in node.input)])
            parts = [start + each.channels for start, each in zip(starts, inputs[: len(twin.input)]) if each is not None]
            return Pair(twin.output[0], np.concatenate(parts))
        twin = next((each for each in self.small.readers(first.value, node.op_type) if self.small.computed(each) == known), None)
        if twin is None or len(known) < len(inputs):
            return None
        if node.op_type == "BatchNormalization":
            for mine, theirs in zip(node.input[1:], twin.input[1:]):
                self.large.tensors[mine][first.channels] = self.small.tensors[theirs]
        return Pair(twin.output[0], first.channels)

    def _conv(self, node: onnx.NodeProto, source: Pair) -> Pair | None:
        twin = next((each for each in self.small.readers(source.value, "Conv") if each.input[1] == node.input[1]), None)
        weight = self.large.tensors[node.input[1]]
        if twin is None:
            if not self.large.lets_through(node) or weight.shape[0] < len(source.channels) or weight.shape[2] % 2 == 0:
                return None
            kept = len(source.channels)
            weight[:kept] = 0
            weight[torch.arange(kept), torch.from_numpy(source.channels), weight.shape[2] // 2, weight.shape[3] // 2] = 1
            return Pair(source.value, np.arange(kept), through=True)
        theirs = self.small.tensors[twin.input[1]]
        kept = theirs.shape[0]
        grouped = theirs.shape[1] != len(source.channels) or weight.shape[1] <= int(source.channels.max())
        if kept > weight.shape[0] or grouped or theirs.shape[2:] != weight.shape[2:]:
            raise GraphError(f"{node.input[1]} is {list(weight.shape)}, which does not hold {list(theirs.shape)}.")
        weight[:kept] = 0
        weight[:kept, torch.from_numpy(source.channels)] = theirs
        if len(node.input) > 2:
            self.large.tensors[node.input[2]][:kept] = self.small.tensors[twin.input[2]]
        return Pair(twin.output[0], np.arange(kept))

    def _let_through(self, node: onnx.NodeProto, source: Pair) -> Pair:
        if node.op_type == "Relu":
            return replace(source, through=False)
        scale, shift, mean, variance = (self.large.tensors[name] for name in node.input[1:])
        means, variances = self.small.moments(source.value)
        kept = source.channels
        mean[kept], shift[kept], variance[kept] = means, means, variances
        scale[kept] = (variances + _epsilon(node)).sqrt()
        return source


class _Side:
    """One of the two graphs, its nodes by what they read."""

    def __init__(self, graph: Graph) -> None:
        model = onnx.load(graph.path)
        self.nodes = list(model.graph.node)
        self.image = graph.input_name
        self.tensors = graph.tensors()
        self.makers = {node.output[0]: node for node in self.nodes}
        self._readers: dict[str, list[onnx.NodeProto]] = {}
        for node in self.nodes:
            for name in self.computed(node):
                self._readers.setdefault(name, []).append(node)
        self.channels = {self.image: 3}
        self.stages: dict[str, str] = {}
        for node in self.nodes:
            self.channels[node.output[0]] = self._channels(node)
            stage, dot, _ = node.name.partition(".")
            if dot and stage.startswith("stage"):
                self.stages[stage] = node.output[0]

    def computed(self, node: onnx.NodeProto) -> list[str]:
        return [name for name in node.input if name in self.makers or name == self.image]

    def readers(self, value: str, kind: str) -> Iterator[onnx.NodeProto]:
        return (node for node in self._readers.get(value, []) if node.op_type == kind)

    def lets_through(self, node: onnx.NodeProto) -> bool:
        """Whether a convolution's outcome goes on to others as it is, and is neither gathered nor an output."""
        kinds: set[str] = {"Conv"}
        strides = next((list(each.ints) for each in node.attribute if each.name == "strides"), [1, 1])
        value = node.output[0]
        while kinds and kinds <= {"Conv", "BatchNormalization", "Relu"}:
            after = self._readers.get(value, [])
            kinds = {each.op_type for each in after}
            if kinds == {"Conv"}:
                return strides == [1, 1]
            value = after[0].output[0] if after else value
        return False

    def moments(self, value: str) -> tuple[Tensor, Tensor]:
        """Mean and variance of each channel, a normal distribution cut off at 0 after normalisation. They need not be
        right for what goes through to stay the same, only for its statistics not to jump in training."""
        norm = self.makers[self.makers[value].input[0]] if self.makers[value].op_type == "Relu" else None
        if norm is None or norm.op_type != "BatchNormalization":
            return torch.zeros(self.channels[value]), torch.ones(self.channels[value])
        pairs = [_rectified(m, abs(s)) for s, m in zip(self.tensors[norm.input[1]].tolist(), self.tensors[norm.input[2]].tolist())]
        return torch.tensor([mean for mean, _ in pairs]), torch.tensor([variance for _, variance in pairs])

    def _channels(self, node: onnx.NodeProto) -> int:
        if node.op_type == "Conv":
            return int(self.tensors[node.input[1]].shape[0])
        counts = [self.channels[name] for name in self.computed(node)]
        return sum(counts) if node.op_type == "Concat" else counts[0]


def _rectified(mean: float, deviation: float) -> tuple[float, float]:
    """Mean and variance of max(0, x), x normal."""
    if deviation < 1e-6:
        return max(0.0, mean), 1e-6
    at = mean / deviation
    below, density = 0.5 * (1 + erf(at / sqrt(2))), exp(-at * at / 2) / sqrt(2 * pi)
    first = mean * below + deviation * density
    second = (mean * mean + deviation * deviation) * below + mean * deviation * density
    return first, max(1e-6, second - first * first)


def _epsilon(node: onnx.NodeProto) -> float:
    return float(next((each.f for each in node.attribute if each.name == "epsilon"), 1e-5))
