"""How training pictures are composed and changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from closeups import Closeups
from data import Pictures

GREY = 114
"""The border around a picture of another shape, as in the app."""
COARSEST = 5.0
"""Pixels that one pixel of a picture becomes at most in a close-up, each way."""


@dataclass(frozen=True)
class Recipe:
    """Shares are 0..1. `zoom` is the range of a picture's size relative to the place it is fitted to; `shape`
    the largest change of its aspect, as a logarithm. A close-up is composed around one object, whose longer side
    becomes `closeup_side` of the canvas. An object of which less than `seen` is left, or whose
    shorter side falls below `smallest` pixels, is neither to be found nor wrong.
    """

    mosaic: float = 0.5
    closeup: float = 0.0
    closeup_side: tuple[float, float] = (0.2, 0.8)
    plain: float = 0.25
    zoom: tuple[float, float] = (0.7, 1.7)
    mosaic_zoom: tuple[float, float] = (0.8, 1.8)
    shape: float = 0.3
    seen: float = 0.25
    smallest: float = 3.0
    colour: float = 0.8
    grey: float = 0.08
    degraded: float = 0.25


@dataclass
class Composition:
    """A canvas uint8 [size, size, 3] and what is on it, in its pixels. Each tile is a part of the canvas
    (x1 y1 x2 y2) that holds one picture, with the classes labelled there; outside of tiles nothing is.
    """

    canvas: np.ndarray
    boxes: list[np.ndarray]
    classes: list[np.ndarray]
    ignored: list[np.ndarray]
    tiles: list[tuple[int, int, int, int]]
    labelled: list[np.ndarray]


def compose(pictures: Pictures, draw: np.ndarray, rng: np.random.Generator, size: int, recipe: Recipe, closeups: Closeups | None = None) -> Composition:
    """One training picture. `draw` are the cumulated probabilities of the pictures."""
    made = Composition(np.full((size, size, 3), GREY, np.uint8), [], [], [], [], [])
    def pick() -> int:
        return min(int(np.searchsorted(draw, rng.random(), side="right")), len(pictures) - 1)
    if closeups is not None and len(closeups) > 0 and recipe.closeup > 0 and rng.random() < recipe.closeup:
        at, k = closeups.pick(rng)
        _place(made, pictures, at, (0, 0, size, size), rng, recipe, recipe.closeup_side, pictures.pictures[at].boxes[k])
    elif rng.random() < recipe.mosaic:
        x, y = (round(float(each) * size) for each in rng.uniform(0.3, 0.7, 2))
        for place in ((0, 0, x, y), (x, 0, size, y), (0, y, x, size), (x, y, size, size)):
            _place(made, pictures, pick(), place, rng, recipe, recipe.mosaic_zoom)
    elif rng.random() < recipe.plain:
        _place(made, pictures, pick(), (0, 0, size, size), rng, recipe, None)
    else:
        _place(made, pictures, pick(), (0, 0, size, size), rng, recipe, recipe.zoom)
    return made


def _place(
    made: Composition, pictures: Pictures, at: int, place: tuple[int, int, int, int],
    rng: np.random.Generator, recipe: Recipe, zoom: tuple[float, float] | None, about: np.ndarray | None = None,
) -> None:
    """Puts a picture into a part of the canvas; without `zoom` fitted as in the app, top left. With `about`, a box in it,
    `zoom` is of that box, which lies within."""
    picture, pixels = pictures.pictures[at], pictures.pixels(at)
    room = np.array([place[2] - place[0], place[3] - place[1]])
    side = np.array([picture.width, picture.height])
    scale, offset = _scaled(room, side, rng, recipe, zoom, about)
    # Whole pixels on both sides; the scale follows from them, so that boxes fit exactly.
    low, high = np.maximum(np.round(offset), 0).astype(int), np.minimum(np.round(offset + side * scale), room).astype(int)
    high = np.maximum(high, low + 1)
    first = np.clip(np.floor((low - offset) / scale + 0.5), 0, side - 1).astype(int)
    last = np.clip(np.floor((high - offset) / scale + 0.5), first + 1, side).astype(int)
    scale = (high - low) / (last - first)

    part = torch.from_numpy(pixels[first[1] : last[1], first[0] : last[0]]).permute(2, 0, 1)[None]
    resized = F.interpolate(part, size=(int(high[1] - low[1]), int(high[0] - low[0])), mode="bilinear", antialias=True)
    flip = rng.random() < 0.5
    if flip:
        resized = resized.flip(3)
    corner = low + place[:2]
    end = high + place[:2]
    made.canvas[corner[1] : end[1], corner[0] : end[0]] = resized[0].permute(1, 2, 0).numpy()
    made.tiles.append((int(corner[0]), int(corner[1]), int(end[0]), int(end[1])))
    made.labelled.append(picture.labelled)

    boxes = (picture.boxes - np.tile(first, 2)) * np.tile(scale, 2)
    if flip:
        boxes[:, [0, 2]] = (high - low)[0] - boxes[:, [2, 0]]
    whole = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    boxes = np.clip(boxes, 0, np.tile(high - low, 2))
    sides = boxes[:, 2:] - boxes[:, :2]
    there = (sides > 0).all(1)
    lost = (sides.prod(1) < recipe.seen * whole) | (sides.min(1, initial=1e9) < recipe.smallest)
    made.boxes.append((boxes + np.tile(corner, 2))[there])
    made.classes.append(picture.classes[there])
    made.ignored.append((picture.ignored | lost)[there])


def _scaled(
    room: np.ndarray, side: np.ndarray, rng: np.random.Generator, recipe: Recipe,
    zoom: tuple[float, float] | None, about: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Scale across and down of a picture with these sides in a place with this room, and where its corner comes."""
    if zoom is None:
        return np.repeat(room.min() / side.max(), 2), np.zeros(2)
    shape = rng.uniform(-recipe.shape, recipe.shape) / 2
    factor = math.exp(rng.uniform(math.log(zoom[0]), math.log(zoom[1])))
    if about is not None:
        # Never smaller than it fits, nor so large that there is nothing but blur.
        factor = max(1.0, min(factor * side.max() / (about[2:] - about[:2]).max(), COARSEST * side.max() / room.max()))
    scale = room.max() / side.max() * factor * np.exp([shape, -shape])
    slack = room - side * scale
    if about is None:
        return scale, np.where(slack > 0, slack, -slack) * rng.random(2) - np.where(slack > 0, 0, -slack)
    around = np.maximum(room - (about[2:] - about[:2]) * scale, 0) * rng.random(2) - about[:2] * scale
    return scale, np.clip(around, np.minimum(slack, 0), np.maximum(slack, 0))


