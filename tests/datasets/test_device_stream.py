import pickle

import h5py
import jax
import numpy as np
import pytest

from brickyard.datasets import (
    ConcatenatedScheme,
    ConstantScheme,
    DataStream,
    H5PYDataset,
    IndexableDataset,
    IterableDataset,
    OnDevice,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
    device_stream,
)
from brickyard.datasets.converters import fill_hdf5_file
from brickyard.datasets.transformers import Batch, ScaleAndShift
from brickyard.testing import check_stream

RNG = np.random.default_rng(2)
DATA = {
    "images": RNG.integers(0, 256, (11, 2, 3), dtype="uint8"),
    "half": RNG.normal(size=(11, 4)).astype("float16"),
    "wide": np.array([np.nan, -0.0, np.inf, 1e-320, *range(7)]),
    "targets": np.arange(11) + 2**40,
    "truth": np.arange(11) % 3 == 0,
}
SCHEMES = {
    "sequential": SequentialScheme(11, 4),
    "shuffled": ShuffledScheme(11, 4, seed=3),
    "some": SequentialScheme([7, 1, 9], 2),
    "sorted": ShuffledScheme(11, 5, sorted_indices=True),
    "all at once": SequentialScheme(11, 100),
    "examples": SequentialExampleScheme(11),
    "shuffled examples": ShuffledExampleScheme([5, 3, 4]),
    "two": ConcatenatedScheme([SequentialScheme(4, 2), ShuffledScheme(11, 2)]),
}


def dataset(**kwargs):
    return IndexableDataset(DATA, **kwargs)


def assert_same_items(one, other):
    assert one.sources == other.sources
    for epoch in (0, 1):
        pairs = zip(
            one.get_epoch_iterator(epoch=epoch),
            other.get_epoch_iterator(epoch=epoch),
            strict=True,
        )
        for here, there in pairs:
            for expected, array in zip(here, there, strict=True):
                assert isinstance(array, jax.Array)
                assert array.dtype == expected.dtype
                assert array.shape == expected.shape
                assert np.asarray(array).tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", SCHEMES)
def test_items_are_those_of_a_data_stream(name):
    scheme = SCHEMES[name]
    stream = OnDevice(dataset(), scheme)
    assert stream.produces_examples is scheme.requests_examples
    assert stream.epoch_length == DataStream(dataset(), scheme).epoch_length
    assert_same_items(DataStream(dataset(), scheme), stream)


@pytest.mark.parametrize("name", ["sequential", "shuffled", "examples", "two"])
def test_streams_resume_everywhere(name):
    check_stream(OnDevice(dataset(), SCHEMES[name]))


def test_parts_of_a_dataset():
    part = dataset(start=2, stop=9, sources=("wide", "images"))
    scheme = ShuffledScheme(7, 3)
    assert_same_items(DataStream(part, scheme), OnDevice(part, scheme))


