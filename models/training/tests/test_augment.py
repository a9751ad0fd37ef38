from pathlib import Path

import numpy as np
import pytest
import torch

from augment import GREY, Recipe, change_pixels, compose, compress, letterbox
from data import load, weights
from tiny import CLASSES, write_set


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("set")
    write_set(folder)
    return load(folder / "train.json", folder, CLASSES)


@pytest.mark.parametrize("recipe", [Recipe(mosaic=0), Recipe(mosaic=1), Recipe(mosaic=0, plain=1)], ids=["single", "mosaic", "plain"])
def test_boxes_stay_on_their_objects(pictures, recipe: Recipe) -> None:
    rng = np.random.default_rng(3)
    draw = np.cumsum(np.full(len(pictures), 1 / len(pictures)))
    looked = 0
    for _ in range(60):
        made = compose(pictures, draw, rng, 160, recipe)
        bright = made.canvas[:, :, 0] > 170
        for boxes, (x1, y1, x2, y2) in zip(made.boxes, made.tiles):
            for box in boxes:
                there = np.argwhere(bright[y1:y2, x1:x2])
                if min(box[2] - box[0], box[3] - box[1]) < 8:
                    continue
                seen = [there[:, 1].min() + x1, there[:, 0].min() + y1, there[:, 1].max() + 1 + x1, there[:, 0].max() + 1 + y1]
                np.testing.assert_allclose(seen, box, atol=2.0)
                looked += 1
    assert looked > 40


def test_what_is_cut_away_is_ignored(pictures) -> None:
    rng = np.random.default_rng(0)
    draw = np.cumsum(np.full(len(pictures), 1 / len(pictures)))
    made = [compose(pictures, draw, rng, 96, Recipe(mosaic=1, mosaic_zoom=(2, 4))) for _ in range(60)]
    sides = np.concatenate([(box[:, 2:] - box[:, :2]).min(1) for each in made for box in each.boxes])
    ignored = np.concatenate([flag for each in made for flag in each.ignored])
    assert ignored[sides < 3].all() and ignored.any() and not ignored.all()


def test_pictures_of_a_step_are_always_the_same(pictures) -> None:
    draw = np.cumsum(np.full(len(pictures), 1 / len(pictures)))
    one, other = (compose(pictures, draw, np.random.default_rng((0, 7)), 96, Recipe()) for _ in range(2))
    assert np.array_equal(one.canvas, other.canvas)
    images = torch.from_numpy(one.canvas).permute(2, 0, 1)[None].repeat(8, 1, 1, 1)
    changed = [change_pixels(images, torch.Generator().manual_seed(5), Recipe(degraded=1)) for _ in range(2)]
    assert torch.equal(*changed) and changed[0].dtype == torch.uint8
    assert not torch.equal(changed[0], images)


def test_no_change_is_no_change(pictures) -> None:
    images = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    changed = change_pixels(images, torch.Generator().manual_seed(0), Recipe(colour=0, grey=0, degraded=0))
    assert (changed.int() - images.int()).abs().max() <= 1


def test_compression_keeps_plain_areas() -> None:
    images = torch.full((1, 3, 32, 32), 120.0)
    assert (compress(images, torch.tensor([0.5])) - 120).abs().max() < 3


def test_letterbox_is_top_left(pictures) -> None:
    image, scale = letterbox(np.full((60, 120, 3), 200, np.uint8), 96)
    assert scale == (0.8, 0.8) and (image[:, :48] == 200).all() and (image[:, 48:] == GREY).all()


def test_rare_classes_come_more_often(tmp_path: Path) -> None:
    write_set(tmp_path)
    pictures = load(tmp_path / "train.json", tmp_path, CLASSES)
    pictures.pictures[0].classes[:] = 1
    drawn = weights(pictures, {}, 0.5)
    assert drawn[0] == pytest.approx((0.5 * 24) ** 0.5) and drawn[1] == 1
