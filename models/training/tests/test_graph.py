import os
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper
from onnx.reference import ReferenceEvaluator

from checkpoint import export
from graph import Graph, GraphError
from tiny import write_graph

# Graphs that TypeScript wrote, where a test hands them over.
written = [Path(each) for each in os.environ.get("VOVISION_TEST_GRAPHS", "").split(os.pathsep) if each]


def same(path: Path, size: tuple[int, int]) -> None:
    graph = Graph(path).eval()
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        mine = graph(image)
    theirs = ReferenceEvaluator(str(path)).run(graph.output_names, {"image": image.numpy()})
    for name, value in zip(graph.output_names, theirs):
        np.testing.assert_allclose(mine[name].numpy(), value, atol=2e-4, rtol=1e-4)


def test_runs_as_onnx_says(tmp_path: Path) -> None:
    same(write_graph(tmp_path / "tiny.onnx"), (64, 96))


@pytest.mark.parametrize("path", written, ids=lambda each: each.stem)
def test_runs_what_typescript_writes(path: Path) -> None:
    same(path, (64, 64))
    assert Graph(path).detector().strides == (8, 16, 32)


def test_keeps_names_and_gives_weights_back(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "tiny.onnx")
    graph = Graph(path)
    assert set(graph.tensors()) == {each.name for each in onnx.load(str(path)).graph.initializer}
    with torch.no_grad():
        for value in graph.parameters():
            value.add_(0.25)
    export(tmp_path / "full.safetensors", graph.tensors(), {"step": "1"})
    export(tmp_path / "small.safetensors", graph.tensors(), {}, compact=True)
    other = Graph(path)
    other.load(tmp_path / "full.safetensors")
    assert all(torch.equal(value, graph.tensors()[name]) for name, value in other.tensors().items())
    other.load(tmp_path / "small.safetensors")
    assert all(torch.allclose(value, graph.tensors()[name], rtol=1e-3, atol=1e-3) for name, value in other.tensors().items())


def test_says_which_weights_do_not_fit(tmp_path: Path) -> None:
    graph = Graph(write_graph(tmp_path / "tiny.onnx"))
    tensors = dict(graph.tensors())
    tensors["stem0.weight"] = torch.zeros(8, 3, 5, 5)
    del tensors["stem1.weight"]
    tensors["stranger"] = torch.zeros(1)
    with pytest.raises(GraphError, match="stem1.weight is missing; stranger is not in the graph; stem0.weight is \\[8, 3, 5, 5\\]"):
        graph.load_tensors(tensors)


def test_follows_means_while_training_only(tmp_path: Path) -> None:
    graph = Graph(write_graph(tmp_path / "tiny.onnx"))
    graph.eval()(torch.randn(2, 3, 64, 64) + 3)
    assert float(graph.tensors()["stem0.norm.mean"].abs().max()) == 0
    graph.train()(torch.randn(2, 3, 64, 64) + 3)
    assert float(graph.tensors()["stem0.norm.mean"].abs().max()) > 0


def test_refuses_operators_it_does_not_know(tmp_path: Path) -> None:
    value = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in ("image", "out")]
    model = helper.make_model(helper.make_graph([helper.make_node("Erf", ["image"], ["out"], "curve")], "g", value[:1], value[1:]))
    onnx.save(model, str(tmp_path / "erf.onnx"))
    with pytest.raises(GraphError, match="node curve is a Erf; the trainer knows Add"):
        Graph(tmp_path / "erf.onnx")


def test_refuses_what_is_no_onnx(tmp_path: Path) -> None:
    (tmp_path / "no.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(GraphError, match="cannot be read as ONNX"):
        Graph(tmp_path / "no.onnx")
