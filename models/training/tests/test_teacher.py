import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from boxes import cells, decode
from distill import Taught, TeacherSettings, teacher_loss
from graph import GraphError
from loss import LossSettings, detection_loss
from recipes import RECIPES
from test_loss import SIZE, STRIDES, batch
from tfjs import TfjsGraph


class Tfjs:
    """A TensorFlow.js graph model of a few nodes, frozen at pictures of 32 x 32."""

    def __init__(self) -> None:
        self.nodes: list[dict] = [{"name": "image", "op": "Placeholder", "attr": {"shape": {"shape": {"dim": [{"size": str(n)} for n in (1, 3, 32, 32)]}}}}]
        self.entries: list[dict] = []
        self.data = b""

    def constant(self, name: str, value: np.ndarray, kind: str | None = None) -> str:
        entry = {"name": name, "shape": list(value.shape), "dtype": "int32" if value.dtype.kind == "i" else "float32"}
        stored = value.astype(entry["dtype"])
        if kind == "float16":
            entry["quantization"], stored = {"dtype": kind}, value.astype(np.float16)
        elif kind == "uint8":
            low, scale = float(value.min()), float(np.ptp(value)) / 255
            entry["quantization"], stored = {"dtype": kind, "min": low, "scale": scale}, np.round((value - low) / scale).astype(np.uint8)
        self.entries.append(entry)
        self.data += stored.tobytes()
        return self.node("Const", name)

    def node(self, op: str, name: str, *inputs: str, **attributes: object) -> str:
        self.nodes.append({"name": name, "op": op, "input": list(inputs), "attr": attributes})
        return name

    def turn(self, source: str, *order: int) -> str:
        return self.node("Transpose", f"{source}/turned", source, self.constant(f"{source}/order", np.array(order)))

    def write(self, folder: Path, *outputs: str) -> Path:
        (folder / "weights.bin").write_bytes(self.data)
        path = folder / "graph.json"
        path.write_text(json.dumps({
            "signature": {"outputs": {f"{each}:0": {} for each in outputs}}, "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": ["weights.bin"], "weights": self.entries}],
        }))
        return path


def window(stride: int, padding: str = "VALID", **more: list[int]) -> dict[str, dict]:
    lists = {"strides": [1, stride, stride, 1], "dilations": [1] * 4, **more}
    return {"padding": {"s": base64.b64encode(padding.encode()).decode()}, **{name: {"list": {"i": [str(n) for n in value]}} for name, value in lists.items()}}


def network(kind: str | None = None, padding: str = "VALID") -> tuple[Tfjs, np.ndarray, np.ndarray]:
    """Padding, convolution to half the size, its bias, leaky ReLU, enlargement to the input's size; split into two outputs."""
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(0, 0.3, (3, 3, 3, 5)), rng.normal(0, 1, 5)
    made = Tfjs()
    padded = made.node("Pad", "padded", "image", made.constant("around", np.array([[0, 0], [0, 0], [1, 1], [1, 1]])))
    value = made.node("Conv2D", "conv", made.turn(padded, 0, 2, 3, 1), made.constant("weight", weight, kind), **window(2, padding))
    value = made.node("LeakyRelu", "leaky", made.node("Add", "biased", value, made.constant("bias", bias, kind)), alpha={"f": 0.1})
    value = made.node("ResizeBilinear", "large", value, made.constant("size", np.array([32, 32])), half_pixel_centers={"b": True})
    value = made.turn(value, 0, 3, 1, 2)
    made.node("SplitV", "split", value, made.constant("sizes", np.array([2, 3])), made.constant("axis", np.array(1)))
    # The shape is put together of constants, as converters leave it.
    zeros = made.node(
        "SparseToDense", "zeros", made.constant("where", np.zeros((0, 1), int)), made.constant("length", np.array([3])),
        made.constant("none", np.zeros(0, int)), made.constant("zero", np.array(0)),
    )
    shape = made.node("AddV2", "shape", made.constant("lengths", np.array([1, 3, -1])), zeros)
    made.node("Identity", "rest", made.node("Reshape", "rows", "split:1", shape))
    made.node("Identity", "first", made.node("Sigmoid", "sigmoid", "split"))
    return made, weight, bias


@pytest.mark.parametrize(("kind", "close"), [(None, 1e-5), ("float16", 5e-3), ("uint8", 0.1)])
def test_a_graph_runs_at_another_size_and_batch(tmp_path: Path, kind: str | None, close: float) -> None:
    made, weight, bias = network(kind)
    image = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    outputs = TfjsGraph(made.write(tmp_path, "first", "rest"))(image)
    value = F.conv2d(image, torch.from_numpy(weight).float().permute(3, 2, 0, 1), torch.from_numpy(bias).float(), 2, 1)
    value = F.interpolate(F.leaky_relu(value, 0.1), size=(64, 96), mode="bilinear")
    assert torch.allclose(outputs["first"], value[:, :2].sigmoid(), atol=close)
    assert outputs["rest"].shape == (2, 3, 64 * 96)
    assert torch.allclose(outputs["rest"], value[:, 2:].flatten(2), atol=close)


