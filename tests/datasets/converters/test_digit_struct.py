import io

import h5py
import numpy as np
import pytest

from brickyard.datasets.converters import digit_struct
from brickyard.datasets.converters.digit_struct import FIELDS, read_digit_struct
from brickyard.datasets.exceptions import DatasetFileError

BOXES = {
    "1.png": [[30, 30], [1, 10], [-1, 12], [5, 5], [10, 11]],
    "2.png": [[20], [3], [4], [5], [6]],
}


def write(boxes, change=None):
    """A file as MATLAB 7.3 writes it, with references between its parts."""
    file = io.BytesIO()
    with h5py.File(file, "w") as h5file:
        names, groups = [], []
        for index, (name, rows) in enumerate(boxes):
            codes = np.array([[ord(c)] for c in name], dtype=np.uint16)
            names.append([h5file.create_dataset(f"#refs#/n{index}", data=codes).ref])
            group = h5file.create_group(f"#refs#/b{index}")
            for field, values in zip(FIELDS, rows, strict=True):
                if len(values) == 1:
                    group[field] = np.array([values], dtype=float)
                    continue
                parts = [
                    h5file.create_dataset(
                        f"#refs#/{field}{index}_{i}", data=[[1.0 * v]]
                    )
                    for i, v in enumerate(values)
                ]
                group.create_dataset(
                    field, data=[[part.ref] for part in parts], dtype=h5py.ref_dtype
                )
            groups.append([group.ref])
        for field, refs in (("name", names), ("bbox", groups)):
            h5file.create_dataset(
                f"digitStruct/{field}", data=refs, dtype=h5py.ref_dtype
            )
        if change is not None:
            change(h5file)
    return file.getvalue()


def test_boxes_come_back():
    found = read_digit_struct(write(BOXES.items()), "d.mat")
    assert list(found) == list(BOXES)
    for name, rows in BOXES.items():
        assert found[name].dtype == np.int16
        assert found[name].tolist() == rows


def replace(name, value):
    def change(h5file):
        del h5file[name]
        if value is not None:
            h5file[name] = value

    return change


def external(h5file):
    del h5file["#refs#/b1/top"]
    h5file["#refs#/b1"].create_dataset("top", (1,), "f8", external="/etc/passwd")


def null(h5file):
    h5file["digitStruct/bbox"][1] = h5py.Reference()


def names_as_text(h5file):
    del h5file["digitStruct/name"]
    h5file["digitStruct/name"] = ["#refs#/n0", "#refs#/n1"]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (replace("digitStruct/name", None), "source 'digitStruct/name' is not in the"),
        (replace("digitStruct/name", [1, 2]), r"'digitStruct/name' has int64 of the"),
        (replace("digitStruct", h5py.ExternalLink("/a", "b")), "external link"),
        (replace("#refs#/n0", [["a"]]), r"'/#refs#/n0' has object of the"),
        (replace("#refs#/b1/top", None), "'/#refs#/b1' lacks the field 'top'"),
        (replace("#refs#/b1/top", h5py.SoftLink("/a")), "lacks the field 'top'"),
        (replace("#refs#/b1/top", "high"), "'/#refs#/b1/top' has object of the"),
        (replace("#refs#/b1/top", np.array([1])), "'/#refs#/b1/top' has int64 of the"),
        (replace("#refs#/b1/top", [np.nan]), "'/#refs#/b1' has boxes that are not on"),
        (replace("#refs#/b1/top", [1e5]), "'/#refs#/b1' has boxes that are not on"),
        (replace("#refs#/b1/top", [1.0, 2.0]), "inhomogeneous"),
        (external, "external storage"),
        (null, "Invalid HDF5 object reference"),
        (names_as_text, "'digitStruct/name' has object of the"),
    ],
)
def test_malformed_files(change, match):
    with pytest.raises(
        DatasetFileError, match=rf"'d.mat' is not a file of boxes on images.*({match})"
    ):
        read_digit_struct(write(BOXES.items(), change), "d.mat")


def test_references_to_other_things():
    def swap(h5file):
        names, boxes = (h5file[f"digitStruct/{field}"] for field in ("name", "bbox"))
        names[...] = boxes[...]

    with pytest.raises(DatasetFileError, match="a reference does not lead to values"):
        read_digit_struct(write(BOXES.items(), swap), "d.mat")

    def swap_back(h5file):
        names, boxes = (h5file[f"digitStruct/{field}"] for field in ("name", "bbox"))
        boxes[...] = names[...]

    with pytest.raises(DatasetFileError, match="a reference does not lead to boxes"):
        read_digit_struct(write(BOXES.items(), swap_back), "d.mat")


def test_an_image_twice():
    boxes = [("1.png", BOXES["2.png"])] * 2
    with pytest.raises(DatasetFileError, match=r"the image '1.png' is there twice"):
        read_digit_struct(write(boxes), "d.mat")


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_BOXES", "MAX_NAME"])
def test_too_much(monkeypatch, limit):
    monkeypatch.setattr(digit_struct, limit, 1)
    with pytest.raises(DatasetFileError, match=r"d.mat' is not .* of the shape \("):
        read_digit_struct(write(BOXES.items()), "d.mat")


def test_truncated():
    content = write(BOXES.items())
    for keep in range(0, len(content) - 1, len(content) // 20):
        with pytest.raises(DatasetFileError, match=r"'d.mat' is not a file of boxes"):
            read_digit_struct(content[:keep], "d.mat")
