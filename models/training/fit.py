"""Pictures fitted into a network's input as the app gives them: top left, the rest grey.

Boxes follow every pixel: with one level more or less in two thirds of the numbers a quarter of the boxes moves by more
than a hundredth of its area. So what is measured here comes out of the app's own decoder, where there is one.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from augment import GREY, letterbox
from data import Pictures

BATCH = 64
"""Pictures that are decoded by one process."""

KINDS = {b"\xff\xd8\xff": "jpg", b"RIFF": "webp", b"\x89PNG": "png", b"BM": "bmp"}
"""First bytes, and the file name's ending that tells ffmpeg the decoder."""


@dataclass(frozen=True)
class Fitted:
    """`image` uint8 [3, size, size]; `scale` its pixels for one of the picture as held in memory, across and down."""

    image: Tensor
    scale: tuple[float, float]


class DecodeError(Exception):
    """Pictures that ffmpeg did not decode."""


@cache
def decoder() -> str | None:
    """The ffmpeg that the app would take from the environment or the path; None where there is none."""
    return shutil.which(os.environ.get("VOVISION_FFMPEG") or "ffmpeg")


def fitted(pictures: Pictures, size: int) -> Iterator[Fitted]:
    """Every picture in `size` x `size`, in order. Without ffmpeg resized here, from what is in memory: close to it."""
    if decoder() is None:
        for at in range(len(pictures)):
            yield Fitted(*letterbox(pictures.pixels(at), size))
        return
    for begin in range(0, len(pictures), BATCH):
        places = range(begin, min(begin + BATCH, len(pictures)))
        images = _decode(pictures.files(places), size)
        for at, image in zip(places, images):
            width, height = pictures.size(at)
            picture, ratio = pictures.pictures[at], size / max(width, height)
            inner = [max(1, math.floor(side * ratio + 0.5)) for side in (width, height)]
            yield Fitted(torch.from_numpy(image).permute(2, 0, 1), (inner[0] / picture.width, inner[1] / picture.height))


def _decode(files: list[bytes], size: int) -> np.ndarray:
    """Pictures of any kind -> uint8 [n, size, size, 3]. Throws DecodeError."""
    images = np.empty((len(files), size, size, 3), np.uint8)
    kinds = [next((kind for start, kind in KINDS.items() if each.startswith(start)), None) for each in files]
    if None in kinds:
        raise DecodeError(f"A picture is neither of {', '.join(KINDS.values())}: it begins with {files[kinds.index(None)][:4]!r}.")
    for kind in set(kinds):
        places = [at for at, each in enumerate(kinds) if each == kind]
        images[places] = _decode_kind([files[at] for at in places], str(kind), size)
    return images


def _decode_kind(files: list[bytes], kind: str, size: int) -> np.ndarray:
    def side(name: str) -> str:
        return f"'min({size},max(1,round({name}*min({size}/iw,{size}/ih))))'"
    grey = f"0x{GREY:02x}{GREY:02x}{GREY:02x}"
    filters = f"scale=w={side('iw')}:h={side('ih')}:flags=bilinear,setsar=1,format=rgb24,pad=w={size}:h={size}:x=0:y=0:color={grey}"
    with tempfile.TemporaryDirectory(prefix="vovision-pictures-") as folder:
        for at, each in enumerate(files):
            (Path(folder) / f"{at:06}.{kind}").write_bytes(each)
        # In a session of its own: Ctrl-C is for the trainer, which measures to the end and saves.
        done = subprocess.run([
            str(decoder()), "-nostdin", "-hide_banner", "-loglevel", "error", "-noautorotate", "-threads", "1",
            "-f", "image2", "-pattern_type", "sequence", "-framerate", "25", "-start_number", "0", "-i", f"file:%06d.{kind}",
            "-vf", filters, *_every_frame_once(), "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1",
        ], cwd=folder, capture_output=True, start_new_session=True)
    bytes_each = size * size * 3
    if done.returncode != 0 or len(done.stdout) != len(files) * bytes_each:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise DecodeError(f"ffmpeg decoded {len(done.stdout) // bytes_each} of {len(files)} pictures ({kind}). {said}")
    return np.frombuffer(done.stdout, np.uint8).reshape(len(files), size, size, 3)


@cache
def _every_frame_once() -> tuple[str, str]:
    """The option has had another name before ffmpeg 5.1."""
    said = subprocess.run([str(decoder()), "-version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"libavutil\s+(\d+)\.\s*(\d+)\.", said)
    new = found is not None and (int(found[1]), int(found[2])) >= (57, 24)
    return ("-fps_mode" if new else "-vsync", "passthrough")
