"""Batches as a function of the step alone: a run that is resumed sees what an uninterrupted one would."""

from __future__ import annotations

import bisect
import signal
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from augment import Composition, Recipe, change_pixels, compose
from closeups import Closeups
from data import Pictures


@dataclass
class Batch:
    """`images` uint8 [n, 3, s, s]. Objects lie in one list: `boxes` float32 [K, 4], `classes` [K], `ignored`
    bool [K], `owners` [K] the picture they are in. `tiles` float32 [n, T, 4] and `unlabelled` float32 [n, T, C]
    (1 where a class is not labelled) say where which classes may be missing from the labels.
    """

    images: Tensor
    boxes: Tensor
    classes: Tensor
    ignored: Tensor
    owners: Tensor
    tiles: Tensor
    unlabelled: Tensor

    def to(self, device: torch.device) -> Batch:
        return Batch(*(getattr(self, each.name).to(device, non_blocking=True) for each in fields(self)))

    def split(self, parts: int) -> list[Batch]:
        """The same pictures as so many batches."""
        bounds = [round(len(self.images) * at / parts) for at in range(parts + 1)]
        return [self._part(first, last) for first, last in zip(bounds, bounds[1:])]

    def _part(self, first: int, last: int) -> Batch:
        mine = (self.owners >= first) & (self.owners < last)
        return Batch(
            self.images[first:last], self.boxes[mine], self.classes[mine], self.ignored[mine], self.owners[mine] - first,
            self.tiles[first:last], self.unlabelled[first:last],
        )


def collate(made: list[Composition]) -> Batch:
    count, classes = max(len(each.tiles) for each in made), len(made[0].labelled[0])
    tiles = np.zeros((len(made), count, 4), np.float32)
    unlabelled = np.zeros((len(made), count, classes), np.float32)
    for at, each in enumerate(made):
        tiles[at, : len(each.tiles)] = each.tiles
        unlabelled[at, : len(each.tiles)] = ~np.array(each.labelled)
    objects = [np.concatenate(each.classes) for each in made]
    owners = np.repeat(np.arange(len(made)), [len(each) for each in objects])
    return Batch(
        torch.from_numpy(np.stack([each.canvas for each in made])).permute(0, 3, 1, 2),
        torch.from_numpy(np.concatenate([box for each in made for box in each.boxes]).astype(np.float32)),
        torch.from_numpy(np.concatenate(objects)),
        torch.from_numpy(np.concatenate([flag for each in made for flag in each.ignored])),
        torch.from_numpy(owners),
        torch.from_numpy(tiles),
        torch.from_numpy(unlabelled),
    )


@dataclass(frozen=True)
class Stage:
    """From `begin` (0..1 of the run) on: picture sizes, one drawn for each batch, and the recipe."""

    begin: float
    sizes: tuple[int, ...]
    recipe: Recipe


class Composer(Dataset[Batch]):
    """Item `step` is that step's batch. `progress` (one shared number) is 0..1 of the run when it is timed;
    a run counted in steps follows from the step."""

    def __init__(
        self, pictures: Pictures, weights: np.ndarray, stages: tuple[Stage, ...], batch: int, seed: int,
        steps: int | None, progress: Tensor, change_here: bool, closeups: Closeups | None = None,
    ) -> None:
        self._pictures = pictures
        self._closeups = closeups
        self._draw = np.cumsum(weights / weights.sum())
        self._stages = stages
        self._batch = batch
        self._seed = seed
        self._steps = steps
        self._progress = progress
        self._change_here = change_here

    def stage(self, step: int) -> Stage:
        progress = float(self._progress) if self._steps is None else step / self._steps
        return self._stages[bisect.bisect_right([each.begin for each in self._stages], progress) - 1]

    def __getitem__(self, step: int) -> Batch:
        rng = np.random.default_rng((self._seed, step))
        stage = self.stage(step)
        size = int(rng.choice(stage.sizes))
        batch = collate([compose(self._pictures, self._draw, rng, size, stage.recipe, self._closeups) for _ in range(self._batch)])
        if self._change_here:
            random = torch.Generator().manual_seed(int(rng.integers(2**62)))
            batch.images = change_pixels(batch.images, random, stage.recipe)
        return batch


def stream(composer: Composer, first: int, last: int | None, workers: int) -> Iterator[Batch]:
    """The batches of the steps from `first` to before `last`, made ahead in `workers` processes."""
    steps = range(first, 2**40 if last is None else last)
    loader = DataLoader(
        composer, batch_size=None, sampler=steps, num_workers=workers,
        prefetch_factor=3 if workers > 0 else None, worker_init_fn=_quiet, multiprocessing_context="fork" if workers > 0 else None,
    )
    return iter(loader)


def _quiet(_: int) -> None:
    torch.set_num_threads(1)
    # A signal to the whole group is for the trainer, which stops its workers after the checkpoint.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
