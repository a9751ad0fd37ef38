import numpy as np
import pytest

from data import Picture
from detect import Found
from measure import average_precision

NAMES = ("a", "b", "c")


def picture(number: int, boxes, classes, ignored=None, labelled=(True, True, True)) -> Picture:
    return Picture(
        number, "made", 200, 200, np.array(boxes, np.float32).reshape(-1, 4), np.array(classes, np.int64),
        np.array(ignored if ignored is not None else [False] * len(classes), bool), np.array(labelled),
    )


def found(boxes, scores, classes) -> Found:
    order = np.argsort(-np.array(scores, float), kind="stable")
    return Found(np.array(boxes, float).reshape(-1, 4)[order], np.array(scores, float)[order], np.array(classes, int)[order])


def test_equals_pycocotools() -> None:
    coco, evaluation = pytest.importorskip("pycocotools.coco"), pytest.importorskip("pycocotools.cocoeval")
    rng = np.random.default_rng(0)
    pictures, finds, annotations, results = [], [], [], []
    for number in range(1, 40):
        low = rng.uniform(0, 150, (6, 2))
        boxes = np.concatenate((low, low + rng.uniform(8, 50, (6, 2))), 1)
        classes = rng.integers(0, 3, 6)
        guessed = np.concatenate((boxes + rng.normal(0, 4, boxes.shape), boxes[:3] + rng.normal(0, 12, (3, 4))))
        guessed[:, 2:] = np.maximum(guessed[:, 2:], guessed[:, :2] + 2)
        labels = np.where(rng.random(9) < 0.8, np.concatenate((classes, classes[:3])), rng.integers(0, 3, 9))
        scores = rng.random(9)
        pictures.append(picture(number, boxes, classes))
        finds.append(found(guessed, scores, labels))
        for box, label in zip(pictures[-1].boxes.astype(float), classes):
            size = (box[2:] - box[:2]).tolist()
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": int(label), "bbox": [*box[:2], *size], "area": size[0] * size[1], "iscrowd": 0})
        results += [
            {"image_id": number, "category_id": int(label), "bbox": [*box[:2], *(box[2:] - box[:2])], "score": float(score)}
            for box, label, score in zip(guessed, labels, scores)
        ]
    truth = coco.COCO()
    truth.dataset = {"info": {}, "images": [{"id": each.id} for each in pictures], "annotations": annotations, "categories": [{"id": n, "name": name} for n, name in enumerate(NAMES)]}
    truth.createIndex()
    tool = evaluation.COCOeval(truth, truth.loadRes(results), "bbox")
    tool.evaluate()
    tool.accumulate()
    for at, threshold in enumerate((0.5, 0.55, 0.6, 0.65, 0.7, 0.75)):
        theirs = tool.eval["precision"][at, :, :, 0, 2].mean(0)
        mine = average_precision(pictures, finds, NAMES, threshold)
        np.testing.assert_allclose([mine.classes[name] for name in NAMES], theirs, atol=1e-6)


def test_finds_where_a_class_is_not_labelled_do_not_count() -> None:
    pictures = [picture(1, [(0, 0, 10, 10)], [0]), picture(2, [], [], labelled=(False, True, True))]
    finds = [found([(0, 0, 10, 10)], [0.5], [0]), found([(0, 0, 10, 10)], [0.9], [0])]
    assert average_precision(pictures, finds, NAMES).classes == {"a": 1.0}


def test_ignored_objects_are_neither_missed_nor_false() -> None:
    pictures = [picture(1, [(0, 0, 10, 10), (50, 50, 80, 80)], [0, 0], [False, True])]
    assert average_precision(pictures, [found([(0, 0, 10, 10)], [0.5], [0])], NAMES).mean == 1.0
    assert average_precision(pictures, [found([(50, 50, 80, 80), (0, 0, 10, 10)], [0.9, 0.5], [0, 0])], NAMES).mean == 1.0


def test_an_ignored_object_may_be_found_however_often() -> None:
    pictures = [picture(1, [(0, 0, 10, 10), (50, 50, 80, 80)], [0, 0], [False, True])]
    finds = [found([(50, 50, 80, 80), (50, 50, 80, 75), (52, 50, 80, 80), (0, 0, 10, 10)], [0.9, 0.8, 0.7, 0.5], [0, 0, 0, 0])]
    assert average_precision(pictures, finds, NAMES).mean == 1.0


def test_an_object_is_found_rather_than_an_ignored_one_that_lies_closer() -> None:
    pictures = [picture(1, [(0, 0, 10, 10), (0, 0, 10, 9)], [0, 0], [False, True])]
    assert average_precision(pictures, [found([(0, 0, 10, 9), (0, 0, 10, 9)], [0.9, 0.8], [0, 0])], NAMES).mean == 1.0


def test_a_second_find_of_an_object_is_false() -> None:
    pictures = [picture(1, [(0, 0, 10, 10)], [0]), picture(2, [(0, 0, 10, 10)], [0])]
    finds = [found([(0, 0, 10, 10), (0, 0, 10, 10)], [0.9, 0.8], [0, 0]), found([(0, 0, 10, 10)], [0.7], [0])]
    assert average_precision(pictures, finds, NAMES).mean == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_nothing_found_is_zero_and_nothing_to_find_is_left_out() -> None:
    assert average_precision([picture(1, [(0, 0, 9, 9)], [2])], [found([], [], [])], NAMES).classes == {"c": 0.0}
