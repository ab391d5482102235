"""Checkpoints are deterministic, and written whole or not at all."""

import errno
import os
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from safetensors.numpy import load

from brickyard.training.checkpoint import read_checkpoint, write_checkpoint
from brickyard.training.checkpoint.files import FileSystem


def parts(value):
    return {
        "parameters": {"/mlp/linear_0.W": np.full((3, 4), value, "float32")},
        "loop": {"iterations_done": value},
    }


def test_members_and_names(tmp_path):
    path = tmp_path / "run.ckpt"
    write_checkpoint(path, parts(1), backend="xla")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [
            "loop.json",
            "parameters.json",
            "parameters.safetensors",
            "manifest.json",
        ]
        (name, array), *others = load(archive.read("parameters.safetensors")).items()
    assert name == "/mlp/linear_0.W"
    assert array.dtype == np.float32
    assert not others


def test_same_states_give_the_same_bytes(tmp_path):
    write_checkpoint(tmp_path / "a", parts(1), backend="xla")
    shuffled = dict(reversed(parts(1).items()))
    write_checkpoint(tmp_path / "b", shuffled, backend="xla")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


class Killed(BaseException):
    """Stands for the end of the process."""


class DyingFileSystem(FileSystem):
    def __init__(self, size):
        self.left = size
        self.dead = False

    def write(self, descriptor, data):
        written = super().write(descriptor, data[: self.left]) if self.left else 0
        self.left -= written
        if not written:
            self.dead = True
            raise Killed
        return written

    def remove(self, path):
        if self.dead:
            raise OSError(errno.EIO, "dead processes remove nothing")
        super().remove(path)


def check_killed_after(path, sizes):
    for size in sizes:
        with pytest.raises(Killed):
            write_checkpoint(
                path, parts(2), backend="xla", file_system=DyingFileSystem(size)
            )
        assert read_checkpoint(path).parts["loop"] == {"iterations_done": 1}
    write_checkpoint(path, parts(2), backend="xla")
    assert read_checkpoint(path).parts["loop"] == {"iterations_done": 2}
    assert os.listdir(path.parent) == [path.name]


def test_killed_after_sampled_bytes(tmp_path):
    path = tmp_path / "run.ckpt"
    write_checkpoint(path, parts(1), backend="xla")
    check_killed_after(path, range(0, path.stat().st_size, 61))


@pytest.mark.slow
def test_killed_after_every_byte(tmp_path):
    path = tmp_path / "run.ckpt"
    write_checkpoint(path, parts(1), backend="xla")
    check_killed_after(path, range(path.stat().st_size))


SAVER = """
import sys
import numpy as np
from brickyard.training.checkpoint import write_checkpoint
value = 0
while True:
    value += 1
    state = {"value": value, "W": np.full((300, 300), value)}
    write_checkpoint(sys.argv[1], {"loop": state}, backend="xla")
    print(value, flush=True)
"""


def check_sigkill(path, times):
    rng = np.random.default_rng(1)
    for _ in range(times):
        with subprocess.Popen(
            [sys.executable, "-c", SAVER, str(path)], stdout=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            time.sleep(rng.uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
            reported = [1, *map(int, process.stdout.read().split())][-1]
        state = read_checkpoint(path).parts["loop"]
        assert state["value"] in (reported, reported + 1)
        np.testing.assert_array_equal(state["W"], state["value"])


def test_killed_for_real(tmp_path):
    check_sigkill(tmp_path / "run.ckpt", 3)


@pytest.mark.slow
def test_killed_for_real_many_times(tmp_path):
    check_sigkill(tmp_path / "run.ckpt", 60)


def test_what_cannot_be_written_is_found_first(tmp_path):
    path = tmp_path / "run.ckpt"
    write_checkpoint(path, parts(1), backend="xla")
    before = path.read_bytes()
    with pytest.raises(TypeError, match="at 'best' it has <object"):
        write_checkpoint(path, {"loop": {"best": object()}}, backend="xla")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["../x", "A", "", "manifest", "a.b", "1a"])
def test_names_of_parts(tmp_path, name):
    with pytest.raises(ValueError, match="needs a name of small letters"):
        write_checkpoint(tmp_path / "x", {name: {}}, backend="xla")


def test_number_of_parts(tmp_path):
    many = {f"part{i}": {} for i in range(40)}
    with pytest.raises(ValueError, match="at most 31 parts, got 40"):
        write_checkpoint(tmp_path / "x", many, backend="xla")
