"""Parameters go to and come from plain safetensors files."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from brickyard.training.checkpoint import (
    CheckpointError,
    export_parameters,
    import_parameters,
    load_parameters,
    write_checkpoint,
)

PARAMETERS = {"/a.W": np.ones((2, 3), "float32"), "/a.b": np.zeros(3)}


def test_other_libraries_can_read_it(tmp_path):
    export_parameters(tmp_path / "p.safetensors", PARAMETERS)
    read = load_file(tmp_path / "p.safetensors")
    assert {k: v.tobytes() for k, v in read.items()} == {
        k: v.tobytes() for k, v in PARAMETERS.items()
    }


def test_reads_files_of_other_libraries(tmp_path):
    save_file(PARAMETERS, tmp_path / "p.safetensors", metadata={"by": "others"})
    read = import_parameters(tmp_path / "p.safetensors")
    assert set(read) == set(PARAMETERS)
    np.testing.assert_array_equal(read["/a.W"], PARAMETERS["/a.W"])


def test_loads_from_both_kinds_of_files(tmp_path):
    export_parameters(tmp_path / "plain", PARAMETERS)
    write_checkpoint(tmp_path / "ckpt", {"parameters": PARAMETERS}, backend="xla")
    for name in ("plain", "ckpt"):
        read = load_parameters(tmp_path / name)
        np.testing.assert_array_equal(read["/a.W"], PARAMETERS["/a.W"])


def test_checkpoint_without_parameters(tmp_path):
    write_checkpoint(tmp_path / "x", {"loop": {}}, backend="xla")
    with pytest.raises(CheckpointError, match=r"x has no parameters, only \['loop'\]"):
        load_parameters(tmp_path / "x")


def test_refuses_other_files(tmp_path):
    (tmp_path / "x").write_bytes(b"\x80\x04pickle")
    with pytest.raises(CheckpointError, match="x has unusable arrays in 'the file'"):
        import_parameters(tmp_path / "x")


def test_refuses_other_values(tmp_path):
    with pytest.raises(TypeError, match="dtype <U1"):
        export_parameters(tmp_path / "x", {"a": np.array(["x"])})
    with pytest.raises(ValueError, match=r"arrays called \['__metadata__'\]"):
        export_parameters(tmp_path / "x", {"__metadata__": np.ones(1)})


def test_other_files_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("not parameters at all")
    with pytest.raises(CheckpointError, match=r"notes.txt is neither a checkpoint of"):
        load_parameters(tmp_path / "notes.txt")
