import pickle
from pathlib import Path

import numpy as np
import pytest

from brickyard.datasets.converters.cifar_files import (
    Label,
    OriginalFile,
    Version,
    find_cifar_files,
    parse_cifar_file,
)
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

VERSIONS = (
    Version("b.tar.gz", "bin", {"train": ("1.bin", "2.bin")}, binary=True),
    Version("p.tar.gz", "py", {"train": ("1", "2")}, binary=False),
)
LABELS = (Label("coarse", "c", 2), Label("fine", "f", 3))
PIXELS = np.arange(2 * 3072, dtype=np.uint8).reshape(2, 3072)


def file_of(content, binary=True):
    return OriginalFile("train", "some.bin", Path("some.bin"), content, binary)


def pickled(**values):
    values = {"data": PIXELS, "c": [1, 0], "f": [2, 1]} | values
    kept = {key: value for key, value in values.items() if value is not None}
    return file_of(pickle.dumps(kept, 4), binary=False)


def records(*labels):
    return b"".join(
        bytes(label) + row.tobytes() for label, row in zip(labels, PIXELS, strict=True)
    )


@pytest.mark.parametrize("binary", [True, False])
def test_both_versions_have_the_same_content(binary):
    file = file_of(records((1, 2), (0, 1))) if binary else pickled()
    found = parse_cifar_file(file, LABELS, 2)
    np.testing.assert_array_equal(found["features"], PIXELS.reshape(2, 3, 32, 32))
    assert found["coarse"].tolist() == [[1], [0]]
    assert found["fine"].tolist() == [[2], [1]]
    assert {array.dtype for array in found.values()} == {np.dtype(np.uint8)}


def test_wrong_numbers_of_images():
    with pytest.raises(DatasetFileError, match=r"'some.bin' has 2 images instead of 5"):
        parse_cifar_file(pickled(), LABELS, 5)
    with pytest.raises(DatasetFileError, match="has 0 images instead of any; it is tr"):
        parse_cifar_file(file_of(b""), LABELS, None)


@pytest.mark.parametrize("keep", [1, 3073, 3075, -1])
def test_truncated_records(keep):
    content = records((1, 2), (0, 1))[:keep]
    with pytest.raises(
        DatasetFileError, match=rf"some.bin' is truncated.* {len(content)} bytes .*3074"
    ):
        parse_cifar_file(file_of(content), LABELS, None)


@pytest.mark.parametrize("file", [file_of(records((1, 2), (2, 1))), pickled(c=[1, 2])])
def test_labels_without_a_class(file):
    with pytest.raises(
        DatasetFileError, match="has the label 2 among its coarse, which go from 0 to 1"
    ):
        parse_cifar_file(file, LABELS, None)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"data": None}, r"lacks the key 'data', it has \['c', 'f'\]"),
        ({"f": None}, "lacks the key 'f', it has"),
        ({"data": [1]}, r"shape \(batch, 3072\) under 'data', got a list of 1 items"),
        ({"data": PIXELS[:, 1:]}, r"got an array of shape \(2, 3071\)"),
        ({"data": PIXELS[0]}, r"got an array of shape \(3072,\)"),
        ({"c": [1]}, "a list of 2 small integers under 'c'.*got a list of 1 items"),
        ({"c": [1, 256]}, "small integers under 'c'"),
        ({"c": [1, -1]}, "small integers under 'c'"),
        ({"c": [1, "a"]}, "small integers under 'c'"),
        ({"f": "labels"}, "small integers under 'f'.*got str"),
        ({"f": 1.5}, "a pickle with more than plain data"),
    ],
)
def test_malformed_pickles(values, match):
    with pytest.raises(DatasetFileError, match=f"'some.bin'.* {match}"):
        parse_cifar_file(pickled(**values), LABELS, None)


def test_the_first_complete_version_is_taken(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "1.bin").write_bytes(b"1")
    for name in ("1", "2"):
        (tmp_path / name).write_bytes(b"p")
    files = list(find_cifar_files(tmp_path, VERSIONS, "C"))
    assert [file.binary for file in files] == [False, False]
    (tmp_path / "bin" / "2.bin").write_bytes(b"2")
    files = list(find_cifar_files(tmp_path, VERSIONS, "C"))
    assert [(file.split, file.content) for file in files] == [
        ("train", b"1"),
        ("train", b"2"),
    ]


def test_missing_files_are_those_of_the_fuller_folder(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "1.bin").write_bytes(b"1")
    with pytest.raises(
        MissingInputFiles, match=r"no complete C: .*'b.tar.gz' or 'p.tar.gz'.*bin'.*why"
    ) as info:
        list(find_cifar_files(tmp_path, VERSIONS, "C", hint=", why"))
    assert info.value.filenames == ["2.bin"]
