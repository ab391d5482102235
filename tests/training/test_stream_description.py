"""A position in a stream is refused by a stream that gives other batches."""

import numpy as np
import pytest

from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import Flatten, Merge
from brickyard.training.state_tree import join_state, split_state
from brickyard.training.stream_description import (
    check_stream_description,
    describe_stream,
)


def make(examples=10, batch_size=4, seed=1, scheme=ShuffledScheme, source="x"):
    data = IndexableDataset({source: np.arange(10)})
    options = {"seed": seed} if scheme is ShuffledScheme else {}
    return DataStream(data, scheme(examples, batch_size, **options))


def test_same_stream_is_accepted():
    saved = join_state(*split_state(describe_stream(make())))
    stream = make()
    next(stream.get_epoch_iterator())
    check_stream_description(saved, stream)


def test_merged_and_transformed_streams():
    merged = Merge([make(), make(seed=2, source="z")], ("x", "y"))
    saved = describe_stream(Flatten(merged))
    check_stream_description(saved, Flatten(merged))
    other = Merge([make(), make(seed=3, source="z")], ("x", "y"))
    with pytest.raises(ValueError, match=r"ShuffledScheme.seed is 3 and was 2"):
        check_stream_description(saved, Flatten(other))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 3}, "ShuffledScheme.batch_size is 3 and was 4"),
        ({"seed": 2}, "ShuffledScheme.seed is 2 and was 1"),
        ({"examples": 9}, "ShuffledScheme.indices is '0:9:1' and was '0:10:1'"),
        ({"examples": [1, 5, 3]}, "indices is '3 indices [0-9a-f]{8}' and was"),
        ({"scheme": SequentialScheme}, "ShuffledScheme is 'absent' and was"),
        ({"source": "y"}, r"DataStream is \['y'\] and was \['x'\]"),
    ],
)
def test_other_streams_are_refused(changes, message):
    saved = describe_stream(make())
    with pytest.raises(ValueError, match=message):
        check_stream_description(saved, make(**changes))


def test_anything_can_be_described():
    assert describe_stream(object()) == {"object": []}
