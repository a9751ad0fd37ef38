"""A detector's graph of few weights and a set of few pictures, made on the spot."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

CLASSES = ("square", "bar", "dot")


class Builder:
    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def conv(self, name: str, source: str, channels: tuple[int, int], stride: int = 2, norm: bool = True, out: str | None = None, group: int = 1) -> str:
        kernel = 3 if norm else 1
        weight = self.rng.normal(0, (2 / (channels[0] * kernel**2)) ** 0.5, (channels[1], channels[0] // group, kernel, kernel))
        names = [source, self.constant(f"{name}.weight", weight if norm else weight / 10)]
        if not norm:
            names.append(self.constant(f"{name}.bias", np.full(channels[1], -4 if "classes" in name else 0)))
        value = out or f"{name}/conv"
        pad = kernel // 2
        self.nodes.append(helper.make_node("Conv", names, [value], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, group=group))
        if not norm:
            return value
        parts = [
            self.constant(f"{name}.norm.{part}", np.full(channels[1], start))
            for part, start in (("scale", 1), ("shift", 0), ("mean", 0), ("variance", 1))
        ]
        self.nodes.append(helper.make_node("BatchNormalization", [value, *parts], [f"{name}/norm"], f"{name}/norm", epsilon=1e-5))
        self.nodes.append(helper.make_node("Relu", [f"{name}/norm"], [f"{name}/relu"], f"{name}/relu"))
        return f"{name}/relu"

    def node(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name


def write_graph(path: Path) -> Path:
    """Three levels of 8 to 16 channels; every kind of node that the detectors have."""
    make = Builder()
    value = make.conv("stem1", make.conv("stem0", "image", (3, 8)), (8, 8))
    value = make.conv("stage3", value, (8, 16))
    outputs = []
    for stride in (8, 16, 32):
        if stride > 8:
            value = make.conv(f"stage{stride}", make.node("MaxPool", [value], f"pool{stride}", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), (16, 16), 1)
            gate = make.conv(f"ese{stride}", make.node("GlobalAveragePool", [value], f"mean{stride}"), (16, 16), 1, norm=False)
            value = make.node("Mul", [value, make.node("HardSigmoid", [gate], f"gate{stride}", alpha=1 / 6, beta=0.5)], f"scaled{stride}")
        for part, count in (("classes", len(CLASSES)), ("boxes", 4)):
            make.conv(f"head{stride}.{part}", value, (16, count), 1, norm=False, out=f"{part}{stride}")
            outputs.append(helper.make_tensor_value_info(f"{part}{stride}", TensorProto.FLOAT, ["n", count, None, None]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])
    model = helper.make_model(helper.make_graph(make.nodes, "tiny", [image], outputs, make.weights), opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, {"strides": "[8,16,32]", "classes": json.dumps(CLASSES), "mean": "[114,114,114]", "std": "[58,58,58]"})
    onnx.save(model, str(path))
    return path


def write_set(folder: Path, count: int = 24) -> None:
    """Pictures of one bright rectangle each, as train.json and val.json with one archive."""
    rng = np.random.default_rng(1)
    images, annotations = [], []
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        for at in range(1, count + 1):
            width, height = int(rng.integers(90, 140)), int(rng.integers(70, 120))
            pixels = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
            x, y, w, h = (int(each) for each in rng.integers((5, 5, 24, 24), (40, 30, 48, 40)))
            pixels[y : y + h, x : x + w] = 230
            stored = io.BytesIO()
            Image.fromarray(pixels).save(stored, "PNG")
            archive.writestr(f"{at}.png", stored.getvalue())
            images.append({
                "id": at, "file_name": f"{at}.png", "archive": "pictures.zip", "source": "made", "width": width, "height": height,
                "labelled_category_ids": [1, 2],
            })
            annotations.append({"id": at, "image_id": at, "category_id": 1, "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0})
    content = json.dumps({
        "images": images, "annotations": annotations, "categories": [{"id": n + 1, "name": name} for n, name in enumerate(CLASSES)],
    })
    (folder / "train.json").write_text(content)
    (folder / "val.json").write_text(content)
