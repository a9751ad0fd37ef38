"""An ONNX graph as a PyTorch module that can be trained.

The architecture is defined in TypeScript alone; what it writes (batch normalisation kept as nodes) is
run here node by node. Parameters keep the names of the graph's initializers, in memory and in files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from safetensors.torch import load_file
from torch import Tensor, nn

Operation = Callable[..., Tensor]


class GraphError(Exception):
    """A graph or a weights file that cannot be used, and why."""


@dataclass(frozen=True)
class Detector:
    """What a detector's graph says about itself in its metadata."""

    strides: tuple[int, ...]
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def normalised(self, images: Tensor) -> Tensor:
        """Bytes [n, 3, h, w] as a graph takes them, channels last."""
        mean, std = (torch.tensor(each, device=images.device).view(1, 3, 1, 1) for each in (self.mean, self.std))
        return ((images - mean) / std).contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Step:
    run: Callable[["Graph", list[Tensor]], Tensor]
    inputs: tuple[str, ...]
    output: str


class Graph(nn.Module):
    """Runs an ONNX graph: `image` float [n, 3, h, w] -> its outputs by name.

    Convolution weights and biases, scales and shifts of batch normalisation are parameters; its means
    and variances are buffers that follow the batches while `training`, but for those whose scale is frozen. Other initializers are constants.
    """

    def __init__(self, path: str | Path, momentum: float = 0.05) -> None:
        super().__init__()
        try:
            model = onnx.load(str(path))
            onnx.checker.check_model(model)
        except (OSError, ValueError, DecodeError, onnx.checker.ValidationError) as error:
            raise GraphError(f"{path} cannot be read as ONNX: {error}") from error
        graph = model.graph
        self.path = str(path)
        self.name = model.graph.name
        self.momentum = momentum
        self.metadata = {each.key: each.value for each in model.metadata_props}
        self.constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        self.input_name = next(each.name for each in graph.input if each.name not in self.constants)
        self.output_names = [each.name for each in graph.output]
        self.groups: dict[str, int] = {}
        self._last_layers: set[str] = set()
        self.steps = [self._step(node) for node in graph.node]

    def _step(self, node: onnx.NodeProto) -> Step:
        make = OPERATORS.get(node.op_type)
        if make is None:
            known = ", ".join(sorted(OPERATORS))
            raise GraphError(f"{self.path}: node {node.name} is a {node.op_type}; the trainer knows {known}.")
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        if len(node.output) != 1:
            raise GraphError(f"{self.path}: node {node.name} has {len(node.output)} outputs; one is expected.")
        if node.op_type == "Conv" and node.output[0] in self.output_names:
            self._last_layers.update(node.input[1:])
        run, inputs = make(self, node, attributes)
        return Step(run, tuple(inputs), node.output[0])

    def add_parameter(self, name: str) -> str:
        """Makes a parameter of an initializer; gives its attribute's name."""
        if _attribute(name) not in self._parameters:
            self.register_parameter(_attribute(name), nn.Parameter(self._initial(name)))
        return _attribute(name)

    def add_buffer(self, name: str) -> str:
        if _attribute(name) not in self._buffers:
            self.register_buffer(_attribute(name), self._initial(name))
        return _attribute(name)

    def _initial(self, name: str) -> Tensor:
        if name not in self.constants:
            raise GraphError(f"{self.path}: {name} is expected to be an initializer.")
        return torch.from_numpy(np.array(self.constants[name], dtype=np.float32))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return self.values(image, self.output_names)

    def values(self, image: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """These values of the graph, inner ones too; what they do not need is not computed."""
        needed = set(names)
        steps = []
        for step in reversed(self.steps):
            if step.output in needed:
                needed.update(step.inputs)
                steps.append(step)
        values = {self.input_name: image}
        for step in reversed(steps):
            values[step.output] = step.run(self, [values[name] for name in step.inputs])
        return {name: values[name] for name in names}

    def is_output_layer(self, name: str) -> bool:
        """Whether a parameter belongs to a convolution whose outcome is an output of the graph."""
        return name in self._last_layers

    def tensors(self) -> dict[str, Tensor]:
        """Parameters and buffers by their names in ONNX."""
        own = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        return {_onnx_name(name): value.detach() for name, value in own.items()}

    @torch.no_grad()
    def load_tensors(self, tensors: Mapping[str, Tensor]) -> None:
        own = self.tensors()
        faults = [f"{name} is missing" for name in own if name not in tensors]
        faults += [f"{name} is not in the graph" for name in tensors if name not in own]
        faults += [
            f"{name} is {list(tensors[name].shape)} instead of {list(value.shape)}"
            for name, value in own.items()
            if name in tensors and tensors[name].shape != value.shape
        ]
        if faults:
            raise GraphError(f"The weights do not fit {self.path}: {'; '.join(faults[:5])}.")
        for name, value in own.items():
            value.copy_(tensors[name])

    def load(self, path: str | Path) -> None:
        """Takes the weights of a safetensors file."""
        self.load_tensors(load_file(str(path)))

    def hold(self, parts: Sequence[str]) -> None:
        """Parts of the network ("stem", "stage2") whose weights and statistics stay as they are from now on."""
        unknown = set(parts) - self.parts()
        if unknown:
            raise GraphError(f"{self.path} has no part {', '.join(sorted(unknown))}.")
        for name, value in self.named_parameters():
            if part_of(_onnx_name(name)) in parts:
                value.requires_grad_(False)
        if not self.learning():
            raise GraphError(f"Nothing of {self.path} is left to learn.")

    def parts(self) -> set[str]:
        """Names of the parts that have weights."""
        return {part_of(_onnx_name(name)) for name, _ in self.named_parameters()}

    def learning(self) -> list[nn.Parameter]:
        """Parameters of the parts that are not held."""
        return [each for each in self.parameters() if each.requires_grad]

    def detector(self) -> Detector:
        """Strides, classes and normalisation from the metadata."""
        try:
            read = {key: json.loads(self.metadata[key]) for key in ("strides", "classes", "mean", "std")}
        except (KeyError, ValueError) as error:
            raise GraphError(f"{self.path} is no detector's graph: metadata {error}.") from error
        return Detector(*(tuple(read[key]) for key in ("strides", "classes", "mean", "std")))


def part_of(name: str) -> str:
    """The part of a network that a tensor or layer belongs to: "stage2" of "stage2.module1.conv1.weight"."""
    return name.partition(".")[0]


# A dot would name a module in PyTorch.
def _attribute(name: str) -> str:
    return name.replace(".", "|")


def _onnx_name(attribute: str) -> str:
    return attribute.replace("|", ".")


Made = tuple[Callable[[Graph, list[Tensor]], Tensor], list[str]]


def _conv(graph: Graph, node: onnx.NodeProto, attributes: dict) -> Made:
    auto_pad = attributes.get("auto_pad", b"NOTSET")
    pads = attributes.get("pads", [0, 0, 0, 0])
    if auto_pad != b"NOTSET" or pads[:2] != pads[2:]:
        raise GraphError(f"{graph.path}: node {node.name} pads unevenly, which the trainer cannot do.")
    stride, dilation = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    groups, padding = attributes.get("group", 1), pads[:2]
    weight = graph.add_parameter(node.input[1])
    bias = graph.add_parameter(node.input[2]) if len(node.input) > 2 else None
    graph.groups[node.input[1]] = groups

    def run(graph: Graph, inputs: list[Tensor]) -> Tensor:
        offset = None if bias is None else graph._parameters[bias]
        return F.conv2d(inputs[0], graph._parameters[weight], offset, stride, padding, dilation, groups)

    def run_exactly(graph: Graph, inputs: list[Tensor]) -> Tensor:
        with torch.autocast(inputs[0].device.type, enabled=False):
            return run(graph, [inputs[0].float()])

    # What leaves the graph is exponentiated: bfloat16 would move box edges by a hundredth of their distance.
    return run_exactly if node.output[0] in graph.output_names else run, [node.input[0]]


def _batch_norm(graph: Graph, node: onnx.NodeProto, attributes: dict) -> Made:
    epsilon = attributes.get("epsilon", 1e-5)
    scale, shift = graph.add_parameter(node.input[1]), graph.add_parameter(node.input[2])
    mean, variance = graph.add_buffer(node.input[3]), graph.add_buffer(node.input[4])

    def run(graph: Graph, inputs: list[Tensor]) -> Tensor:
        weights, buffers = graph._parameters, graph._buffers
        return F.batch_norm(
            inputs[0], buffers[mean], buffers[variance], weights[scale], weights[shift],
            graph.training and weights[scale].requires_grad, graph.momentum, epsilon,
        )

    return run, [node.input[0]]


def _max_pool(graph: Graph, node: onnx.NodeProto, attributes: dict) -> Made:
    kernel, pads = attributes["kernel_shape"], attributes.get("pads", [0, 0, 0, 0])
    stride, ceil = attributes.get("strides", [1, 1]), bool(attributes.get("ceil_mode", 0))
    if pads[:2] != pads[2:]:
        raise GraphError(f"{graph.path}: node {node.name} pads unevenly, which the trainer cannot do.")
    return lambda _, inputs: F.max_pool2d(inputs[0], kernel, stride, pads[:2], ceil_mode=ceil), [node.input[0]]


def _resize(graph: Graph, node: onnx.NodeProto, attributes: dict) -> Made:
    mode = attributes.get("mode", b"nearest")
    scales = graph.constants.get(node.input[2]) if len(node.input) > 2 else None
    if mode != b"nearest" or scales is None or len(scales) != 4 or any(each != int(each) for each in scales):
        raise GraphError(f"{graph.path}: node {node.name} is not an enlargement to whole multiples by the nearest value.")
    factors = (float(scales[2]), float(scales[3]))
    return lambda _, inputs: F.interpolate(inputs[0], scale_factor=factors, mode="nearest"), [node.input[0]]


def _concat(graph: Graph, node: onnx.NodeProto, attributes: dict) -> Made:
    axis = attributes["axis"]
    return lambda _, inputs: torch.cat(inputs, axis), list(node.input)


def _hard_sigmoid(graph: Graph, node: onnx.NodeProto, attributes: dict) -> Made:
    alpha, beta = attributes.get("alpha", 0.2), attributes.get("beta", 0.5)
    return lambda _, inputs: (inputs[0] * alpha + beta).clamp(0, 1), [node.input[0]]


def _plain(operation: Operation) -> Callable[[Graph, onnx.NodeProto, dict], Made]:
    """An operator without attributes whose inputs are all computed."""
    return lambda graph, node, attributes: (lambda _, inputs: operation(*inputs), list(node.input))


OPERATORS: dict[str, Callable[[Graph, onnx.NodeProto, dict], Made]] = {
    "Conv": _conv,
    "BatchNormalization": _batch_norm,
    "MaxPool": _max_pool,
    "Resize": _resize,
    "Concat": _concat,
    "HardSigmoid": _hard_sigmoid,
    "Relu": _plain(F.relu),
    "Sigmoid": _plain(torch.sigmoid),
    "HardSwish": _plain(F.hardswish),
    "Add": _plain(torch.add),
    "Mul": _plain(torch.mul),
    "GlobalAveragePool": _plain(lambda value: value.mean((2, 3), keepdim=True)),
}
