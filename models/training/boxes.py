"""Boxes as corners x1 y1 x2 y2 in model pixels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def cells(height: int, width: int, strides: tuple[int, ...], device: torch.device) -> tuple[Tensor, Tensor]:
    """Centres [N, 2] (x, y) and strides [N] of all cells of a picture, stride by stride, row by row."""
    centres, sizes = [], []
    for stride in strides:
        rows, columns = height // stride, width // stride
        y = (torch.arange(rows, device=device) + 0.5) * stride
        x = (torch.arange(columns, device=device) + 0.5) * stride
        centres.append(torch.stack((x.repeat(rows), y.repeat_interleave(columns)), 1))
        sizes.append(torch.full((rows * columns,), float(stride), device=device))
    return torch.cat(centres), torch.cat(sizes)


def flatten(outputs: dict[str, Tensor], strides: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """A detector's outputs -> logits [n, N, C] and raw distances [n, N, 4], float32, in the order of `cells`."""
    def rows(name: str) -> Tensor:
        return torch.cat([outputs[f"{name}{stride}"].flatten(2) for stride in strides], 2).transpose(1, 2).float()
    return rows("classes"), rows("boxes")


def decode(raw: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """Raw distances [..., N, 4] -> boxes: left, top, right, bottom of the centre by stride * exp(raw)."""
    distances = raw.clamp(max=6).exp() * strides[:, None]
    return torch.cat((centres - distances[..., :2], centres + distances[..., 2:]), -1)


def overlaps(one: Tensor, other: Tensor) -> Tensor:
    """IoU of boxes [..., A, 4] with boxes [..., B, 4] -> [..., A, B]."""
    low = torch.maximum(one[..., :, None, :2], other[..., None, :, :2])
    high = torch.minimum(one[..., :, None, 2:], other[..., None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    areas = [(each[..., 2:] - each[..., :2]).clamp(min=0).prod(-1) for each in (one, other)]
    return shared / (areas[0][..., :, None] + areas[1][..., None, :] - shared + 1e-7)


def generalized_iou(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and GIoU (arXiv 1902.09630) of boxes [K, 4], pair by pair -> [K], [K]."""
    low, high = torch.maximum(one[:, :2], other[:, :2]), torch.minimum(one[:, 2:], other[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    areas = [(each[:, 2:] - each[:, :2]).prod(1) for each in (one, other)]
    union = areas[0] + areas[1] - shared + 1e-7
    hull = (torch.maximum(one[:, 2:], other[:, 2:]) - torch.minimum(one[:, :2], other[:, :2])).prod(1) + 1e-7
    iou = shared / union
    return iou, iou - (hull - union) / hull


def suppress(boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray, limit: float, keep: int) -> np.ndarray:
    """Non-maximum suppression within each class, as the app's: a box goes where a better one overlaps it by more
    than `limit`. Indices of what is kept, best first, at most `keep`."""
    order = np.argsort(-scores, kind="stable")
    sorted_boxes, sorted_classes = boxes[order].astype(np.float64), classes[order]
    areas = (sorted_boxes[:, 2:] - sorted_boxes[:, :2]).prod(1)
    kept: list[int] = []
    for column in np.unique(sorted_classes):
        left = np.nonzero(sorted_classes == column)[0]
        for _ in range(keep):
            if len(left) == 0:
                break
            best, left = int(left[0]), left[1:]
            kept.append(best)
            low, high = np.maximum(sorted_boxes[best, :2], sorted_boxes[left, :2]), np.minimum(sorted_boxes[best, 2:], sorted_boxes[left, 2:])
            shared = np.clip(high - low, 0, None).prod(1)
            left = left[shared <= limit * (areas[best] + areas[left] - shared)]
    return order[np.sort(np.array(kept, dtype=np.int64))[:keep]]
