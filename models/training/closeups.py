"""Objects that a training picture is composed around, so that they fill as much of it as things held to a camera do."""

from __future__ import annotations

import numpy as np

from data import Pictures


class Closeups:
    """What close-ups are made of: objects of each class, drawn class by class with `weights` (others 1), not by how many
    there are. Objects whose longer side is below `least` pixels have too little in them, those above `most` of their
    picture are close already."""

    def __init__(self, pictures: Pictures, left_out: frozenset[str], weights: dict[str, float], least: float = 20.0, most: float = 0.4) -> None:
        found: list[list[tuple[int, int]]] = [[] for _ in pictures.classes]
        for at, picture in enumerate(pictures.pictures):
            if picture.source in left_out:
                continue
            longer = (picture.boxes[:, 2:] - picture.boxes[:, :2]).max(1, initial=0)
            fit = (longer >= least) & (longer <= most * max(picture.width, picture.height)) & ~picture.ignored
            for k in np.flatnonzero(fit):
                found[picture.classes[k]].append((at, int(k)))
        kept = [column for column, each in enumerate(found) if each]
        self._objects = [found[column] for column in kept]
        drawn = np.cumsum([weights.get(pictures.classes[column], 1.0) for column in kept])
        self._draw = drawn / drawn[-1] if len(drawn) else drawn

    def __len__(self) -> int:
        return len(self._objects)

    def pick(self, rng: np.random.Generator) -> tuple[int, int]:
        """A picture and the object in it."""
        of = self._objects[min(int(np.searchsorted(self._draw, rng.random(), side="right")), len(self) - 1)]
        return of[int(rng.integers(len(of)))]
