import h5py
import numpy as np

from brickyard.datasets import H5PYDataset
from brickyard.datasets.converters.split_space import make_split_space


def test_what_is_written_there_is_read(tmp_path):
    labels = {"x": ("batch", "feature"), "y": ("batch",)}
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        starts = make_split_space(
            h5file,
            {"train": 3, "test": 2},
            {"x": ((2,), "float32"), "y": ((), np.uint8)},
            axis_labels=labels,
        )
        assert starts == {"train": 0, "test": 3}
        h5file["x"][3:5] = np.eye(2)
    dataset = H5PYDataset(tmp_path / "a.hdf5", "test")
    x, y = dataset.get_data(None, [0, 1])
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, np.eye(2))
    assert y.tolist() == [0, 0]
    assert dataset.axis_labels == labels
