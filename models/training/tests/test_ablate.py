import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from ablate import ROWS, TAUGHT, Row, table
from data import load
from tiny import CLASSES, write_graph, write_set

ABLATE = Path(__file__).resolve().parents[1] / "ablate.py"


def test_every_row_is_another_one() -> None:
    rows = ROWS | TAUGHT
    assert [name for name, row in rows.items() if row == Row()] == ["all of it"]
    assert len({repr(row) for row in rows.values()}) == len(rows) == 13


def test_trainings_are_done_once_and_told_as_differences(tmp_path: Path) -> None:
    write_graph(tmp_path / "tiny.onnx")
    write_set(tmp_path)
    command = [
        sys.executable, str(ABLATE), "--graph", str(tmp_path / "tiny.onnx"), "--data", str(tmp_path), "--out", str(tmp_path / "runs"),
        "--steps", "2", "--limit", "8", "--eval-size", "96", "--only", "all of it", "--only", "unlabelled", "--only", "AdamW",
    ]
    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [json.loads(line) for line in (tmp_path / "runs" / "rows.jsonl").read_text().splitlines()]
    assert [each["name"] for each in rows] == ["all of it", "AdamW for all, rate 0.002", "unlabelled counts as absent"]
    assert all(each["pictures"] == 64 and set(each["ap50"]) == set(each["average"]) for each in rows)
    assert first[-3].startswith("| all of it | ") and "(" not in first[-3] and first[-1].count("(") == len(rows[0]["ap50"]) - 1
    again = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert again == first[3:]
    assert len((tmp_path / "runs" / "rows.jsonl").read_text().splitlines()) == 3


def test_the_table_holds_the_mean_over_seeds() -> None:
    def row(name: str, value: float) -> dict:
        return {"name": name, "ap50": {"all": 9.0, "a": value}}

    lines = table([row("all of it", 0.2), row("all of it", 0.4), row("less", 0.25)]).splitlines()
    assert lines == ["| | a |", "|---|---|", "| all of it | 0.300 |", "| less | 0.250 (-0.050) |"]


def test_other_labels_share_the_pixels(tmp_path: Path) -> None:
    write_set(tmp_path)
    pictures = load(tmp_path / "train.json", tmp_path, CLASSES)
    other = pictures.relabelled(pictures.pictures[::-1])
    assert other.pictures[0].id == pictures.pictures[-1].id
    assert np.shares_memory(other._stored[0], pictures._stored[0])
