import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import Flatten
from brickyard.datasets.transformers.arrays import ragged
from brickyard.testing import check_stream

IMAGES = np.arange(5 * 1 * 2 * 3).reshape(5, 1, 2, 3)
LABELS = {
    "images": ("batch", "channel", "height", "width"),
    "targets": ("batch", "index"),
}


@pytest.fixture
def dataset():
    return IndexableDataset(
        {"images": IMAGES, "targets": np.arange(5)[:, None]}, axis_labels=LABELS
    )


@pytest.fixture
def batches(dataset):
    return DataStream(dataset, SequentialScheme(5, 2))


def test_streams(batches, dataset):
    check_stream(Flatten(batches))
    check_stream(Flatten(dataset.get_example_stream(), which_sources=("images",)))


def test_batches_keep_their_batch_axis(batches):
    data = list(Flatten(batches).get_epoch_iterator())
    assert [images.shape for images, _ in data] == [(2, 6), (2, 6), (1, 6)]
    assert [targets.shape for _, targets in data] == [(2, 1), (2, 1), (1, 1)]
    np.testing.assert_array_equal(
        np.concatenate([images for images, _ in data]), IMAGES.reshape(5, 6)
    )


def test_examples_become_one_dimensional(dataset):
    images, targets = Flatten(dataset.get_example_stream()).get_data(3)
    np.testing.assert_array_equal(images, IMAGES[3].ravel())
    assert targets.shape == (1,)


def test_nothing_is_copied(batches):
    (images, _) = Flatten(batches).get_data(slice(0, 2))
    assert np.shares_memory(images, IMAGES)


def test_labels(batches, dataset):
    stream = Flatten(batches, which_sources=("images",))
    assert stream.axis_labels == {**LABELS, "images": ("batch", "feature")}
    assert batches.axis_labels == LABELS
    examples = Flatten(dataset.get_example_stream())
    assert examples.axis_labels == {"images": ("feature",), "targets": ("feature",)}
    mine = {"images": ("batch", "pixel")}
    assert Flatten(batches, axis_labels=mine).axis_labels == mine


def test_batch_of_numbers_becomes_a_column(batches):
    dataset = IndexableDataset({"y": np.arange(3)})
    (y,) = Flatten(DataStream(dataset, SequentialScheme(3, 3))).get_data([0, 2])
    np.testing.assert_array_equal(y, [[0], [2]])


def test_empty_batch():
    dataset = IndexableDataset({"x": np.zeros((3, 2, 2))})
    (x,) = Flatten(DataStream(dataset, SequentialScheme(3, 3))).get_data(slice(0, 0))
    assert x.shape == (0, 4)


def test_examples_of_different_shapes():
    images = ragged([np.zeros((2, 3)), np.ones((1, 2)), np.zeros((4, 1))])
    stream = DataStream(IndexableDataset({"x": images}), SequentialScheme(3, 2))
    shapes = [
        [x.shape for x in batch[0]] for batch in Flatten(stream).get_epoch_iterator()
    ]
    assert shapes == [[(6,), (2,)], [(4,)]]
    check_stream(Flatten(stream))


def test_unknown_source(batches):
    with pytest.raises(ValueError, match="Flatten: which_sources has 'image'"):
        Flatten(batches, which_sources=("image",))
