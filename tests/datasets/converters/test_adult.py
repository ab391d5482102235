import json

import h5py
import numpy as np
import pytest

from brickyard.datasets import Adult
from brickyard.datasets.converters import adult, convert_adult, convert_to_one_hot
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

TRAIN = [
    "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, "
    "White, Male, 2174, 0, 40, United-States, <=50K",
    "52, Private, 209642, HS-grad, 9, Married, Sales, Husband, "
    "Black, Male, 0, 0, 45, Cuba, >50K",
    "30, ?, 141297, Bachelors, 13, Married, ?, Husband, "
    "Other, Male, 0, 0, 40, India, >50K",
]
TEST = [
    "|1x3 Cross validator",
    "25, Private, 226802, 11th, 7, Never-married, Sales, Own-child, "
    "Black, Female, 0, 5, 40, United-States, >50K.",
]
COLUMNS = [
    "age", "workclass=Private", "workclass=State-gov", "fnlwgt", "education=11th",
    "education=Bachelors", "education=HS-grad", "education-num",
    "marital-status=Married", "marital-status=Never-married",
    "occupation=Adm-clerical", "occupation=Sales", "relationship=Husband",
    "relationship=Not-in-family", "relationship=Own-child", "race=Black", "race=White",
    "sex=Female", "sex=Male", "capital-gain", "capital-loss", "hours-per-week",
    "native-country=Cuba", "native-country=United-States",
]  # fmt: skip


@pytest.fixture
def directory(tmp_path, monkeypatch):
    monkeypatch.setattr(adult, "NUM_LINES", {"train": 3, "test": 1})
    monkeypatch.setattr(adult, "NUM_COLUMNS", len(COLUMNS))
    (tmp_path / "adult.data").write_text("\n".join(TRAIN) + "\n\n")
    (tmp_path / "adult.test").write_text("\n".join(TEST) + "\n\n")
    return tmp_path


def test_columns_are_the_same_in_both_splits(directory, monkeypatch):
    (path,) = convert_adult(directory, directory)
    assert path == str(directory / "adult.hdf5")
    with h5py.File(path) as h5file:
        assert json.loads(h5file["features"].attrs["columns"]) == COLUMNS
        assert "adult.test" in h5file["features"].attrs["inputs"]
        assert h5file.attrs["command"].endswith(f"adult --directory {directory}")
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(directory))
    features, targets = Adult("train").get_data(None, slice(0, 2))
    expected = [
        [39, 0, 1, 77516, 0, 1, 0, 13, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 2174, 0, 40, 0,
         1],
        [52, 1, 0, 209642, 0, 0, 1, 9, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 45, 1, 0],
    ]  # fmt: skip
    assert features.dtype == np.float32
    assert features.tolist() == expected
    assert targets.tolist() == [[0], [1]]
    test = Adult("test")
    assert test.num_examples == 1
    features, targets = test.get_data(None, slice(0, 1))
    assert [c for c, v in zip(COLUMNS, features[0], strict=True) if v == 1] == [
        "workclass=Private",
        "education=11th",
        "marital-status=Never-married",
        "occupation=Sales",
        "relationship=Own-child",
        "race=Black",
        "sex=Female",
        "native-country=United-States",
    ]
    assert targets.tolist() == [[1]]


def test_missing_file(directory):
    (directory / "adult.test").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'adult.test' \(or"):
        convert_adult(directory, directory)


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (" 2174,", "", "adult.data', line 1, must have 15 fields, got 14"),
        ("\n" + TRAIN[-1], "", "adult.data' has 2 lines of data instead of 3"),
        ("52", "old", "adult.data', line 2: age must be a number, got 'old'"),
        ("<=50K", "<=50", "adult.data', line 1: unknown income '<=50'; did you mean"),
        ("Sales", "Sale", "make 25 columns instead of 24; a file is damaged"),
    ],
)
def test_damaged_files(directory, old, new, match):
    path = directory / "adult.data"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DatasetFileError, match=match):
        convert_adult(directory, directory)
    assert not (directory / "adult.hdf5").exists()


def test_one_hot():
    np.testing.assert_array_equal(convert_to_one_hot([1, 3, 1]), np.eye(4)[[1, 3, 1]])
    assert convert_to_one_hot(np.array([0]), 3).tolist() == [[1, 0, 0]]
    assert convert_to_one_hot(np.array([], dtype=int)).shape == (0, 0)


@pytest.mark.parametrize(
    ("y", "num_classes", "error", "match"),
    [
        ([0.5], None, TypeError, "classes must be integers, got float64"),
        ([[1]], None, ValueError, r"the shape \(batch,\), got \(1, 1\)"),
        ([0, 3], 3, ValueError, "classes must be from 0 to 2, got 0 to 3"),
        ([-1, 1], None, ValueError, "classes must be from 0 to 1, got -1 to 1"),
    ],
)
def test_one_hot_of_wrong_classes(y, num_classes, error, match):
    with pytest.raises(error, match=match):
        convert_to_one_hot(np.array(y), num_classes)
