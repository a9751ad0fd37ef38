"""The state of a run, written so that a crash at any moment leaves the old or the new one whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as to_bytes
from torch import Tensor

from graph import Graph


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Writes beside the file first; `write` gets the path to write to."""
    partial = path.with_name(path.name + ".partial")
    write(partial)
    with open(partial, "rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)


def save(path: Path, state: dict[str, Any]) -> None:
    replace(path, lambda partial: torch.save(state, partial))


def restore(path: Path) -> dict[str, Any] | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None


def export(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str], compact: bool = False) -> None:
    """Weights as safetensors under their ONNX names, float32. `compact`: convolutions as float16, at half the
    size, good enough to go on from (`Graph.load` takes both)."""
    def stored(value: Tensor) -> Tensor:
        value = value.detach().cpu().contiguous()
        return value.half() if compact and value.ndim > 1 else value.float()
    content = {name: stored(value) for name, value in sorted(tensors.items())}
    replace(path, lambda partial: partial.write_bytes(to_bytes(content, metadata)))


class Average:
    """Moving average of all parameters and buffers; `decay` is approached over the first steps."""

    def __init__(self, graph: Graph, decay: float, steps: int = 0) -> None:
        self._live = list(graph.tensors().values())
        self.names = list(graph.tensors())
        self.values = [value.clone() for value in self._live]
        self.decay = decay
        self.steps = steps

    @torch.no_grad()
    def update(self) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self.values, self._live, 1 - decay)

    def tensors(self) -> dict[str, Tensor]:
        return dict(zip(self.names, self.values))
