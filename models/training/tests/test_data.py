import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from data import load, shares, weights
from tiny import CLASSES, write_set


@pytest.fixture
def sets(tmp_path: Path) -> tuple[Path, Path]:
    """24 pictures of the source "made", and 6 others of "more" beside another archive."""
    for name, count in (("first", 24), ("second", 6)):
        (tmp_path / name).mkdir()
        write_set(tmp_path / name, count)
    second = tmp_path / "second" / "train.json"
    content = json.loads(second.read_text())
    for each in content["images"]:
        each["source"], each["archive"] = "more", "other.zip"
    second.write_text(json.dumps(content))
    shutil.move(tmp_path / "second" / "pictures.zip", tmp_path / "second" / "other.zip")
    return tmp_path / "first" / "train.json", second


def test_sets_are_joined_with_pixels_and_boxes_of_their_own(sets: tuple[Path, Path]) -> None:
    first, second = (load(each, each.parent, tuple(CLASSES)) for each in sets)
    both = first.with_more(second)
    assert len(both) == 30
    for at, (owner, its) in {0: (first, 0), 23: (first, 23), 24: (second, 0), 29: (second, 5)}.items():
        assert np.array_equal(both.pixels(at), owner.pixels(its))
        x1, y1, x2, y2 = both.pictures[at].boxes[0].astype(int)
        assert (both.pixels(at)[y1:y2, x1:x2] == 230).all()
    assert np.shares_memory(both.pixels(24), second.pixels(0))


def test_where_nothing_is_said_of_labels_all_classes_are_and_difficult_objects_are_ignored(sets: tuple[Path, Path]) -> None:
    path, _ = sets
    content = json.loads(path.read_text())
    for image, told in zip(content["images"], (None, [], [2], ...)):
        if told is ...:
            del image["labelled_category_ids"]
        else:
            image["labelled_category_ids"] = told
    for annotation, marks in zip(content["annotations"], ({"difficult": 1}, {"ignore": 1}, {"iscrowd": 1}, {"difficult": 0})):
        annotation.update(marks)
    path.write_text(json.dumps(content))
    pictures = load(path, path.parent, tuple(CLASSES)).pictures
    assert [each.labelled.tolist() for each in pictures[:4]] == [[True] * 3, [False] * 3, [False, True, False], [True] * 3]
    assert [each.ignored.tolist() for each in pictures[:4]] == [[True], [True], [True], [False]]


def test_sets_of_other_classes_are_not_joined(sets: tuple[Path, Path]) -> None:
    first, second = load(sets[0], sets[0].parent, tuple(CLASSES)), load(sets[1], sets[1].parent, tuple(reversed(CLASSES)))
    with pytest.raises(ValueError, match="different classes"):
        first.with_more(second)


def test_a_source_is_drawn_as_often_as_its_weight_says(sets: tuple[Path, Path]) -> None:
    first, second = (load(each, each.parent, tuple(CLASSES)) for each in sets)
    both = first.with_more(second)
    found = shares(both, weights(both, {"more": 0.5}, threshold=0))
    assert found == pytest.approx({"made": 24 / 27, "more": 3 / 27})
