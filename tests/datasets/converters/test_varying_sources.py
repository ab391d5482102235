import h5py
import numpy as np

from brickyard.datasets import H5PYDataset
from brickyard.datasets.converters.varying_sources import (
    make_varying_source,
    write_varying_example,
)


def test_examples_come_back(tmp_path):
    examples = [np.arange(6).reshape(2, 3), np.zeros((0, 4)), np.ones((1, 1))]
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        make_varying_source(h5file, "x", 3, "int16", ("height", "width"))
        make_varying_source(h5file, "y", 3, "float32", ("index",))
        for index, example in enumerate(examples):
            write_varying_example(h5file, "x", index, example)
            write_varying_example(h5file, "y", index, np.arange(index))
        split = {"all": {"x": (0, 3), "y": (0, 3)}}
        h5file.attrs["split"] = H5PYDataset.create_split_array(split)
    dataset = H5PYDataset(tmp_path / "a.hdf5", "all")
    assert dataset.vlen_sources == ("x", "y")
    assert dataset.axis_labels == {
        "x": ("batch", "height", "width"),
        "y": ("batch", "index"),
    }
    x, y = dataset.get_data(None, slice(0, 3))
    for found, expected in zip(x, examples, strict=True):
        assert found.dtype == np.int16
        np.testing.assert_array_equal(found, expected)
    assert [each.tolist() for each in y] == [[], [0], [0, 1]]
