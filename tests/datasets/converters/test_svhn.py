import h5py
import numpy as np
import pytest
from scipy.io import savemat

from brickyard.cli import main
from brickyard.datasets import SVHN
from brickyard.datasets.converters import (
    convert_svhn,
    convert_svhn_format_2,
    sha256_of_file,
    svhn,
)
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

COUNTS = {"train": 5, "extra": 4, "test": 3}


@pytest.fixture
def arrays(tmp_path, monkeypatch):
    monkeypatch.setattr(svhn, "_CHUNK", 2)
    rng = np.random.default_rng(1)
    arrays = {}
    for split, count in COUNTS.items():
        images = rng.integers(0, 256, (32, 32, 3, count)).astype(np.uint8)
        labels = np.array([[10], [1], [9], [2], [10]], dtype=np.uint8)[:count]
        savemat(
            tmp_path / f"{split}_32x32.mat",
            {"X": images, "y": labels},
            do_compression=True,
        )
        arrays[split] = images, labels
    return arrays


def test_the_arrays_come_back(tmp_path, arrays, monkeypatch):
    (path,) = convert_svhn(2, tmp_path, tmp_path)
    assert path == str(tmp_path / "svhn_format_2.hdf5")
    with h5py.File(path) as h5file:
        assert h5file["features"].dtype == h5file["targets"].dtype == np.uint8
        assert [d.label for d in h5file["features"].dims] == [
            "batch",
            "channel",
            "height",
            "width",
        ]
        assert h5file.attrs["command"].endswith("--which-format 2")
        inputs = h5file["features"].attrs["inputs"]
        assert all(sha256_of_file(p) in inputs for p in tmp_path.glob("*.mat"))
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    for split, (images, labels) in arrays.items():
        dataset = SVHN(2, (split,))
        assert dataset.num_examples == COUNTS[split]
        features, targets = dataset.get_data(None, slice(0, COUNTS[split]))
        for index, image in enumerate(features):
            for channel in range(3):
                np.testing.assert_array_equal(
                    image[channel], images[:, :, channel, index]
                )
        expected = [0 if label == 10 else label for label in labels[:, 0].tolist()]
        assert targets[:, 0].tolist() == expected


def test_without_extra(tmp_path, arrays, capsys):
    (tmp_path / "extra_32x32.mat").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'extra_32x32.mat'"):
        convert_svhn_format_2(tmp_path, tmp_path)
    words = ["--directory", str(tmp_path), "--output-directory", str(tmp_path)]
    assert main(["data", "convert", "svhn", "--without-extra", *words]) == 0
    path = capsys.readouterr().out.strip()
    with h5py.File(path) as h5file:
        assert SVHN.get_all_splits(h5file) == ("train", "test")
        assert h5file.attrs["command"].endswith("--without-extra")


def test_other_formats(tmp_path):
    with pytest.raises(ValueError, match=r"which_format of SVHN must be 1 .* got 3"):
        convert_svhn(3, tmp_path, tmp_path)
    with pytest.raises(MissingInputFiles, match=r"lacks 'train.tar.gz'"):
        convert_svhn(1, tmp_path, tmp_path)


IMAGES = np.zeros((32, 32, 3, 2), dtype=np.uint8)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"X": IMAGES}, "lacks the array 'y'"),
        ({"X": IMAGES[:30], "y": [[1], [2]]}, r"': 'X' must have the shape \(32, 32, "),
        ({"X": IMAGES[..., 0], "y": [[1]]}, r"': 'X' must have the shape \(32, 32, 3"),
        ({"X": IMAGES, "y": [[1]]}, r"': 'y' must have the shape \(2, 1\), .*\(1, 1\)"),
        ({"X": IMAGES, "y": [[0], [1]]}, "from 1 to 10, got 0 to 1"),
        ({"X": IMAGES, "y": [[11], [1]]}, "from 1 to 10, got 1 to 11"),
        ({"X": IMAGES * 1.0, "y": [[1], [1]]}, "'X' must be unsigned bytes, got float"),
    ],
)
def test_malformed_files(tmp_path, arrays, values, match):
    savemat(tmp_path / "extra_32x32.mat", values)
    with pytest.raises(DatasetFileError, match=rf"extra_32x32.mat'?.*{match}"):
        convert_svhn(2, tmp_path, tmp_path)
    assert not list(tmp_path.glob("*hdf5*"))


def test_truncated_file(tmp_path, arrays):
    path = tmp_path / "test_32x32.mat"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(
        DatasetFileError, match=r"test_32x32.mat' is (not a MATLAB|trunc)"
    ):
        convert_svhn(2, tmp_path, tmp_path)
    assert not list(tmp_path.glob("*hdf5*"))
