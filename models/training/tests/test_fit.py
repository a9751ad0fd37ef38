from pathlib import Path

import numpy as np
import pytest
import torch

import fit
from boxes import suppress
from data import load
from fit import DecodeError, decoder, fitted
from tiny import CLASSES, write_set


@pytest.fixture
def pictures(tmp_path: Path):
    write_set(tmp_path, 70)
    return load(tmp_path / "train.json", tmp_path, tuple(CLASSES), side=100)


@pytest.mark.skipif(decoder() is None, reason="there is no ffmpeg")
def test_the_decoder_gives_what_is_resized_here_but_for_a_few_levels(pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = list(fitted(pictures, 96))
    monkeypatch.setattr(fit, "decoder", lambda: None)
    resized = list(fitted(pictures, 96))
    assert len(decoded) == len(resized) == 70
    for one, other, picture in zip(decoded, resized, pictures.pictures):
        assert one.scale == pytest.approx(other.scale, rel=0.02)
        width = round(picture.width * one.scale[0])
        assert (one.image[:, :, width:] == 114).all()
        # The noise has colours, which ffmpeg halves; what is in memory was reduced once more, to 100 pixels.
        light = [each.image.float().mean(0)[:, : width - 1] for each in (one, other)]
        assert (light[0] - light[1]).abs().mean() < 5


@pytest.mark.skipif(decoder() is None, reason="there is no ffmpeg")
def test_a_picture_that_is_none_is_refused(pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "files", lambda places: [b"\x89PNG no more" for _ in places])
    with pytest.raises(DecodeError, match="decoded 0 of 64 pictures"):
        next(fitted(pictures, 96))
    monkeypatch.setattr(pictures, "files", lambda places: [b"text" for _ in places])
    with pytest.raises(DecodeError, match="begins with b'text'"):
        next(fitted(pictures, 96))


def test_suppression_keeps_the_best_of_all_classes_together() -> None:
    random = torch.Generator().manual_seed(0)
    corners = torch.rand(400, 2, generator=random) * 90
    boxes = torch.cat((corners, corners + 10 + torch.rand(400, 2, generator=random) * 40), 1).numpy()
    scores, classes = torch.rand(400, generator=random).numpy(), torch.randint(0, 3, (400,), generator=random).numpy()
    kept: list[int] = []
    for at in np.argsort(-scores):
        def overlap(other: int) -> float:
            shared = np.clip(np.minimum(boxes[at, 2:], boxes[other, 2:]) - np.maximum(boxes[at, :2], boxes[other, :2]), 0, None).prod()
            return float(shared / (sum((boxes[each, 2:] - boxes[each, :2]).prod() for each in (at, other)) - shared))
        if all(classes[other] != classes[at] or overlap(other) <= 0.5 for other in kept):
            kept.append(int(at))
    assert suppress(boxes, scores, classes, 0.5, 1000).tolist() == kept
    assert suppress(boxes, scores, classes, 0.5, 20).tolist() == kept[:20]