def letterbox(pixels: np.ndarray, size: int) -> tuple[Tensor, tuple[float, float]]:
    """A picture fitted top left as the app does it -> uint8 [3, size, size], and its scales across and down.
    The app's filter is this one too, but it works on video's half-sized colour; see `fit.py`."""
    height, width = pixels.shape[:2]
    ratio = size / max(height, width)
    shape = [max(1, math.floor(side * ratio + 0.5)) for side in (height, width)]
    canvas = torch.full((3, size, size), GREY, dtype=torch.uint8)
    part = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]
    canvas[:, : shape[0], : shape[1]] = F.interpolate(part, size=shape, mode="bilinear", antialias=True)[0]
    return canvas, (shape[1] / width, shape[0] / height)


# Luma and two colour differences: a turn of the last two is a change of hue.
_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


def change_colours(images: Tensor, random: torch.Generator, recipe: Recipe) -> Tensor:
    """Brightness, contrast, saturation and hue of a batch [n, 3, h, w] of 0..255: one matrix a picture."""
    count, device = len(images), images.device
    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=random, device=device) * (high - low) + low
    changed = uniform(0, 1) < recipe.colour
    bright = torch.where(changed, uniform(0.6, 1.4), 1.0)
    contrast = torch.where(changed, uniform(0.7, 1.3), 1.0)
    colourful = torch.where(changed, uniform(0.5, 1.5), 1.0)
    hue = torch.where(changed, uniform(-0.25, 0.25), 0.0)
    colourful = torch.where(uniform(0, 1) < recipe.grey, 0.0, colourful)
    turn = torch.zeros(count, 3, 3, device=device)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = colourful * hue.cos()
    turn[:, 2, 1] = colourful * hue.sin()
    turn[:, 1, 2] = -turn[:, 2, 1]
    yiq = _YIQ.to(device)
    matrix = torch.linalg.inv(yiq) @ turn @ yiq * (bright * contrast)[:, None, None]
    offset = (1 - contrast) * bright * 118
    changed_images = torch.baddbmm(offset[:, None, None], matrix, images.flatten(2))
    return changed_images.view_as(images).clamp_(0, 255)


