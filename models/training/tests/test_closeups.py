"""What is composed around an object, and how often which."""

from pathlib import Path

import numpy as np
import pytest

from augment import COARSEST, Recipe, compose
from closeups import Closeups
from data import load
from tiny import CLASSES, write_set


@pytest.fixture()
def pictures(tmp_path: Path):
    write_set(tmp_path)
    return load(tmp_path / "train.json", tmp_path, CLASSES)


def made_of(pictures, closeups: Closeups, recipe: Recipe, size: int, count: int = 60):
    rng = np.random.default_rng(3)
    draw = np.cumsum(np.full(len(pictures), 1 / len(pictures)))
    return [compose(pictures, draw, rng, size, recipe, closeups) for _ in range(count)]


@pytest.mark.parametrize("low, high", [(0.3, 0.5), (0.6, 0.9)])
def test_the_object_is_whole_as_large_as_asked_and_where_its_box_says(pictures, low: float, high: float) -> None:
    recipe = Recipe(closeup=1, closeup_side=(low, high), shape=0)
    wide = 0
    for made in made_of(pictures, Closeups(pictures, frozenset(), {}, most=1), recipe, 160):
        (box,), (ignored,) = made.boxes[0], made.ignored[0]
        there = np.argwhere(made.canvas[:, :, 0] > 170)
        seen = [there[:, 1].min(), there[:, 0].min(), there[:, 1].max() + 1, there[:, 0].max() + 1]
        # What one pixel becomes is mixed with its neighbour at the edges.
        np.testing.assert_allclose(seen, box, atol=3.0)
        side = (box[2:] - box[:2]).max() / 160
        # Pictures fill the canvas at least, in which their objects may be larger than asked.
        assert side >= low - 0.02 and not ignored
        wide += side <= high + 0.02
    assert wide > 45


def test_pixels_become_no_coarser_than_said(pictures) -> None:
    for picture in pictures.pictures:
        picture.boxes[:] = [[40, 40, 43, 44]]
    recipe = Recipe(closeup=1, closeup_side=(0.8, 0.8), shape=0)
    for made in made_of(pictures, Closeups(pictures, frozenset(), {}, least=1), recipe, 160, 20):
        box = made.boxes[0][0]
        assert (box[2:] - box[:2] <= np.array([3, 4]) * COARSEST + 1).all()


def test_objects_at_the_edge_stay_within(pictures) -> None:
    for picture in pictures.pictures:
        picture.boxes[:] = [[0, 0, 30, 24]]
    recipe = Recipe(closeup=1, closeup_side=(0.5, 0.5), shape=0)
    for made in made_of(pictures, Closeups(pictures, frozenset(), {}), recipe, 160, 20):
        box = made.boxes[0][0]
        assert (box[2:] - box[:2]).max() == pytest.approx(80, abs=2) and (box >= 0).all() and (box <= 160).all()


def test_the_object_is_anywhere_but_beside_the_picture_is_no_gap(pictures) -> None:
    recipe = Recipe(closeup=1, closeup_side=(0.3, 0.3), shape=0)
    for made in made_of(pictures, Closeups(pictures, frozenset(), {}, most=1), recipe, 160):
        x1, y1, x2, y2 = made.tiles[0]
        # The longer side of the picture is as long as the canvas or longer.
        assert max(x2 - x1, y2 - y1) == 160
    recipe = Recipe(closeup=1, closeup_side=(0.6, 0.6), shape=0)
    tops = [made.boxes[0][0, 1] for made in made_of(pictures, Closeups(pictures, frozenset(), {}, most=1), recipe, 160)]
    assert np.mean(np.array(tops) < 4) < 0.2 and np.max(tops) > 50


def test_classes_are_drawn_alike_but_for_their_weights(pictures) -> None:
    # One of 24 pictures shows the second class, of which three times as many are wanted.
    pictures.pictures[5].classes[:] = 1
    closeups = Closeups(pictures, frozenset(), {CLASSES[1]: 3.0}, most=1)
    rng = np.random.default_rng(0)
    drawn = [closeups.pick(rng)[0] for _ in range(2000)]
    assert np.mean(np.array(drawn) == 5) == pytest.approx(0.75, abs=0.03)
    assert set(drawn) == set(range(24))


def test_what_is_too_small_too_large_ignored_or_left_out_is_not_drawn(pictures) -> None:
    assert len(Closeups(pictures, frozenset({"made"}), {})) == 0
    sides = [(picture.boxes[0, 2:] - picture.boxes[0, :2]).max() for picture in pictures.pictures]
    pictures.pictures[0].ignored[:] = True
    closeups = Closeups(pictures, frozenset(), {}, least=30, most=0.4)
    rng = np.random.default_rng(0)
    drawn = {closeups.pick(rng)[0] for _ in range(2000)}
    fit = {at for at, (side, picture) in enumerate(zip(sides, pictures.pictures)) if 30 <= side <= 0.4 * max(picture.width, picture.height)}
    assert drawn == fit - {0} and 0 < len(drawn) < 24


def test_where_there_are_none_pictures_are_composed_as_without(pictures) -> None:
    none = Closeups(pictures, frozenset({"made"}), {})
    one, other = (made_of(pictures, each, Recipe(closeup=share), 96, 5) for each, share in ((none, 1.0), (none, 0.0)))
    assert all(np.array_equal(a.canvas, b.canvas) for a, b in zip(one, other))
