"""Measures a detector's weights: AP50 (and AP 0.50:0.95 on request) by source and class.

    python models/training/evaluate.py --graph nano.onnx --weights best.safetensors --data DATA
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from data import Pictures, load
from detect import Found, detect
from fit import DecodeError, decoder
from graph import Graph, GraphError
from measure import by_source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graph", required=True, help="the ONNX file that `vovision models build --for-training` wrote")
    parser.add_argument("--weights", type=Path, help="safetensors; else those in the graph")
    parser.add_argument("--data", required=True, type=Path, help="folder with the annotations and their archives")
    parser.add_argument("--set", default="val", help="val: val.json")
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--ap", action="store_true", help="also the mean over IoU 0.50:0.95")
    parser.add_argument("--detections", type=Path, help="also writes every box to this file, as `vovision eval --detections` does")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=min(os.cpu_count() or 1, 8))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    # Ten bits of a factor are too few to compare boxes by.
    torch.backends.cudnn.allow_tf32 = False
    device = torch.device(options.device)
    graph = Graph(options.graph)
    if options.weights is not None:
        graph.load(options.weights)
    graph = graph.to(device, memory_format=torch.channels_last)
    classes = graph.detector().classes
    pictures = load(options.data / f"{options.set}.json", options.data, classes, threads=options.threads)
    if decoder() is None:
        print("No ffmpeg was found (VOVISION_FFMPEG, PATH): pictures are resized here, and figures may differ by a point from the app's.", file=sys.stderr)
    found = detect(graph, pictures, options.size, device)
    if options.detections is not None:
        content = json.loads((options.data / f"{options.set}.json").read_text())
        options.detections.write_text(json.dumps(coco_results(pictures, found, {each["name"]: each["id"] for each in content["categories"]})))
    measured = by_source(pictures.pictures, found, classes)
    result: dict[str, dict] = {
        source: {"ap50": round(each.mean, 4), "pictures": each.pictures, "classes": {name: round(value, 3) for name, value in each.classes.items()}}
        for source, each in measured.items()
    }
    if options.ap:
        steps = [by_source(pictures.pictures, found, classes, float(at)) for at in np.arange(0.5, 0.96, 0.05)]
        for source, each in result.items():
            each["ap"] = round(float(np.mean([step[source].mean for step in steps])), 4)
    if options.json:
        print(json.dumps(result))
        return
    for source, each in result.items():
        print(f"{source}: AP50 {each['ap50']:.3f}" + (f", AP {each['ap']:.3f}" if options.ap else "") + f", {each['pictures']} pictures")
        print("  " + "  ".join(f"{name} {value:.2f}" for name, value in each["classes"].items()))


def coco_results(pictures: Pictures, found: list[Found], categories: dict[str, int]) -> list[dict]:
    """Every box as COCO's own tools take results, in pixels of the picture in its file."""
    results = []
    for at, (picture, each) in enumerate(zip(pictures.pictures, found)):
        width, height = pictures.size(at)
        boxes = each.boxes * np.tile([width / picture.width, height / picture.height], 2)
        for (x1, y1, x2, y2), score, column in zip(boxes.tolist(), each.scores.tolist(), each.classes.tolist()):
            results.append({"image_id": picture.id, "category_id": categories[pictures.classes[column]], "bbox": [x1, y1, x2 - x1, y2 - y1], "score": score})
    return results


if __name__ == "__main__":
    try:
        main()
    except (GraphError, DecodeError) as error:
        sys.exit(str(error))