def blur(images: Tensor, sigma: Tensor) -> Tensor:
    """Gaussian blur, `sigma` [n] in pixels a picture."""
    count, channels, height, width = images.shape
    steps = torch.arange(-3, 4, device=images.device)
    kernel = torch.exp(-0.5 * (steps / sigma[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)[:, None]
    flat = F.pad(images, (3, 3, 3, 3), mode="reflect").reshape(1, count * channels, height + 6, width + 6)
    rows = F.conv2d(flat, kernel[:, :, None, :], groups=count * channels)
    return F.conv2d(rows, kernel[:, :, :, None], groups=count * channels).view_as(images)


def resample(images: Tensor, factor: float) -> Tensor:
    """Made smaller by `factor` and large again, as a small video is."""
    height, width = images.shape[2:]
    small = F.interpolate(images, size=(round(height / factor), round(width / factor)), mode="bilinear", antialias=True)
    return F.interpolate(small, size=(height, width), mode="bilinear").clamp_(0, 255)


_YCC = torch.tensor([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]])
_WAVES = torch.tensor([[math.cos((2 * x + 1) * k * math.pi / 16) * math.sqrt((1 if k == 0 else 2) / 8) for x in range(8)] for k in range(8)])
# Steps grow with frequency, close to the tables of JPEG's annex K at quality 50.
_STEPS = torch.tensor([[10 + 6.5 * (row + column) for column in range(8)] for row in range(8)])


def compress(images: Tensor, strength: Tensor) -> Tensor:
    """Losses as of JPEG and video intra frames: 8x8 cosine transform, rounded to multiples of steps that are
    `strength` [n] times those of JPEG's quality 50; colour at half the size. Sides are multiples of 16."""
    device = images.device
    ycc, waves, steps = _YCC.to(device), _WAVES.to(device), _STEPS.to(device)
    planes = (ycc @ (images.flatten(2) - 128)).view_as(images)
    colour = F.avg_pool2d(planes[:, 1:], 2)
    rounded = []
    for plane, factor in ((planes[:, :1], 1.0), (colour, 1.6)):
        count, channels, height, width = plane.shape
        blocks = plane.reshape(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
        unit = steps * factor * strength[:, None, None, None, None, None]
        kept = (waves @ blocks @ waves.T / unit).round() * unit
        rounded.append((waves.T @ kept @ waves).transpose(3, 4).reshape(plane.shape))
    planes = torch.cat((rounded[0], F.interpolate(rounded[1], scale_factor=2.0, mode="nearest")), 1)
    return (torch.linalg.inv(ycc) @ planes.flatten(2)).view_as(images).add_(128).clamp_(0, 255)


def change_pixels(images: Tensor, random: torch.Generator, recipe: Recipe) -> Tensor:
    """Colour of all, blur, resampling and compression of some: uint8 [n, 3, h, w] -> uint8, on its device."""
    changed = change_colours(images.float(), random, recipe)
    device = images.device
    for change in range(3):
        chosen = torch.nonzero(torch.rand(len(images), generator=random, device=device) < recipe.degraded / 2)[:, 0]
        if len(chosen) == 0:
            continue
        part, strength = changed[chosen], torch.rand(len(chosen), generator=random, device=device)
        if change == 0:
            part = blur(part, 0.4 + 1.1 * strength)
        elif change == 1:
            part = resample(part, 1.2 + 1.3 * float(strength[0]))
        else:
            part = compress(part, 0.3 + 2.2 * strength)
        changed[chosen] = part
    return changed.round_().to(torch.uint8)
