"""A mean of two trained weights of one network, of which the second began with the first (arXiv 2109.01903): it often
finds more than either.

    python models/training/blend.py FIRST.safetensors SECOND.safetensors --share 0.5 --out BLENDED.safetensors
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from checkpoint import export


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Weights as float32, and their notes."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name).float() for name in file.keys()}, dict(file.metadata() or {})


def blend(first: dict[str, Tensor], second: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """`share` (0..1) of the second and the rest of the first. Raises ValueError where they are not of one network."""
    if not 0 <= share <= 1:
        raise ValueError(f"The share is {share}; it must be from 0 to 1.")
    shapes = [{name: tuple(value.shape) for name, value in each.items()} for each in (first, second)]
    if shapes[0] != shapes[1]:
        raise ValueError("The weights are of two networks: names or shapes differ.")
    return {name: torch.lerp(value, second[name], share) for name, value in first.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path, help="its notes are kept")
    parser.add_argument("--share", type=float, default=0.5, help="of the second, 0..1")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    (first, _), (second, notes) = read(options.first), read(options.second)
    export(options.out, blend(first, second, options.share), {**notes, "blend": f"{options.share:g}"}, compact=True)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(str(error))
