"""A TensorFlow.js graph model as a PyTorch module, for inference.

A graph that was frozen at one picture size runs at any other: sizes that resizing operators hold are taken
relative to the size of the graph's input.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph import GraphError


@dataclass(frozen=True)
class Size:
    """A picture's sides as multiples of those of the graph's input."""

    height: float
    width: float


@dataclass(frozen=True)
class Step:
    run: Callable[[list[Tensor], Size], Tensor]
    inputs: tuple[str, ...]
    output: str


class TfjsGraph(nn.Module):
    """Runs the graph model in `path` (its JSON file; weights lie beside): float [n, c, h, w] -> the graph's outputs by
    name, with batch n. Sides are multiples of what the graph's strides need.

    Padding before a convolution and a bias after it become part of it. Weights take `dtype`, which the picture must
    have. Raises GraphError for what cannot be read or run.
    """

    def __init__(self, path: str | Path, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.path, self.dtype = str(path), dtype
        try:
            content = json.loads(Path(path).read_text())
            nodes = content["modelTopology"]["node"]
            self._constants = _weights(content["weightsManifest"], Path(path).parent)
            self._nodes = {each["name"]: each for each in nodes}
            placeholder = next(each for each in nodes if each["op"] == "Placeholder")
            sides = [int(each["size"]) for each in placeholder["attr"]["shape"]["shape"]["dim"]]
            outputs = content["signature"]["outputs"]
            self.output_names = [each.split(":")[0] for each in outputs]
        except (OSError, ValueError, KeyError, StopIteration) as error:
            raise GraphError(f"{path} cannot be read as a TensorFlow.js graph model: {error!r}") from error
        if len(sides) != 4 or min(sides[2:]) < 1:
            raise GraphError(f"{path}: its input is {sides}; [1, channels, height, width] is expected.")
        self.input_name, self._height, self._width = placeholder["name"], sides[2], sides[3]
        self._uses: dict[str, int] = {}
        for each in nodes:
            for name in each.get("input", []):
                self._uses[_node(name)] = self._uses.get(_node(name), 0) + 1
        self._steps: list[Step] = []
        self._made: set[str] = {self.input_name}
        for name in self.output_names:
            self._add(name)

    @torch.no_grad()
    def forward(self, image: Tensor) -> dict[str, Tensor]:
        values = {self.input_name: image}
        size = Size(image.shape[2] / self._height, image.shape[3] / self._width)
        for step in self._steps:
            values[step.output] = step.run([values[name] for name in step.inputs], size)
        return {name: values[name] for name in self.output_names}

    def constant(self, name: str) -> np.ndarray | None:
        """The value of a node that depends on no picture."""
        if name in self._constants:
            return self._constants[name]
        node = self._nodes.get(name)
        fold = FOLDED.get(node["op"]) if node is not None else None
        if node is None or fold is None:
            return None
        inputs = [self.constant(each) for each in node.get("input", [])]
        if any(each is None for each in inputs):
            return None
        self._constants[name] = fold(inputs)
        return self._constants[name]

    def needed(self, node: dict, at: int) -> np.ndarray:
        """Input `at` of a node, which must be constant."""
        value = self.constant(node["input"][at])
        if value is None:
            raise self.fault(node, f"needs a constant as its input {at}")
        return value

    def single(self, name: str, *operators: str) -> dict | None:
        """The node of that name if it is one of these operators and has one use only."""
        node = self._nodes.get(name)
        return node if node is not None and node["op"] in operators and self._uses.get(name) == 1 else None

    def fault(self, node: dict, what: str) -> GraphError:
        return GraphError(f"{self.path}: node {node['name']} ({node['op']}) {what}.")

    def hold(self, node: dict, value: np.ndarray) -> str:
        """Keeps a tensor that moves with the module; gives its attribute's name."""
        name = f"held{len(self._buffers)}"
        tensor = torch.from_numpy(np.array(value, np.float32)).to(self.dtype)
        self.register_buffer(name, tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor)
        return name

    def _add(self, name: str) -> None:
        """The steps that compute a node, after those it builds on."""
        if _node(name) in self._made:
            return
        node = self._nodes.get(_node(name))
        make = None if node is None else OPERATORS.get(node["op"])
        if node is None or make is None:
            known = ", ".join(sorted(OPERATORS))
            raise GraphError(f"{self.path}: node {name} is a {'missing one' if node is None else node['op']}; known are {known}.")
        run, inputs = make(self, node)
        for each in inputs:
            self._add(each)
        self._made.add(node["name"])
        self._steps.append(Step(run, tuple(inputs), node["name"]))


