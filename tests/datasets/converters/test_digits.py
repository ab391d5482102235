import h5py
import numpy as np
import pytest
from sklearn.datasets import load_digits

from brickyard.datasets.converters import convert_digits, split_digits


@pytest.fixture(scope="module")
def original():
    return load_digits()


def test_every_original_image_is_there_once(tmp_path, original):
    (path,) = convert_digits(tmp_path)
    splits = split_digits(original.target)
    order = np.concatenate([splits["train"], splits["test"]])
    assert sorted(order) == list(range(1797))
    with h5py.File(path) as h5file:
        np.testing.assert_array_equal(h5file["features"][:, 0], original.images[order])
        np.testing.assert_array_equal(h5file["targets"][:, 0], original.target[order])
        assert "Alpaydin" in h5file.attrs["citation"]
        assert "Kaynak" in h5file.attrs["attribution"]
        assert "CC BY 4.0" in h5file.attrs["license"]


def test_stratified(original):
    splits = split_digits(original.target)
    assert len(splits["train"]) == 1437
    assert len(splits["test"]) == 360
    share = np.bincount(original.target) * 360 / 1797
    assert np.abs(np.bincount(original.target[splits["test"]]) - share).max() < 1


def test_the_same_every_time(original):
    first, second = split_digits(original.target), split_digits(original.target)
    np.testing.assert_array_equal(first["test"], second["test"])


def test_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        convert_digits(tmp_path)
