"""A small and a large network of the same build: stem, two stages of one-shot aggregation, a head."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from safetensors.torch import load_file

from augment import Recipe
from batches import Stage
from checkpoint import export
from data import load
from graph import Graph, GraphError
from imitate import Steps, imitate
from tiny import CLASSES, Builder, write_set
from transplant import _rectified, transplant

GROW = Path(__file__).resolve().parents[1] / "grow.py"
STRIDE = 8


def write(path: Path, width: int, convs: int, head: int, modules: int = 1, seed: int = 0, group: int = 1) -> Graph:
    """`convs` a module, all but the first in `group` groups, `head` convolutions before the answer, `modules` in the second stage."""
    make = Builder()
    make.rng = np.random.default_rng(seed)
    value = make.conv("stem.conv1", "image", (3, width))
    channels = width
    for stage, count in ((2, 1), (3, modules)):
        value = make.node("MaxPool", [value], f"stage{stage}.pool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        for module in range(1, count + 1):
            name, entry, gathered = f"stage{stage}.module{module}", channels, [value]
            for at in range(1, convs + 1):
                value = make.conv(f"{name}.conv{at}", value, (entry if at == 1 else width, width), 1, group=1 if at == 1 else group)
                gathered.append(value)
            value = make.node("Concat", gathered, f"{name}.concat", axis=1)
            value, channels = make.conv(f"{name}.aggregate", value, (entry + convs * width, 2 * width), 1), 2 * width
    outputs = []
    for part, answers in (("classes", len(CLASSES)), ("boxes", 4)):
        last, entry = value, channels
        for at in range(1, head + 1):
            last, entry = make.conv(f"head.{part}.conv{at}", last, (entry, width), 1), width
        make.conv(f"head.{part}.out", last, (entry, answers), 1, norm=False, out=f"{part}{STRIDE}")
        outputs.append(helper.make_tensor_value_info(f"{part}{STRIDE}", TensorProto.FLOAT, ["n", answers, None, None]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])
    model = helper.make_model(helper.make_graph(make.nodes, path.stem, [image], outputs, make.weights), opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, {"strides": f"[{STRIDE}]", "classes": json.dumps(CLASSES), "mean": "[114,114,114]", "std": "[58,58,58]"})
    onnx.save(model, str(path))
    return Graph(path)


def lived_in(graph: Graph) -> Graph:
    """Scales, shifts and statistics that are not those of a beginning."""
    random = torch.Generator().manual_seed(3)
    for name, value in graph.tensors().items():
        if value.ndim == 1:
            value.copy_(torch.rand(value.shape, generator=random) + (0.5 if name.endswith(("scale", "variance")) else -0.5))
    return graph


def answers(graph: Graph) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        return graph.eval()(torch.randn(2, 3, 32, 48, generator=torch.Generator().manual_seed(1)))


def test_a_wider_and_deeper_network_says_the_same(tmp_path: Path) -> None:
    small = lived_in(write(tmp_path / "small.onnx", width=4, convs=2, head=1))
    large = lived_in(write(tmp_path / "large.onnx", width=7, convs=4, head=3, seed=5))
    before = answers(large)
    joints = transplant(small, large)
    assert [(each.stage, each.channels, each.exact) for each in joints] == [("stage2", 8, True), ("stage3", 8, True)]
    wanted, said = answers(small), answers(large)
    for name in wanted:
        torch.testing.assert_close(said[name], wanted[name], atol=1e-5, rtol=1e-5)
        assert not torch.allclose(before[name], wanted[name], atol=0.1)


def test_what_is_new_can_learn(tmp_path: Path) -> None:
    small, large = lived_in(write(tmp_path / "small.onnx", 4, 1, 1)), write(tmp_path / "large.onnx", 6, 2, 2, seed=5)
    transplant(small, large)
    optimizer = torch.optim.SGD(large.parameters(), 0.01)
    for _ in range(2):
        optimizer.zero_grad()
        large.train()
        sum(value.square().mean() for value in large(torch.randn(4, 3, 32, 32)).values()).backward()
        optimizer.step()
    assert all(float(each.grad.abs().max()) > 0 for each in large.parameters() if each.ndim == 4)


def test_a_smaller_network_is_refused(tmp_path: Path) -> None:
    small, large = write(tmp_path / "small.onnx", 4, 2, 1), write(tmp_path / "large.onnx", 6, 2, 1)
    with pytest.raises(GraphError, match="does not hold"):
        transplant(large, small)


def test_convolutions_in_groups_are_refused(tmp_path: Path) -> None:
    small, large = write(tmp_path / "small.onnx", 4, 2, 1, group=2), write(tmp_path / "large.onnx", 8, 2, 1, group=2)
    with pytest.raises(GraphError, match=r"stage2\.module1\.conv2\.weight is \[8, 4, 3, 3\], which does not hold \[4, 2, 3, 3\]"):
        transplant(small, large)


def test_another_build_is_refused(tmp_path: Path) -> None:
    small, large = write(tmp_path / "small.onnx", 4, 2, 2), write(tmp_path / "large.onnx", 6, 3, 1)
    with pytest.raises(GraphError, match="nothing leads to classes8, boxes8"):
        transplant(small, large)


def test_a_stage_of_other_build_learns_to_say_the_same(tmp_path: Path) -> None:
    write_set(tmp_path, 12)
    small = lived_in(write(tmp_path / "small.onnx", 4, 1, 1, modules=2))
    large = write(tmp_path / "large.onnx", 8, 2, 1, seed=5)
    joints = transplant(small, large)
    assert [(each.stage, each.small, each.exact) for each in joints] == [
        ("stage2", "stage2.module1.aggregate/relu", True), ("stage3", "stage3.module2.aggregate/relu", False),
    ]
    kept = {name: value.clone() for name, value in large.tensors().items() if not name.startswith("stage3")}
    pictures = load(tmp_path / "train.json", tmp_path, CLASSES, 96)
    stages = (Stage(0, (64,), Recipe(mosaic=0)),)
    missed = [
        imitate(small, large, joints, pictures, Steps(steps), lambda _: None, threads=1, batch=8, rate=0.1, stages=stages)[0] for steps in (1, 100)
    ]
    assert missed[0] > 2 and missed[1] < 0.5
    assert all(torch.equal(large.tensors()[name], value) for name, value in kept.items())
    assert all(each.requires_grad for each in large.parameters())
    assert imitate(small, large, [replace(each, exact=True) for each in joints], pictures, Steps(1), lambda _: None) == []


def test_what_was_learnt_is_carried_on(tmp_path: Path) -> None:
    write_set(tmp_path, 12)
    small, large = lived_in(write(tmp_path / "small.onnx", 4, 1, 1, modules=2)), write(tmp_path / "large.onnx", 8, 2, 1, seed=5)
    export(tmp_path / "small.safetensors", small.tensors(), {})

    learnt = lived_in(write(tmp_path / "learnt.onnx", 8, 2, 1, seed=9)).tensors()
    export(tmp_path / "learnt.safetensors", learnt, {})

    def grow(name: str, learnt: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([
            sys.executable, str(GROW), "--small", str(small.path), "--weights", str(tmp_path / "small.safetensors"), "--large", str(large.path),
            "--learnt", str(tmp_path / f"{learnt}.safetensors"), "--data", str(tmp_path), "--threads", "1", "--minutes", "0.00001",
            "--out", str(tmp_path / f"{name}.safetensors"), *more,
        ], capture_output=True, text=True)

    assert grow("on", "learnt", "--sizes", "64").returncode == 0
    on = load_file(str(tmp_path / "on.safetensors"))
    far = {name: float((value - learnt[name]).abs().max()) for name, value in on.items() if name.endswith("weight")}
    assert max(value for name, value in far.items() if name.startswith("stage3.")) < 0.01
    assert min(value for name, value in far.items() if not name.startswith("stage3.")) > 0.1
    for more, words in ((("--sizes", "100"), "multiples of 32"), (("--minutes", "0"), "more than 0")):
        wrong = grow("refused", "learnt", *more)
        assert wrong.returncode == 2 and words in wrong.stderr
    refused = grow("refused", "small")
    assert refused.returncode == 1 and "do not fit" in refused.stderr and "Traceback" not in refused.stderr
    assert not (tmp_path / "refused.safetensors").exists()


def test_moments_of_a_rectified_normal() -> None:
    drawn = torch.randn(400_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for mean, deviation in ((0.0, 1.0), (-1.5, 0.7), (2.0, 0.5)):
        cut = (drawn * deviation + mean).clamp(min=0)
        assert _rectified(mean, deviation) == pytest.approx((float(cut.mean()), float(cut.var())), rel=0.02)
    assert _rectified(-1.0, 0.0) == (0.0, 1e-6)
