import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import safe_open

from recipes import RECIPES
from tiny import write_graph, write_set
from train import source_weight

TRAIN = Path(__file__).resolve().parents[1] / "train.py"


def train(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([
        sys.executable, str(TRAIN), "--graph", str(folder / "tiny.onnx"), "--data", str(folder), "--out", str(folder / "run"), "--device", "cpu",
        "--recipe", "quick", "--steps", "1", "--threads", "1", "--workers", "0", "--eval-size", "96", *more,
    ], capture_output=True, text=True)


def test_weights_given_replace_the_recipes_own_and_no_others() -> None:
    usual = RECIPES["polish-416"]
    changed = usual.with_sources({"highway40": 4.0, "elsewhere": 2.0})
    assert changed.sources == {**usual.sources, "highway40": 4.0, "elsewhere": 2.0}
    assert usual.with_sources({}) == usual


@pytest.mark.parametrize(("text", "is_"), [("highway40=4", ("highway40", 4.0)), ("a=0", ("a", 0.0)), ("two words=0.25", ("two words", 0.25))])
def test_a_weight_is_a_source_and_a_number(text: str, is_: tuple[str, float]) -> None:
    assert source_weight(text) == is_


@pytest.mark.parametrize("text", ["highway40", "highway40=", "=2", "a=-1", "a=nan", "a=inf", "a=b", "a=1=2", ""])
def test_what_is_no_weight_is_refused(text: str) -> None:
    with pytest.raises((argparse.ArgumentTypeError, ValueError)):
        source_weight(text)


@pytest.fixture
def two_sources(tmp_path: Path) -> Path:
    """24 pictures, every third of them of `few`, the others of `many`."""
    write_graph(tmp_path / "tiny.onnx")
    write_set(tmp_path)
    content = json.loads((tmp_path / "train.json").read_text())
    for at, image in enumerate(content["images"]):
        image["source"] = "few" if at % 3 == 0 else "many"
    (tmp_path / "train.json").write_text(json.dumps(content))
    return tmp_path


def test_sources_are_drawn_by_the_weights_given(two_sources: Path) -> None:
    usual, changed = train(two_sources), train(two_sources, "--draw", "few=6")
    assert usual.returncode == changed.returncode == 0
    assert "few 33.3%, many 66.7%" in usual.stdout
    assert "few 75.0%, many 25.0%" in changed.stdout


def test_the_weights_are_told_with_what_was_trained(two_sources: Path) -> None:
    assert train(two_sources, "--draw", "few=6", "many=0.5").returncode == 0
    with safe_open(two_sources / "run" / "final.safetensors", "pt") as file:
        assert file.metadata()["draw"] == "few=6 many=0.5"


@pytest.mark.parametrize(("given", "said"), [
    (["few=2", "gone=1"], "--draw names gone; the pictures are of few, many."),
    (["few=0", "many=0"], "no picture to draw"),
    (["few"], "few"),
])
def test_what_cannot_be_drawn_is_refused_before_anything_is_trained(two_sources: Path, given: list[str], said: str) -> None:
    result = train(two_sources, "--draw", *given)
    assert result.returncode != 0
    assert said in result.stderr and "Traceback" not in result.stderr
    assert not (two_sources / "run" / "checkpoint.pt").exists()
