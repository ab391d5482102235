import os

import h5py
import numpy as np
import pytest

from brickyard.cli.info_command import describe_file
from brickyard.datasets.converters import convert_digits
from brickyard.datasets.hdf5 import H5PYDataset


def cells(text):
    return [line.split() for line in text.splitlines()]


def test_a_file(run, make_file):
    path = make_file("own.hdf5")
    status, output, errors = run("data", "info", path)
    assert (status, errors) == (0, "")
    lines = cells(output)
    assert lines[0][0] == str(path)
    assert ["train", "9", "features,", "targets"] in lines
    assert ["test", "3", "features"] in lines
    assert ["features", "float32", "(12,", "2)", "batch,", "feature"] in lines
    assert ["targets", "int64", "(9,)", "batch"] in lines


def test_what_made_it(tmp_path):
    convert_digits(tmp_path)
    text = describe_file(tmp_path / "digits.hdf5")
    lines = cells(text)
    assert ["command", "brickyard", "data", "convert", "digits"] in lines
    assert ["h5py_version", h5py.__version__] in lines
    assert any(line[:1] == ["brickyard_version"] for line in lines)
    assert any(line[:1] == ["digits.csv.gz"] and len(line[1]) == 64 for line in lines)


def test_names(run, make_file):
    paths = [make_file("mnist.hdf5"), make_file("mnist_bool.hdf5")]
    _, output, _ = run("data", "info", "mnist")
    assert [line[0] for line in cells(output) if line and line[0][0] == "/"] == [
        str(path) for path in paths
    ]
    assert "1,437" in run("data", "info", "digits")[1]


def test_examples_of_varying_shape_and_texts(tmp_path):
    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w") as h5file:
        images = h5file.create_dataset("images", (2,), h5py.vlen_dtype(np.uint8))
        images.dims[0].label = "batch"
        for name, value in {
            "shapes": np.ones((2, 2), "int32"),
            "shape_labels": np.array([b"height", b"width"]),
        }.items():
            h5file[name] = value
            h5file[name].make_scale(name)
            images.dims[0].attach_scale(h5file[name])
        h5file.create_dataset("words", data=["a", "b"], dtype=h5py.string_dtype())
        interval = {"images": (0, 2), "words": (0, 2)}
        h5file.attrs["split"] = H5PYDataset.create_split_array({"all": interval})
        h5file.attrs["number"] = 3
        h5file["words"].attrs["inputs"] = "no JSON"
        h5file["images"].attrs["inputs"] = '["no object"]'
    lines = cells(describe_file(path))
    assert ["images", "uint8", "(2,", "varying)", "batch,", "height,", "width"] in lines
    assert ["words", "text", "(2,)", "?"] in lines
    assert "number" not in {word for line in lines for word in line}


def test_texts_do_not_steer_the_terminal(make_file):
    path = make_file("own.hdf5")
    with h5py.File(path, "a") as h5file:
        h5file.attrs["command"] = "rm\x1b[2J\nme"
        h5file.attrs["long"] = np.bytes_(b"x" * 5000)
    text = describe_file(path)
    assert "\x1b" not in text
    assert "rm\\x1b[2J me" in text
    assert "x" * 2000 in text
    assert "x" * 2001 not in text


def test_files_that_are_none(refuses, data_path, make_file):
    (data_path / "notes.txt").write_text("mine")
    whole = make_file("own.hdf5").read_bytes()
    (data_path / "cut.hdf5").write_bytes(whole[: len(whole) // 2])
    with h5py.File(data_path / "bare.hdf5", "w") as h5file:
        h5file["x"] = [1]
    for word, message in [
        ("none.hdf5", "there is no file 'none.hdf5'"),
        ("mnits", "did you mean 'mnist'"),
        ("iris", "`brickyard data convert iris`"),
        (data_path, "is a folder"),
        (data_path / "notes.txt", "notes.txt' is not an HDF5 file"),
        (data_path / "cut.hdf5", "cut.hdf5' is truncated"),
        (data_path / "bare.hdf5", "lacks the root attribute 'split'"),
    ]:
        refuses(1, message, "data", "info", word)


def test_files_that_lead_elsewhere(refuses, make_file, data_path):
    path = make_file("own.hdf5")
    with h5py.File(path, "a") as h5file:
        del h5file["features"]
        h5file["features"] = h5py.ExternalLink(os.devnull, "/x")
    refuses(1, "external links are refused", "data", "info", path)


@pytest.mark.parametrize("step", [97])
def test_damaged_files_are_one_line(run, make_file, step):
    path = make_file("own.hdf5")
    whole = path.read_bytes()
    for position in range(0, len(whole), step):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        status, _, errors = run("data", "info", path)
        assert status in (0, 1)
        assert errors.count("\n") == status
        assert "unexpected" not in errors
