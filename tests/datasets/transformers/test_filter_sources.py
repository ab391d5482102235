import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.transformers import FilterSources
from brickyard.testing import check_stream

LABELS = {"x": ("batch", "a"), "y": ("batch", "b"), "z": ("batch", "c")}


@pytest.fixture
def batches():
    dataset = IndexableDataset(
        {name: np.full((5, 1), name) for name in "xyz"}, axis_labels=LABELS
    )
    return DataStream(dataset, SequentialScheme(5, 2))


def test_stream(batches):
    check_stream(FilterSources(batches, ("x", "z")))


def test_keeps_the_order_of_the_stream_below(batches):
    stream = FilterSources(batches, iter(["z", "x"]))
    assert stream.sources == ("x", "z")
    assert [array[0, 0] for array in stream.get_data([0])] == ["x", "z"]
    assert stream.axis_labels == {"x": ("batch", "a"), "z": ("batch", "c")}
    assert batches.axis_labels == LABELS


def test_labels_can_be_given(batches):
    stream = FilterSources(batches, ("x",), axis_labels={"x": ("b", "t")})
    assert stream.axis_labels == {"x": ("b", "t")}


@pytest.mark.parametrize(
    ("sources", "error", "message"),
    [
        (("x", "w"), ValueError, "FilterSources: sources has 'w'.*There are: x, y, z"),
        ((), ValueError, "sources is empty; keep at least one of 'x', 'y', 'z'"),
        ("xy", TypeError, "FilterSources: sources must be a sequence"),
    ],
)
def test_refused_sources(batches, sources, error, message):
    with pytest.raises(error, match=message):
        FilterSources(batches, sources)
