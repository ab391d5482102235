import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import (
    AgnosticSourcewiseTransformer,
    SourcewiseTransformer,
)
from brickyard.testing import check_stream


class Negate(AgnosticSourcewiseTransformer):
    def transform_any_source(self, source_data, source_name):
        return -source_data


class Tag(SourcewiseTransformer):
    def transform_source_example(self, source_example, source_name):
        return f"{source_name} example"

    def transform_source_batch(self, source_batch, source_name):
        return [f"{source_name} of batch"] * len(source_batch)


@pytest.fixture
def dataset():
    return IndexableDataset({"x": np.arange(5.0), "y": np.arange(5)})


@pytest.fixture
def batches(dataset):
    return DataStream(dataset, SequentialScheme(5, 2))


def test_streams(batches, dataset):
    check_stream(Negate(batches))
    check_stream(Negate(dataset.get_example_stream(), which_sources=("y",)))
    check_stream(Tag(batches, which_sources=["x"]))


def test_other_sources_are_the_same_objects(batches):
    (x, y) = Negate(batches, which_sources=("y",)).get_data(slice(0, 2))
    np.testing.assert_array_equal(y, [0, -1])
    np.testing.assert_array_equal(x, [0, 1])


def test_examples_and_batches_have_methods_of_their_own(batches, dataset):
    assert Tag(batches).get_data([0, 1])[0] == ["x of batch"] * 2
    assert Tag(dataset.get_example_stream()).get_data(0) == ("x example", "y example")


def test_all_sources_by_default(batches):
    assert Negate(batches).which_sources == ("x", "y")
    assert Negate(batches, which_sources=iter(["y"])).which_sources == ("y",)


def test_unknown_source_is_found_at_once(batches):
    with pytest.raises(ValueError, match=r"Negate: which_sources has 'xx'.*mean 'x'"):
        Negate(batches, which_sources=("xx",))
    with pytest.raises(TypeError, match="Negate: which_sources must be a sequence"):
        Negate(batches, which_sources="x")


def test_what_is_not_defined_is_named(batches, dataset):
    examples = dataset.get_example_stream()
    with pytest.raises(NotImplementedError, match="transform_source_batch is not"):
        SourcewiseTransformer(batches).get_data([0])
    with pytest.raises(NotImplementedError, match="transform_source_example is not"):
        SourcewiseTransformer(examples).get_data(0)
    with pytest.raises(NotImplementedError, match="transform_any_source is not"):
        AgnosticSourcewiseTransformer(batches).get_data([0])
