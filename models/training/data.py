"""Pictures and labels, read once into memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Picture:
    """`boxes` float32 [k, 4] corners in pixels of the picture as stored; `classes` int64 [k] and `labelled`
    bool [C] follow the order of the class list; `ignored` bool [k]: neither missed nor false."""

    id: int
    source: str
    width: int
    height: int
    boxes: np.ndarray
    classes: np.ndarray
    ignored: np.ndarray
    labelled: np.ndarray


@dataclass(frozen=True)
class Origin:
    """The zip file and its member that a picture was read from, and its size there."""

    archive: Path
    member: str
    width: int
    height: int


class Pictures:
    """A labelled set in memory: uint8 RGB pictures (in blocks that forked processes share) and labels.

    Pictures whose longer side exceeds `side` are stored reduced to it, with their boxes.
    """

    def __init__(self, stored: list[np.ndarray], pictures: list[Picture], origins: list[Origin], classes: tuple[str, ...]) -> None:
        self._stored = stored
        self._origins = origins
        self.pictures = pictures
        self.classes = classes

    def with_more(self, other: Pictures) -> Pictures:
        """Both sets as one, nothing copied. They must have been read for the same classes."""
        if self.classes != other.classes:
            raise ValueError(f"Sets of different classes cannot be joined: {self.classes} and {other.classes}.")
        return Pictures(self._stored + other._stored, self.pictures + other.pictures, self._origins + other._origins, self.classes)

    def relabelled(self, pictures: list[Picture]) -> Pictures:
        """The same pixels under other labels, nothing copied."""
        return Pictures(self._stored, pictures, self._origins, self.classes)

    def __len__(self) -> int:
        return len(self.pictures)

    def pixels(self, at: int) -> np.ndarray:
        """uint8 [height, width, 3] of a picture, a view."""
        picture = self.pictures[at]
        return self._stored[at].reshape(picture.height, picture.width, 3)

    def size(self, at: int) -> tuple[int, int]:
        """Width and height of a picture in its file."""
        return self._origins[at].width, self._origins[at].height

    def files(self, places: Iterable[int]) -> list[bytes]:
        """Pictures as they are in their files, JPEG or whatever they are."""
        with ExitStack() as stack:
            archives = {path: stack.enter_context(zipfile.ZipFile(path)) for path in {self._origins[at].archive for at in places}}
            return [archives[self._origins[at].archive].read(self._origins[at].member) for at in places]


def load(
    annotations: str | Path,
    folder: str | Path,
    classes: tuple[str, ...],
    side: int = 416,
    limit: int | None = None,
    threads: int = 2,
) -> Pictures:
    """Reads COCO-format `annotations` and decodes every picture once from the archives in `folder`.

    `limit` takes so many pictures, spread evenly. A class whose name is not in `classes` is left out.
    """
    content = json.loads(Path(annotations).read_text())
    entries = content["images"]
    if limit is not None:
        entries = [entries[at] for at in np.linspace(0, len(entries) - 1, min(limit, len(entries))).astype(int)]
    columns = {each["id"]: classes.index(each["name"]) for each in content["categories"] if each["name"] in classes}
    labels: dict[int, list[dict]] = {each["id"]: [] for each in entries}
    for each in content["annotations"]:
        if each["image_id"] in labels and each["category_id"] in columns:
            labels[each["image_id"]].append(each)

    scales = [min(1.0, side / max(each["width"], each["height"])) for each in entries]
    sizes = [(round(each["width"] * scale), round(each["height"] * scale)) for each, scale in zip(entries, scales)]
    offsets = np.concatenate(([0], np.cumsum([width * height * 3 for width, height in sizes]))).astype(np.int64)
    block = np.empty(int(offsets[-1]), dtype=np.uint8)

    def decode(batch: list[int]) -> None:
        archives: dict[str, zipfile.ZipFile] = {}
        for at in batch:
            entry, size = entries[at], sizes[at]
            name = entry["archive"]
            if name not in archives:
                archives[name] = zipfile.ZipFile(Path(folder) / name)
            with Image.open(io.BytesIO(archives[name].read(entry["file_name"]))) as opened:
                if opened.size != (entry["width"], entry["height"]):
                    raise ValueError(f"{name}/{entry['file_name']} is {opened.size}, labelled as {entry['width']}x{entry['height']}.")
                image = opened.convert("RGB")
            if image.size != size:
                image = image.resize(size, Image.Resampling.BILINEAR)
            block[offsets[at] : offsets[at + 1]] = np.asarray(image).reshape(-1)
        for archive in archives.values():
            archive.close()

    batches = [list(range(at, min(at + 200, len(entries)))) for at in range(0, len(entries), 200)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(decode, batches))
    pictures = [_picture(entry, size, labels[entry["id"]], columns, len(classes)) for entry, size in zip(entries, sizes)]
    origins = [Origin(Path(folder) / each["archive"], each["file_name"], each["width"], each["height"]) for each in entries]
    return Pictures(np.split(block, offsets[1:-1]), pictures, origins, classes)


def _picture(entry: dict, size: tuple[int, int], labels: list[dict], columns: dict[int, int], count: int) -> Picture:
    factors = np.array([size[0] / entry["width"], size[1] / entry["height"]] * 2, dtype=np.float32)
    boxes = np.array([each["bbox"] for each in labels], dtype=np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    boxes = np.clip(boxes * factors, 0, [size[0], size[1]] * 2).astype(np.float32)
    classes = np.array([columns[each["category_id"]] for each in labels], dtype=np.int64)
    ignored = np.array([bool(each.get("ignore", 0) or each.get("difficult", 0) or each.get("iscrowd", 0)) for each in labels], dtype=bool)
    labelled = np.zeros(count, dtype=bool)
    told = entry.get("labelled_category_ids")
    labelled[[columns[each] for each in (columns if told is None else told) if each in columns]] = True
    there = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    return Picture(entry["id"], entry.get("source", ""), size[0], size[1], boxes[there], classes[there], ignored[there], labelled)


def weights(pictures: Pictures, sources: dict[str, float], threshold: float) -> np.ndarray:
    """How often each picture is drawn, relative to the others: its source's weight times the repeat
    factor of its rarest class (arXiv 1908.03195): max(1, sqrt(threshold / share of pictures with the class)).
    """
    shares = np.zeros(len(pictures.classes))
    source = np.array([sources.get(each.source, 1.0) for each in pictures.pictures])
    for each, weight in zip(pictures.pictures, source):
        shares[np.unique(each.classes[~each.ignored])] += weight
    shares /= source.sum()
    factors = np.maximum(1, np.sqrt(threshold / np.maximum(shares, 1e-6)))
    repeats = [factors[each.classes[~each.ignored]].max(initial=1) for each in pictures.pictures]
    return source * np.array(repeats)


def shares(pictures: Pictures, drawn: np.ndarray) -> dict[str, float]:
    """Each source's part of the pictures drawn with these weights, 0..1."""
    parts: dict[str, float] = {}
    for each, weight in zip(pictures.pictures, drawn / drawn.sum()):
        parts[each.source] = parts.get(each.source, 0.0) + float(weight)
    return parts
