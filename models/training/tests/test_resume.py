import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from checkpoint import restore
from fit import decoder
from graph import Graph
from tiny import write_graph, write_set

TRAIN = Path(__file__).resolve().parents[1] / "train.py"


def command(folder: Path, name: str, *more: str) -> list[str]:
    return [
        sys.executable, str(TRAIN), "--graph", str(folder / "tiny.onnx"), "--data", str(folder), "--out", str(folder / name), "--device", "cpu",
        "--recipe", "quick", "--steps", "30", "--batch", "4", "--threads", "1", "--workers", "0", "--save-minutes", "0", "--eval-size", "96", *more,
    ]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = tmp_path_factory.mktemp("runs")
    write_graph(folder / "tiny.onnx")
    write_set(folder)
    subprocess.run(command(folder, "whole"), check=True, capture_output=True)
    return folder, load_file(str(folder / "whole" / "latest.safetensors"))


def interrupt(folder: Path, name: str, how: signal.Signals, *more: str, after: int = 5) -> int:
    """Ends a run by a signal somewhere after a step; gives the step it had saved."""
    process = subprocess.Popen(command(folder, name, *more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    path = folder / name / "checkpoint.pt"
    while process.poll() is None:
        if path.exists() and (restore(path) or {"step": 0})["step"] >= after:
            process.send_signal(how)
            break
        time.sleep(0.01)
    process.wait()
    return restore(path)["step"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupted_run_ends_like_an_uninterrupted_one(uninterrupted, how: signal.Signals) -> None:
    folder, whole = uninterrupted
    assert 5 <= interrupt(folder, how.name, how) < 30
    subprocess.run(command(folder, how.name), check=True, capture_output=True)
    resumed = load_file(str(folder / how.name / "latest.safetensors"))
    assert set(resumed) == set(whole)
    assert max(float((resumed[name] - whole[name]).abs().max()) for name in whole) < 1e-6


def test_a_run_killed_again_and_again_ends_like_an_uninterrupted_one(uninterrupted) -> None:
    """As on a CPU of two cores: batches made ahead in another process, gradients of two threads, and no good-bye."""
    folder, _ = uninterrupted
    as_used = ("--threads", "2", "--workers", "1")
    subprocess.run(command(folder, "used", *as_used), check=True, capture_output=True)
    steps = [interrupt(folder, "killed", signal.SIGKILL, *as_used, after=after) for after in (5, 17)]
    assert steps == sorted(set(steps)) and 5 <= steps[0] and steps[-1] < 30
    subprocess.run(command(folder, "killed", *as_used), check=True, capture_output=True)
    whole, resumed = (load_file(str(folder / name / "latest.safetensors")) for name in ("used", "killed"))
    assert max(float((resumed[name] - whole[name]).abs().max()) for name in whole) < 1e-6
    measured = [json.loads((folder / name / "log.jsonl").read_text().splitlines()[-1]) for name in ("used", "killed")]
    assert measured[0]["step"] == measured[1]["step"] == 30 and measured[0]["ap50"] == measured[1]["ap50"]


def decoder_that(first: str, folder: Path) -> Path:
    """An ffmpeg that does `first` when it is to decode, as shell words, and its work otherwise."""
    script = folder / "ffmpeg"
    script.write_text(f'#!/bin/sh\ncase "$*" in *-version*) ;; *) {first} ;; esac\nexec "{decoder()}" "$@"\n')
    script.chmod(0o755)
    return script


@pytest.mark.skipif(decoder() is None, reason="there is no ffmpeg")
def test_a_measurement_that_fails_does_not_end_the_training(uninterrupted, tmp_path: Path) -> None:
    folder, whole = uninterrupted
    fails_once = decoder_that(f'[ -e "{tmp_path}/failed" ] || {{ touch "{tmp_path}/failed"; exit 1; }}', tmp_path)
    done = subprocess.run(
        command(folder, "unmeasured", "--eval-minutes", "0"), capture_output=True, text=True, env={**os.environ, "VOVISION_FFMPEG": str(fails_once)})
    assert done.returncode == 0 and done.stdout.count("not measured: ffmpeg decoded 0 of 24 pictures") == 1
    ended = load_file(str(folder / "unmeasured" / "latest.safetensors"))
    assert max(float((ended[name] - whole[name]).abs().max()) for name in whole) < 1e-6


@pytest.mark.skipif(decoder() is None, reason="there is no ffmpeg")
def test_ctrl_c_while_it_measures_loses_no_step(uninterrupted, tmp_path: Path) -> None:
    folder, _ = uninterrupted
    slow = decoder_that(f'touch "{tmp_path}/measuring"; sleep 1', tmp_path)
    process = subprocess.Popen(
        command(folder, "stopped", "--eval-minutes", "0", "--save-minutes", "1000"), stdout=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "VOVISION_FFMPEG": str(slow)})
    while process.poll() is None and not (tmp_path / "measuring").exists():
        time.sleep(0.01)
    # As a terminal does, to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate()
    assert process.returncode == 0 and "stopped; the same command carries on" in said
    assert restore(folder / "stopped" / "checkpoint.pt")["step"] == 1
    assert len((folder / "stopped" / "log.jsonl").read_text().splitlines()) == 1


def test_a_training_that_fails_ends_its_workers_and_itself(uninterrupted, tmp_path: Path) -> None:
    folder, _ = uninterrupted
    out = tmp_path / "gone"
    process = subprocess.Popen(
        command(folder, "gone", "--out", str(out), "--workers", "1", "--steps", "100000"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while process.poll() is None and not (out / "checkpoint.pt").exists():
        time.sleep(0.01)
    shutil.rmtree(out)
    out.write_text("")
    try:
        _, said = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == 1 and "Error" in said
    # The group is the workers' too.
    with pytest.raises(ProcessLookupError):
        for _ in range(200):
            os.killpg(process.pid, 0)
            time.sleep(0.05)


def test_parts_that_are_held_stay_as_they_are(uninterrupted) -> None:
    folder, free = uninterrupted
    held = ("--hold", "stem0", "stage3")
    subprocess.run(command(folder, "held", *held), check=True, capture_output=True)
    assert 5 <= interrupt(folder, "held and killed", signal.SIGKILL, *held) < 30
    subprocess.run(command(folder, "held and killed", *held), check=True, capture_output=True)
    begun = Graph(folder / "tiny.onnx").tensors()
    for name in ("held", "held and killed"):
        ended = load_file(str(folder / name / "final.safetensors"))
        assert {each for each in begun if torch.equal(begun[each], ended[each])} == {each for each in begun if each.startswith(("stem0.", "stage3."))}
    whole, resumed = (load_file(str(folder / name / "latest.safetensors")) for name in ("held", "held and killed"))
    assert max(float((resumed[name] - whole[name]).abs().max()) for name in whole) < 1e-6
    assert max(float((whole[name] - free[name]).abs().max()) for name in whole) > 1e-3


@pytest.mark.parametrize(("parts", "words"), [
    (("stem",), "has no part stem."),
    (("stem0", "stem1", "stage3", "stage16", "stage32", "ese16", "ese32", "head8", "head16", "head32"), "is left to learn"),
], ids=("not there", "all"))
def test_what_cannot_be_held_is_said(uninterrupted, parts: tuple[str, ...], words: str) -> None:
    folder, _ = uninterrupted
    done = subprocess.run(command(folder, "refused", "--hold", *parts), capture_output=True, text=True)
    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr


def test_a_half_written_checkpoint_is_not_taken(uninterrupted) -> None:
    folder, _ = uninterrupted
    path = folder / "whole" / "checkpoint.pt"
    path.with_name("checkpoint.pt.partial").write_bytes(path.read_bytes()[:1000])
    assert restore(path)["step"] == 30


def test_weights_of_another_network_are_refused(uninterrupted, tmp_path: Path) -> None:
    folder, _ = uninterrupted
    from safetensors.torch import save_file
    save_file({"stem0.weight": torch.zeros(1)}, str(tmp_path / "other.safetensors"))
    done = subprocess.run(command(folder, "refused", "--init", str(tmp_path / "other.safetensors")), capture_output=True, text=True, env=os.environ)
    assert done.returncode == 1 and "The weights do not fit" in done.stderr and "Traceback" not in done.stderr