def _node(name: str) -> str:
    return name.split(":")[0]


def _weights(manifest: list[dict], folder: Path) -> dict[str, np.ndarray]:
    """The constants of all groups; float16 and affine quantisation to uint8 and uint16 undone."""
    values: dict[str, np.ndarray] = {}
    for group in manifest:
        data, at = b"".join((folder / each).read_bytes() for each in group["paths"]), 0
        for each in group["weights"]:
            stored = each.get("quantization", {})
            kind = np.dtype(stored.get("dtype", each["dtype"]))
            count = int(np.prod(each["shape"], dtype=np.int64))
            value = np.frombuffer(data, kind, count, at).reshape(each["shape"])
            if stored and kind != np.float16:
                value = value.astype(np.float32) * stored["scale"] + stored["min"]
            values[each["name"]] = value.astype(each["dtype"])
            at += count * kind.itemsize
    return values


Run = Callable[[list[Tensor], Size], Tensor]
Made = tuple[Run, list[str]]


def _text(node: dict, name: str) -> str:
    return base64.b64decode(node["attr"][name]["s"]).decode() if name in node["attr"] else ""


def _numbers(node: dict, name: str) -> list[int]:
    return [int(each) for each in node["attr"][name]["list"]["i"]]


def _windows(graph: TfjsGraph, node: dict) -> tuple[tuple[int, int], str]:
    """Strides and input of a convolution or pooling on NHWC without own padding."""
    strides = _numbers(node, "strides")
    if _text(node, "padding") != "VALID" or _text(node, "data_format") not in ("", "NHWC"):
        raise graph.fault(node, "is not without padding on NHWC")
    return (strides[1], strides[2]), node["input"][0]


def _padded(graph: TfjsGraph, name: str, fill: float) -> tuple[tuple[int, int], str, bool]:
    """Even padding that comes before `name`, a transposition to NHWC; what lies before; whether that is NCHW."""
    turned = graph.single(name, "Transpose")
    pad = None if turned is None else graph.single(turned["input"][0], "Pad", "PadV2")
    if turned is None or pad is None or graph.needed(turned, 1).tolist() != [0, 2, 3, 1]:
        return (0, 0), name, False
    around = graph.needed(pad, 1)
    filled = float(graph.needed(pad, 2)) if len(pad["input"]) > 2 else 0.0
    if filled != fill or around[:2].any() or (around[2:, 0] != around[2:, 1]).any():
        return (0, 0), name, False
    return (int(around[2, 0]), int(around[3, 0])), pad["input"][0], True


def _conv(graph: TfjsGraph, node: dict, bias: np.ndarray | None = None) -> Made:
    stride, source = _windows(graph, node)
    if set(_numbers(node, "dilations")) != {1}:
        raise graph.fault(node, "is dilated")
    padding, source, planes = _padded(graph, source, 0.0)
    weight = graph.hold(node, graph.needed(node, 1).transpose(3, 2, 0, 1))
    offset = None if bias is None else graph.hold(node, bias)

    def run(inputs: list[Tensor], _: Size) -> Tensor:
        value = inputs[0] if planes else inputs[0].permute(0, 3, 1, 2)
        held = graph._buffers
        return F.conv2d(value, held[weight], None if offset is None else held[offset], stride, padding).permute(0, 2, 3, 1)

    return run, [source]


def _add(graph: TfjsGraph, node: dict) -> Made:
    bias, before = graph.constant(node["input"][1]), graph.single(node["input"][0], "Conv2D")
    if bias is not None and bias.ndim == 1 and before is not None:
        return _conv(graph, before, bias)
    return lambda inputs, _: inputs[0] + inputs[1], node["input"]


