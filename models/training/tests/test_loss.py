import torch

from batches import Batch
from boxes import cells, decode, generalized_iou, overlaps, suppress
from loss import LossSettings, detection_loss

STRIDES = (8, 16, 32)
SIZE = 128


def batch(boxes, classes, ignored=None, unlabelled=(), owners=None, count=1) -> Batch:
    tile = torch.tensor([0.0, 0, SIZE, SIZE]).expand(count, 1, 4)
    missing = torch.zeros(count, 1, 3)
    missing[:, :, list(unlabelled)] = 1
    return Batch(
        torch.zeros(count, 3, SIZE, SIZE, dtype=torch.uint8), torch.tensor(boxes, dtype=torch.float32).view(-1, 4), torch.tensor(classes, dtype=torch.long),
        torch.tensor(ignored or [False] * len(classes), dtype=torch.bool), torch.tensor(owners or [0] * len(classes), dtype=torch.long), tile, missing,
    )


def gradients(given: Batch, level: float = -2.0) -> torch.Tensor:
    """How the loss pulls every logit [N, C] of the first picture; all cells predict a box of two strides."""
    centres, _ = cells(SIZE, SIZE, STRIDES, torch.device("cpu"))
    logits = torch.full((len(given.images), len(centres), 3), level, requires_grad=True)
    raw = torch.zeros(len(given.images), len(centres), 4, requires_grad=True)
    detection_loss(logits, raw, given, STRIDES, LossSettings()).total.backward()
    return logits.grad[0]


def inside(box) -> torch.Tensor:
    centres, _ = cells(SIZE, SIZE, STRIDES, torch.device("cpu"))
    return (centres[:, 0] > box[0]) & (centres[:, 1] > box[1]) & (centres[:, 0] < box[2]) & (centres[:, 1] < box[3])


def test_an_object_is_learnt_inside_its_box_and_nowhere_else() -> None:
    box = (32, 32, 64, 64)
    pull = gradients(batch([box], [1]))
    assert (pull[:, 1] < 0).any() and not (pull[~inside(box), 1] < 0).any()
    assert not (pull[:, [0, 2]] < 0).any()


def test_classes_without_labels_are_learnt_only_where_an_object_stands() -> None:
    box = (32, 32, 64, 64)
    pull = gradients(batch([box], [1], unlabelled=(0, 2)))
    assert (pull[~inside(box)][:, [0, 2]] == 0).all()
    assert (pull[~inside(box), 1] > 0).all()
    middle = inside((40, 40, 56, 56))
    assert (pull[middle][:, [0, 2]] > 0).all()


def test_ignored_objects_are_neither_missed_nor_false() -> None:
    box = (32, 32, 64, 64)
    pull = gradients(batch([box], [1], ignored=[True]))
    assert (pull[inside(box), 1] == 0).all()
    assert (pull[~inside(box), 1] > 0).all() and (pull[:, [0, 2]] > 0).all()


def test_objects_smaller_than_a_cell_are_learnt() -> None:
    assert (gradients(batch([(41, 41, 45, 45)], [2]), level=-5.0)[:, 2] < 0).any()


def test_pictures_do_not_mix() -> None:
    given = batch([(32, 32, 64, 64)], [1], owners=[1], count=2)
    assert not (gradients(given) < 0).any()


def test_pictures_without_objects_have_a_finite_loss() -> None:
    assert torch.isfinite(gradients(batch([], []))).all()


def test_perfect_boxes_cost_nothing() -> None:
    centres, strides = cells(SIZE, SIZE, STRIDES, torch.device("cpu"))
    box = torch.tensor([32.0, 36, 90, 100])
    distances = torch.cat((centres - box[:2], box[2:] - centres), 1).clamp(min=0.01)
    raw = (distances / strides[:, None]).log()[None]
    assert torch.allclose(decode(raw, centres, strides)[0, inside(box)], box, atol=1e-3)
    losses = detection_loss(torch.zeros(1, len(centres), 3), raw, batch([box.tolist()], [0]), STRIDES, LossSettings())
    assert float(losses.boxes) < 1e-3
    assert float(losses.positives) > 5


def test_iou_of_boxes_apart_and_alike() -> None:
    one = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10]])
    other = torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10]])
    iou, general = generalized_iou(one, other)
    assert torch.allclose(iou, torch.tensor([1.0, 0])) and torch.allclose(general, torch.tensor([1.0, -1 / 3]), atol=1e-4)
    assert torch.allclose(overlaps(one, other)[0], torch.tensor([1.0, 0]))


def test_suppression_is_within_a_class() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [40, 40, 50, 50]]).numpy()
    kept = suppress(boxes, torch.tensor([0.5, 0.9, 0.8, 0.1]).numpy(), torch.tensor([0, 0, 1, 0]).numpy(), 0.6, 100)
    assert kept.tolist() == [1, 2, 3]