def test_files_in_memory(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        labels = {"x": ("batch", "feature")}
        x = RNG.normal(size=(9, 2))
        fill_hdf5_file(
            file, [("train", "x", x[:6]), ("test", "x", x[6:])], axis_labels=labels
        )
    part = H5PYDataset(
        tmp_path / "a.hdf5", "train", subset=[4, 0, 2], load_in_memory=True
    )
    stream = OnDevice(part, ShuffledScheme(3, 2))
    assert stream.axis_labels == labels
    assert_same_items(DataStream(part, ShuffledScheme(3, 2)), stream)
    check_stream(stream)


def test_lists_of_numbers_become_arrays():
    stream = OnDevice(IndexableDataset({"x": [3, 4, 5]}), SequentialScheme(3, 2))
    assert [x.tolist() for (x,) in stream.get_epoch_iterator()] == [[3, 4], [5]]


def test_transformers_on_top():
    data = IndexableDataset({"x": np.arange(10, dtype="uint8").reshape(5, 2)})
    stream = ScaleAndShift(OnDevice(data, SequentialScheme(5, 2)), 0.5, 1)
    check_stream(stream)
    check_stream(Batch(OnDevice(data, SequentialExampleScheme(5)), ConstantScheme(2)))


def test_two_sizes_of_batches_are_two_compilations():
    gather = device_stream._gather()
    stream = OnDevice(
        IndexableDataset({"x": np.zeros((23, 7)), "y": np.zeros(23)}),
        ShuffledScheme(23, 5),
    )
    before = gather._cache_size()
    for epoch in range(3):
        list(stream.get_epoch_iterator(epoch=epoch))
    assert gather._cache_size() - before == 2


def test_only_indices_are_sent(monkeypatch):
    stream = OnDevice(dataset(), ShuffledScheme(11, 4))
    iterator = stream.get_epoch_iterator()
    next(iterator)
    sent, gather = [], device_stream._gather()

    def remember(arrays, indices):
        assert all(isinstance(array, jax.Array) for array in arrays)
        sent.append(indices)
        return gather(arrays, indices)

    monkeypatch.setattr(device_stream, "_gather", lambda: remember)
    next(iterator)
    assert [(indices.dtype, indices.shape) for indices in sent] == [("int32", (4,))]


def test_the_data_are_put_there_once_and_taken_away():
    stream = OnDevice(dataset(), ShuffledScheme(11, 4))
    assert stream._arrays is None
    next(stream.get_epoch_iterator())
    arrays = stream._arrays
    next(stream.get_epoch_iterator())
    assert stream._arrays is arrays
    assert pickle.loads(pickle.dumps(stream))._arrays is None
    stream.close()
    assert stream._arrays is None
    assert_same_items(DataStream(dataset(), ShuffledScheme(11, 4)), stream)


def test_single_requests():
    stream = OnDevice(dataset(sources=("targets",)), SequentialScheme(11, 4))
    assert (stream.get_data([3, 1])[0] - 2**40).tolist() == [3, 1]
    assert (stream.get_data(slice(2, 4))[0] - 2**40).tolist() == [2, 3]
    assert stream.get_data([])[0].shape == (0,)
    with pytest.raises(IndexError, match="OnDevice has 11 examples and got a request"):
        stream.get_data([11])
    with pytest.raises(TypeError, match="OnDevice needs a request for indices"):
        stream.get_data()


def test_refuses_datasets_that_are_not_in_memory(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        fill_hdf5_file(
            file, [("train", "x", np.zeros((6, 2)))], axis_labels={"x": ("b", "f")}
        )
    part = H5PYDataset(tmp_path / "a.hdf5", "train")
    message = "in memory, and H5PYDataset reads from a file; .* load_in_memory=True"
    with pytest.raises(ValueError, match=message):
        OnDevice(part, SequentialScheme(6, 2))
    with pytest.raises(ValueError, match="IterableDataset is read from start to end"):
        OnDevice(IterableDataset({"x": [1]}), SequentialScheme(1, 1))


def test_refuses_what_is_no_dataset():
    with pytest.raises(TypeError, match="must be a dataset such as IndexableDataset"):
        OnDevice([1, 2], SequentialScheme(2, 1))


def test_refuses_what_are_no_numbers():
    data = {"x": np.zeros(2), "words": [[1], [1, 2]]}
    with pytest.raises(TypeError, match="OnDevice: source 'words' has examples that d"):
        OnDevice(IndexableDataset(data), SequentialScheme(2, 1))
    data = {"x": np.zeros(2), "names": np.array(["a", "b"])}
    with pytest.raises(TypeError, match="OnDevice: source 'names' has the dtype <U1"):
        OnDevice(IndexableDataset(data), SequentialScheme(2, 1))
    OnDevice(IndexableDataset(data, sources=("x",)), SequentialScheme(2, 1))


@pytest.mark.parametrize("scheme", [None, ConstantScheme(2)])
def test_refuses_schemes_without_indices(scheme):
    with pytest.raises(
        TypeError, match=r"OnDevice must request indices, .*got (None|C)"
    ):
        OnDevice(dataset(), scheme)