def _max_pool(graph: TfjsGraph, node: dict) -> Made:
    stride, source = _windows(graph, node)
    kernel = _numbers(node, "ksize")[1:3]
    padding, source, planes = _padded(graph, source, -np.inf)
    return lambda inputs, _: F.max_pool2d(
        inputs[0] if planes else inputs[0].permute(0, 3, 1, 2), kernel, stride, padding
    ).permute(0, 2, 3, 1), [source]


def _pad(graph: TfjsGraph, node: dict) -> Made:
    around = [int(each) for pair in graph.needed(node, 1)[::-1] for each in pair]
    fill = float(graph.needed(node, 2)) if len(node["input"]) > 2 else 0.0
    return lambda inputs, _: F.pad(inputs[0], around, value=fill), node["input"][:1]


def _resize(graph: TfjsGraph, node: dict) -> Made:
    height, width = (int(each) for each in graph.needed(node, 1))
    if not node["attr"].get("half_pixel_centers", {}).get("b") or node["attr"].get("align_corners", {}).get("b"):
        raise graph.fault(node, "does not resize by the centres of pixels")

    def run(inputs: list[Tensor], size: Size) -> Tensor:
        shape = (round(height * size.height), round(width * size.width))
        return F.interpolate(inputs[0].permute(0, 3, 1, 2), size=shape, mode="bilinear").permute(0, 2, 3, 1)

    return run, node["input"][:1]


def _transpose(graph: TfjsGraph, node: dict) -> Made:
    order = graph.needed(node, 1).tolist()
    return lambda inputs, _: inputs[0].permute(order), node["input"][:1]


def _concat(graph: TfjsGraph, node: dict) -> Made:
    axis = int(graph.needed(node, len(node["input"]) - 1))
    return lambda inputs, _: torch.cat(inputs, axis), node["input"][:-1]


def _reshape(graph: TfjsGraph, node: dict) -> Made:
    """The first length is the batch's."""
    shape = graph.needed(node, 1).tolist()
    source = node["input"][0]
    take = _part(graph, source)
    return lambda inputs, _: take(inputs[0]).reshape(inputs[0].shape[0], *shape[1:]), [_node(source)]


def _sigmoid(graph: TfjsGraph, node: dict) -> Made:
    take = _part(graph, node["input"][0])
    return lambda inputs, _: take(inputs[0]).sigmoid(), [_node(node["input"][0])]


def _part(graph: TfjsGraph, name: str) -> Callable[[Tensor], Tensor]:
    """What to take of a node's value for `NODE:1`: of a split the part, else all."""
    split = graph._nodes.get(_node(name))
    if split is None or split["op"] != "SplitV":
        return lambda value: value
    sizes, axis = graph.needed(split, 1).tolist(), int(graph.needed(split, 2))
    at = int(name.split(":")[1]) if ":" in name else 0
    return lambda value: value.narrow(axis, sum(sizes[:at]), sizes[at])


def _leaky(graph: TfjsGraph, node: dict) -> Made:
    slope = float(node["attr"]["alpha"]["f"])
    return lambda inputs, _: F.leaky_relu(inputs[0], slope), node["input"]


def _same(graph: TfjsGraph, node: dict) -> Made:
    return lambda inputs, _: inputs[0], node["input"][:1]


OPERATORS: dict[str, Callable[[TfjsGraph, dict], Made]] = {
    "Conv2D": _conv, "Add": _add, "AddV2": _add, "MaxPool": _max_pool, "Pad": _pad, "PadV2": _pad, "ResizeBilinear": _resize,
    "Transpose": _transpose, "ConcatV2": _concat, "Reshape": _reshape, "SplitV": _same, "Sigmoid": _sigmoid,
    "LeakyRelu": _leaky, "Identity": _same,
}

FOLDED: dict[str, Callable[[list[np.ndarray]], np.ndarray]] = {
    "AddV2": lambda inputs: inputs[0] + inputs[1],
    # Of no entries: the shape filled with the default.
    "SparseToDense": lambda inputs: np.full(inputs[1].tolist(), inputs[3]),
}
