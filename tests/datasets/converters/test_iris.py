import h5py
import numpy as np
import pytest

from brickyard.datasets import Iris
from brickyard.datasets.converters import convert_iris, iris, sha256_of_file
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

CONTENT = "5.1,3.5,1.4,0.2,Iris-setosa\n7.0,3.2,4.7,1.4,Iris-versicolor\n"
CONTENT += "6.3,3.3,6.0,2.5,Iris-virginica\n\n"


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(iris, "NUM_EXAMPLES", 3)
    path = tmp_path / "iris.data"
    path.write_text(CONTENT)
    return path


def test_the_numbers_come_back(path, tmp_path, monkeypatch):
    (output,) = convert_iris(tmp_path, tmp_path)
    assert output == str(tmp_path / "iris.hdf5")
    with h5py.File(output) as h5file:
        assert h5file.attrs["command"].endswith(f"iris --directory {tmp_path}")
        assert sha256_of_file(path) in h5file["targets"].attrs["inputs"]
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    dataset = Iris("all")
    assert dataset.axis_labels["features"] == ("batch", "feature")
    features, targets = dataset.get_data(None, slice(0, 3))
    expected = [[5.1, 3.5, 1.4, 0.2], [7.0, 3.2, 4.7, 1.4], [6.3, 3.3, 6.0, 2.5]]
    np.testing.assert_array_equal(features, np.array(expected, dtype=np.float32))
    assert targets.tolist() == [[0], [1], [2]]


def test_missing_file(tmp_path):
    with pytest.raises(
        MissingInputFiles, match=r"lacks 'iris.data' \(or 'iris.data.gz"
    ):
        convert_iris(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (CONTENT[:-5], "line 3: unknown species 'Iris-virgin'; did you mean"),
        (CONTENT[:63], "line 3, must have 5 fields, got 1"),
        (CONTENT.splitlines()[0], "has 1 lines of data instead of 3"),
        (CONTENT.replace("7.0", "7,0"), "line 2, must have 5 fields, got 6"),
        (CONTENT.replace("7.0", "long"), "line 2: sepal length must be a number, got"),
    ],
)
def test_damaged_files(path, tmp_path, content, match):
    path.write_text(content)
    with pytest.raises(DatasetFileError, match=rf"iris.data'.*{match}"):
        convert_iris(tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]
