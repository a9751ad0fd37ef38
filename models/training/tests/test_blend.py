from pathlib import Path

import pytest
import torch

from blend import blend, read
from checkpoint import export


def test_a_blend_lies_between(tmp_path: Path) -> None:
    export(tmp_path / "a", {"w": torch.full((2, 2), 1.0), "b": torch.zeros(3)}, {"step": "7"})
    export(tmp_path / "b", {"w": torch.full((2, 2), 3.0), "b": torch.ones(3)}, {"step": "9"}, compact=True)
    (first, _), (second, notes) = read(tmp_path / "a"), read(tmp_path / "b")
    assert notes == {"step": "9"}
    mixed = blend(first, second, 0.25)
    assert torch.equal(mixed["w"], torch.full((2, 2), 1.5)) and torch.equal(mixed["b"], torch.full((3,), 0.25))
    assert torch.equal(blend(first, second, 1)["w"], second["w"])


def test_weights_of_two_networks_and_other_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="two networks"):
        blend({"w": torch.zeros(2)}, {"w": torch.zeros(3)}, 0.5)
    with pytest.raises(ValueError, match="two networks"):
        blend({"w": torch.zeros(2)}, {"v": torch.zeros(2)}, 0.5)
    with pytest.raises(ValueError, match="1.5"):
        blend({}, {}, 1.5)
