"""Which numbers a device computes convolutions with."""

from __future__ import annotations

import time
from functools import cache

import torch
import torch.nn.functional as F


@cache
def quick_type(device: str) -> torch.dtype:
    """bfloat16 where it is no slower than float32. A processor without instructions for it computes it all the same,
    ten times as slowly, so a CPU is asked with a convolution of each."""
    if device != "cpu":
        return torch.bfloat16
    return min((torch.bfloat16, torch.float32), key=_seconds)


def _seconds(dtype: torch.dtype) -> float:
    """The quickest of three convolutions, without the first."""
    images = torch.ones(2, 32, 40, 40, dtype=dtype).contiguous(memory_format=torch.channels_last)
    weights = torch.ones(32, 32, 3, 3, dtype=dtype)
    times = []
    for _ in range(4):
        began = time.perf_counter()
        F.conv2d(images, weights, padding=1)
        times.append(time.perf_counter() - began)
    return min(times[1:])
