"""How to train, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from augment import Recipe
from batches import Stage
from loss import LossSettings

Kind = TypeVar("Kind")

SOURCES = {"capston": 0.4, "bike": 0.4, "highway40": 0.7, "atl_car": 0.7, "voi416": 0.7, "street": 1.5, "table": 1.5}
"""Weight of each source's pictures; others 1. Small are those that hold many pictures alike. Of `street`, 700 renders
(tools/sample/pictures.ts), as much that they are 8.4 % of what is drawn; a tenth at most."""


RENDERED = frozenset({"street", "table"})
"""Sources of which at most a tenth is drawn: no close-ups are made of them."""


@dataclass(frozen=True)
class Settings:
    """`rate` is of the optimizer's main group, `decay` its weight decay, `average` that of the moving average
    of the weights. The rate rises over `warm_up` steps, stays, and falls to nothing from `fall` (0..1 of the
    run) on: until then a run can be made longer without having lost anything. An `average` over more than a
    small part of the descent lags behind it."""

    stages: tuple[Stage, ...]
    batch: int = 32
    optimizer: str = "muon"
    rate: float = 0.02
    decay: float = 0.05
    clip: float = 10.0
    warm_up: int = 200
    fall: float = 0.6
    average: float = 0.999
    rare: float = 0.06
    sources: dict[str, float] = field(default_factory=lambda: SOURCES)
    closeups: dict[str, float] = field(default_factory=dict)
    loss: LossSettings = LossSettings()

    def factor(self, progress: float, step: int) -> float:
        """Share of the full rate, 0..1."""
        falling = 1.0 if progress < self.fall else 0.5 * (1 + math.cos(math.pi * min(1, (progress - self.fall) / (1 - self.fall))))
        return min(1.0, (step + 1) / self.warm_up) * max(falling, 0.01)

    def with_teacher(self, **given: float | None) -> Settings:
        """The same with these of the teacher's settings, but for those that are None."""
        return replace(self, loss=replace(self.loss, teacher=_changed(self.loss.teacher, given)))

    def with_sources(self, weights: Mapping[str, float]) -> Settings:
        """The same with these weights of sources instead of its own, and the others as they are."""
        return replace(self, sources={**self.sources, **weights})

    def with_options(self, **given: float | int | str | None) -> Settings:
        return _changed(self, given)


def _changed(settings: Kind, given: Mapping[str, float | int | str | None]) -> Kind:
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


# More of the roads, seen from above too, than a training from scratch draws.
_ROADS = {**SOURCES, "highway40": 1.0, "atl_car": 1.5}

_STILL = Recipe(mosaic=0, plain=1, seen=0, smallest=0, colour=0, grey=0, degraded=0)
_CALM = Recipe(mosaic=0.0, zoom=(0.7, 1.4))
# Little changed: a short training of finished weights is measured on pictures as they are, and has no time for others.
_MILD = Recipe(mosaic=0.0, plain=0.4, zoom=(0.7, 1.4), mosaic_zoom=(0.8, 1.6), shape=0.2, colour=0.4, grey=0.04, degraded=0.12)

_POLISH = Settings((
    Stage(0, (256, 288, 320), replace(_MILD, mosaic=0.2, closeup=0.3)),
    Stage(0.6, (288, 320, 352), replace(_MILD, closeup=0.3)),
), rate=0.003, fall=0.25, average=0.995, warm_up=60, rare=0.1, sources={**_ROADS, "highway40": 1.4, "street": 1.0, "table": 3.5}, closeups={"bottle": 6.0})

RECIPES: dict[str, Settings] = {
    # A few steps with everything in them, for tests.
    "quick": Settings((Stage(0, (96, 128), Recipe()),), batch=4, warm_up=5, sources={}),
    # Learns its pictures by heart: a test of loss, labels and boxes.
    "overfit": Settings((Stage(0, (416,), _STILL),), batch=16, warm_up=30, sources={}, rare=0, average=0.98),
    # An hour or two on a CPU: small pictures first.
    "short": Settings((
        Stage(0, (160, 192, 224), Recipe(mosaic=0.4)),
        Stage(0.4, (192, 224, 256), Recipe(mosaic=0.4)),
        Stage(0.75, (256, 288, 320), Recipe(mosaic=0.2)),
        Stage(0.9, (288, 320), _CALM),
    ), average=0.99),
    # Carries finished weights on for an hour or two on a CPU, with a teacher that sees little in small pictures.
    "further": Settings((
        Stage(0, (224, 256, 288), Recipe(mosaic=0.4)),
        Stage(0.85, (288, 320), _CALM),
    ), fall=0.55, average=0.998),
    # Brings trained weights to an end within an hour: half the rate at most, larger pictures and calmer ones towards the end.
    "finish": Settings((
        Stage(0, (224, 256, 288), Recipe(mosaic=0.3)),
        Stage(0.6, (256, 288, 320), Recipe(mosaic=0.2)),
        Stage(0.85, (288, 320, 352), _CALM),
    ), rate=0.01, fall=0.2, average=0.998, rare=0.1, sources=_ROADS),
    # For weights that `grow.py` made and an hour or two on a CPU: what they know is lost quickly at a higher rate (README).
    "grown": Settings((
        Stage(0, (288, 320, 352), replace(_MILD, mosaic=0.2)),
        Stage(0.55, (320, 352, 384), _MILD),
        Stage(0.85, (384, 416), _MILD),
    ), rate=0.003, fall=0.05, average=0.995, warm_up=60, rare=0.1, sources=_ROADS),
    # The same for what is meant for 320, with tables drawn more often than streets.
    "polish": _POLISH,
    # For what is meant for 416, with more of the highway and of the streets.
    "polish-416": replace(_POLISH, stages=(
        Stage(0, (320, 352, 384), replace(_MILD, mosaic=0.2, closeup=0.3)),
        Stage(0.4, (384, 416, 448), replace(_MILD, closeup=0.3)),
    ), sources={**_POLISH.sources, "highway40": 2.0, "street": 1.5}),
    # A day on a CPU, or a GPU.
    "long": Settings((
        Stage(0, (224, 256, 288, 320), Recipe(mosaic=0.6)),
        Stage(0.6, (256, 288, 320, 352), Recipe(mosaic=0.5)),
        Stage(0.9, (320,), _CALM),
    ), average=0.9997),
}
