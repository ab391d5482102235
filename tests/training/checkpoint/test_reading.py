"""A checkpoint with one wrong byte is refused, whichever byte it is."""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from brickyard.training.checkpoint import (
    CheckpointError,
    read_checkpoint,
    write_checkpoint,
)
from brickyard.training.checkpoint.archive import ArchiveWriter
from brickyard.training.checkpoint.manifest import Manifest, MemberRecord
from brickyard.training.checkpoint.writing import pack_arrays

PARTS = {
    "parameters": {"/a.W": np.arange(6.0).reshape(2, 3), "/a.b": np.zeros(2, "int8")},
    "loop": {"done": 3, "ends": [1, 2]},
    "log": {"rows": [[0, {"cost": float("nan"), "error": np.float32(0.5)}]]},
}


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "run.ckpt"
    write_checkpoint(file, PARTS, backend="xla")
    return file


def test_reads_what_was_written(path):
    checkpoint = read_checkpoint(path)
    assert checkpoint.manifest.backend == "xla"
    assert checkpoint.parts["loop"] == PARTS["loop"]
    assert repr(checkpoint.parts["log"]) == repr(PARTS["log"])
    for name, array in PARTS["parameters"].items():
        read = checkpoint.parts["parameters"][name]
        assert read.dtype == array.dtype
        np.testing.assert_array_equal(read, array)
        assert read.flags.writeable


def check_flips(path, positions):
    data = path.read_bytes()
    for position in positions:
        altered = bytearray(data)
        altered[position] ^= 1 << (position % 8)
        path.write_bytes(altered)
        with pytest.raises(CheckpointError, match=r"run\.ckpt"):
            read_checkpoint(path)


def check_truncations(path, sizes):
    data = path.read_bytes()
    for size in sizes:
        path.write_bytes(data[:size])
        with pytest.raises(CheckpointError, match=r"run\.ckpt"):
            read_checkpoint(path)


def test_sampled_flips_and_truncations(path):
    size = path.stat().st_size
    data = path.read_bytes()
    check_flips(path, range(0, size, 7))
    path.write_bytes(data)
    check_truncations(path, range(0, size, 11))


@pytest.mark.slow
def test_every_flip_and_truncation(path):
    size = path.stat().st_size
    data = path.read_bytes()
    check_flips(path, range(size))
    path.write_bytes(data)
    check_truncations(path, range(size))


def test_altered_member_names_file_member_and_digests(path, tmp_path):
    contents = forge(tmp_path / "forged", {"loop.json": b'{"done":4}'}, honest=False)
    expected = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(
        CheckpointError,
        match=rf"forged is altered: the member 'loop.json' has the SHA-256 \w+, the "
        rf"manifest expects {expected}",
    ):
        read_checkpoint(contents)


def forge(path, members, *, honest=True, manifest=None, extra=()):
    """Write an archive that is consistent, with whatever content."""
    records = {
        name: MemberRecord(
            len(data),
            hashlib.sha256(data if honest else b"something else").hexdigest(),
        )
        for name, data in members.items()
    }
    with path.open("wb") as file:
        writer = ArchiveWriter(file.write)
        for name, data in [*members.items(), *extra]:
            writer.add(name, data)
        if manifest is None:
            manifest = json.dumps(Manifest.describe(records, "xla").as_dict()).encode()
        writer.add("manifest.json", manifest)
        writer.finish()
    return path


ARRAY = pack_arrays({"W": np.ones(2)})


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.pkl": b"cos\nsystem\n."}, "unknown member 'a.pkl'"),
        ({"../a.json": b"{}"}, "unknown member"),
        ({"a.safetensors": ARRAY}, "'a.safetensors' without a.json"),
        ({"a.json": b"{", "b.json": b"{}"}, "unusable member 'a.json'"),
        ({"a.json": b'{"a":1,"a":2}'}, "the key 'a' twice"),
        ({"a.json": b"[" * 100_000}, "nested too deep"),
        ({"a.json": b"9" * 10_000}, "unusable member 'a.json'"),
        ({"a.json": b'{"$array":"W"}'}, "needs the array 'W'"),
        ({"a.json": b"{}", "a.safetensors": ARRAY}, "'W' has no place in the state"),
        ({"a.json": b"{}", "a.safetensors": b"junk"}, "unusable arrays in 'a.json'"),
        (
            {"a.json": b"{}", "a.safetensors": ARRAY + b"junk"},
            "unusable arrays in 'a.json'",
        ),
        (
            {
                "a.json": b'{"$array":"W"}',
                "a.safetensors": pack_arrays({"W": np.ones(1, "complex64")}),
            },
            "array 'W' of dtype complex64",
        ),
    ],
)
def test_hostile_members(tmp_path, members, message):
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(forge(tmp_path / "x", members))


def test_manifest_and_members_disagree(tmp_path):
    path = forge(tmp_path / "x", {"a.json": b"{}"}, extra=[("b.json", b"{}")])
    with pytest.raises(CheckpointError, match=r"disagree about \['b.json'\]"):
        read_checkpoint(path)


def test_size_differs_from_the_manifest(tmp_path):
    record = {"a.json": MemberRecord(5, hashlib.sha256(b"{}").hexdigest())}
    manifest = json.dumps(Manifest.describe(record, "xla").as_dict()).encode()
    path = forge(tmp_path / "x", {"a.json": b"{}"}, manifest=manifest)
    with pytest.raises(CheckpointError, match="has 2 bytes, the manifest expects 5"):
        read_checkpoint(path)


def test_unreadable_manifest(tmp_path):
    with pytest.raises(CheckpointError, match="unreadable manifest"):
        read_checkpoint(forge(tmp_path / "x", {}, manifest=b"{"))


def test_no_manifest(tmp_path):
    path = tmp_path / "x"
    with path.open("wb") as file:
        writer = ArchiveWriter(file.write)
        writer.add("a.json", b"{}")
        writer.finish()
    with pytest.raises(CheckpointError, match="no manifest"):
        read_checkpoint(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="gone"):
        read_checkpoint(tmp_path / "gone")


def test_other_backend_is_refused(path):
    checkpoint = read_checkpoint(path)
    checkpoint.require_backend("xla")
    with pytest.raises(
        CheckpointError, match=r"'xla' and cannot be continued .*'numba'"
    ):
        checkpoint.require_backend("numba")


def test_files_of_released_formats_can_be_read():
    checkpoint = read_checkpoint(Path(__file__).with_name("data") / "format_1.ckpt")
    assert checkpoint.manifest.format_version == 1
    expected = np.arange(6, dtype="float32").reshape(2, 3) / 8
    read = checkpoint.parts["parameters"]["/mlp/linear_0.W"]
    np.testing.assert_array_equal(read, expected, strict=True)
    loop = checkpoint.parts["loop"]
    assert math.isnan(loop.pop("nan"))
    assert loop == {
        "iterations_done": 7,
        "tuple": (1, 2.5),
        "scalar": np.float16(0.5),
        "$key": None,
    }