def test_what_a_graph_cannot_do_is_said(tmp_path: Path) -> None:
    made, *_ = network(padding="SAME")
    with pytest.raises(GraphError, match=r"node conv \(Conv2D\) is not without padding"):
        TfjsGraph(made.write(tmp_path, "first"))
    made.node("Tanh", "odd", "first")
    with pytest.raises(GraphError, match="node odd is a Tanh"):
        TfjsGraph(made.write(tmp_path, "odd"))
    with pytest.raises(GraphError, match="cannot be read"):
        TfjsGraph(tmp_path / "nothing.json")


CENTRES, SIDES = cells(SIZE, SIZE, STRIDES, torch.device("cpu"))


def views(low: float = -6.0, high: float = 2.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits [1, N, 3] and raw distances [1, N, 4] of a detector that sees several things."""
    random = torch.Generator().manual_seed(0)
    return torch.rand(1, len(CENTRES), 3, generator=random) * (high - low) + low, torch.rand(1, len(CENTRES), 4, generator=random)


def seen(logits: torch.Tensor, raw: torch.Tensor, known=(True, True, True)) -> Taught:
    return Taught(logits.sigmoid(), decode(raw, CENTRES, SIDES), torch.tensor(known))


def test_a_student_that_sees_the_same_has_nothing_to_learn() -> None:
    logits, raw = views()
    nothing = batch([], [], unlabelled=(0, 1, 2))
    losses = detection_loss(logits, raw, nothing, STRIDES, LossSettings(), seen(logits, raw))
    assert 0 <= float(losses.teacher) < 1e-5 and float(losses.total) < 1e-5
    other = detection_loss(logits - 1, raw + 0.5, nothing, STRIDES, LossSettings(), seen(logits, raw))
    assert float(other.teacher) > 0.1


def pull(given, taught: Taught, level: float = -2.0) -> torch.Tensor:
    """How the teacher alone pulls every logit [N, 3]."""
    logits = torch.full((1, len(CENTRES), 3), level, requires_grad=True)
    raw = torch.zeros(1, len(CENTRES), 4)
    with_teacher = detection_loss(logits, raw, given, STRIDES, LossSettings(), taught).total
    (with_teacher - detection_loss(logits, raw, given, STRIDES, LossSettings()).total).backward()
    return logits.grad[0]


def test_low_and_high_scores_are_learnt_where_nothing_is_labelled() -> None:
    scores = torch.full((1, len(CENTRES), 3), 0.01)
    scores[0, 40, 1] = 0.8
    taught = Taught(scores, decode(torch.zeros(1, len(CENTRES), 4), CENTRES, SIDES), torch.tensor([True, True, False]))
    gradient = pull(batch([], [], unlabelled=(0, 1, 2)), taught)
    assert gradient[40, 1] < 0 and (gradient[:, 0] > 0).all() and (gradient[:, 2] == 0).all()
    assert (gradient[:, 1] > 0).sum() == len(CENTRES) - 1


def test_labels_overrule_the_teacher() -> None:
    box = (32.0, 32, 96, 96)
    scores = torch.full((1, len(CENTRES), 3), 0.15)
    taught = Taught(scores, decode(torch.zeros(1, len(CENTRES), 4), CENTRES, SIDES), torch.tensor([True] * 3))
    gradient = pull(batch([box], [1], unlabelled=(2,)), taught, level=-2.2)
    untouched = (gradient.abs() < 1e-9).all(1)
    assert 1 <= untouched.sum() <= LossSettings().cells_per_object
    inside = ((CENTRES > 32) & (CENTRES < 96)).all(1)
    assert inside[untouched].all()
    # 0.1 is less than the teacher's 0.15, and more than the half of it that counts where a label says no.
    assert (gradient[~untouched, 2] < 0).all()
    assert (gradient[~inside, 1] > 0).all() and (gradient[inside & ~untouched, 1] < 0).all()
    assert (gradient[~untouched, 0] > 0).all()


def test_boxes_are_learnt_where_the_teacher_is_sure() -> None:
    scores = torch.full((1, len(CENTRES), 3), 0.01)
    scores[0, 7, 2], scores[0, 9, 0] = 0.9, 0.2
    raw = torch.zeros(1, len(CENTRES), 4, requires_grad=True)
    taught = Taught(scores, decode(torch.full((1, len(CENTRES), 4), 0.5), CENTRES, SIDES), torch.tensor([True] * 3))
    nowhere = torch.zeros(1, len(CENTRES), 3, dtype=torch.bool)
    teacher_loss(torch.zeros(1, len(CENTRES), 3), decode(raw, CENTRES, SIDES), taught, nowhere, nowhere[..., 0], TeacherSettings()).backward()
    assert (raw.grad[0, 7] < 0).all() and raw.grad[0].count_nonzero() == 4


def test_settings_of_the_teacher_are_changed_one_by_one() -> None:
    usual = RECIPES["grown"]
    assert usual.with_teacher(weight=None, trust=None) == usual
    changed = usual.with_teacher(weight=None, trust=0.1)
    assert changed.loss.teacher == replace(usual.loss.teacher, trust=0.1) != usual.loss.teacher
    assert replace(changed, loss=usual.loss) == usual
