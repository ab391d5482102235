import logging

import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    ShuffledScheme,
)
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import Batch, BucketBatch, FilterSources, Unpack
from brickyard.testing import check_stream


def stream_of(count=200, labels=None):
    lengths = np.random.default_rng(1).integers(1, 40, count)
    return DataStream(
        IterableDataset(
            {
                "x": [np.full((n, 2), i, "float32") for i, n in enumerate(lengths)],
                "y": [[i] * (n // 2) for i, n in enumerate(lengths)],
                "index": range(count),
            },
            axis_labels=labels,
        )
    )


def bucketed(count=200, size=8, lengths=(10, 20, 40), **kwargs):
    kwargs = {"mask_sources": ("x",), **kwargs}
    return BucketBatch(stream_of(count), size, lengths, **kwargs)


def epoch(stream, number=0):
    return list(stream.get_epoch_iterator(as_dict=True, epoch=number))


@pytest.mark.parametrize("strictness", [0, 1])
@pytest.mark.parametrize("pool", [1, 2, 100])
def test_streams(pool, strictness):
    check_stream(bucketed(11, 3, pool_batches=pool, strictness=strictness))


def test_above_other_transformers():
    dataset = IndexableDataset({"x": [[1] * (i % 5) for i in range(13)]})
    stream = Unpack(DataStream(dataset, ShuffledScheme(13, 4)))
    stream = BucketBatch(stream, 3, pool_batches=2)
    check_stream(stream)
    check_stream(BucketBatch(FilterSources(Unpack(stream), ("x",)), 2, pool_batches=1))


def test_every_example_comes_once():
    orders = []
    for number in (0, 1):
        batches = epoch(bucketed(203, pool_batches=5), number)
        orders.append(np.concatenate([batch["index"] for batch in batches]).tolist())
        assert sorted(orders[-1]) == list(range(203))
        assert [len(batch["index"]) for batch in batches] == [8] * 25 + [3]
    assert orders[0] != orders[1]


def test_values():
    below = {index: (x, y) for x, y, index in stream_of().get_epoch_iterator()}
    stream = bucketed(mask_sources=("x", "y"))
    assert stream.sources == ("x", "x_mask", "y", "y_mask", "index")
    for batch in epoch(stream):
        assert batch["x"].dtype == np.float32
        assert batch["x_mask"].dtype == float_x()
        for row, index in enumerate(batch["index"].tolist()):
            for source, data in zip("xy", below[index], strict=True):
                kept = batch[f"{source}_mask"][row].astype(bool)
                assert kept.sum() == len(data)
                assert kept[: len(data)].all()
                np.testing.assert_array_equal(batch[source][row][kept], data)
                assert not batch[source][row][~kept].any()


def test_lengths_are_few_and_no_longer_than_they_must_be():
    lengths = (10, 20, 40)
    shapes = set()
    for batch in epoch(bucketed(size=8, strictness=1)):
        longest = int(batch["x_mask"].sum(axis=1).max())
        assert batch["x"].shape[1] == min(n for n in lengths if n >= longest)
        shapes.add(batch["x"].shape)
    assert shapes == {(8, 10, 2), (8, 20, 2), (8, 40, 2)}


def test_there_is_less_padding_than_in_batches_as_they_come():
    stream = bucketed(400, lengths=None)
    epoch(stream)
    lengths = [len(x) for x, *_ in stream_of(400).get_epoch_iterator()]
    parts = np.reshape(lengths, (-1, 8))
    unsorted = 1 - parts.sum() / (parts.max(axis=1) * 8).sum()
    assert stream.padding_cost.padding_rate < 0.5 * unsorted
    assert stream.padding_cost.padded_steps == stream.padding_cost.steps - sum(lengths)


def test_batches_come_in_random_order():
    lengths = [batch["x"].shape[1] for batch in epoch(bucketed())]
    assert lengths != sorted(lengths)
    assert lengths != sorted(lengths, reverse=True)


def test_the_last_batch_may_be_left_out():
    batches = epoch(bucketed(21, 8, strictness=1))
    assert [len(batch["x"]) for batch in batches] == [8, 8]
    assert epoch(bucketed(5, 8, strictness=1)) == []


def test_seeds_matter():
    def order(**kwargs):
        return [batch["index"].tolist() for batch in epoch(bucketed(**kwargs))]

    assert order() == order(seed=1)
    assert order() != order(seed=2)


def test_sequences_of_one_length():
    dataset = IterableDataset({"x": np.arange(12).reshape(4, 3)})
    batches = epoch(BucketBatch(DataStream(dataset), 2, [5]))
    assert [batch["x"].shape for batch in batches] == [(2, 5), (2, 5)]
    assert sum(batch["x"].sum() for batch in batches) == 66


def test_other_sources_may_be_ragged():
    stream = bucketed(9, 2)
    for batch in epoch(stream):
        for index, y in zip(batch["index"].tolist(), batch["y"], strict=True):
            assert set(np.ravel(y)) <= {index}


def test_the_cost_is_told(caplog):
    stream = bucketed(21, 8)
    with caplog.at_level(logging.INFO, "brickyard.datasets"):
        batches = epoch(stream, 3)
    cost = stream.padding_cost
    masks = [batch["x_mask"] for batch in batches]
    assert cost.steps == sum(mask.size for mask in masks)
    assert cost.steps - cost.padded_steps == sum(mask.sum() for mask in masks)
    assert cost.shapes == {mask.shape for mask in masks}
    assert caplog.messages == [f"BucketBatch, epoch 3: {cost}"]


def test_the_cost_is_resumed():
    stream = bucketed(40, 8)
    epoch(stream)
    expected = stream.padding_cost.get_state()
    iterator = stream.get_epoch_iterator(epoch=0)
    next(iterator)
    later = stream.get_epoch_iterator(epoch=0)
    later.set_state(iterator.get_state())
    list(later)
    assert stream.padding_cost.get_state() == expected


def test_the_state_has_no_data_in_it():
    iterator = bucketed().get_epoch_iterator()
    next(iterator)
    assert "array" not in repr(iterator.get_state())


def test_labels():
    below = stream_of(labels={"x": ("batch", "time", "feature"), "y": ("time",)})
    assert BucketBatch(below, 8, mask_sources=("x",)).axis_labels == {
        "x": ("batch", "time", "feature"),
        "x_mask": ("batch", "time"),
        "y": ("batch", "time"),
    }


def test_mask_dtype():
    assert epoch(bucketed(mask_dtype="bool"))[0]["x_mask"].dtype == bool


def test_closing_closes_the_stream_below():
    iterator = bucketed().get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator.replay.child) == []


def test_refuses_malformed_states():
    iterator = bucketed(9, 2).get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    with pytest.raises(
        ValueError, match=r"'next' in .* BucketBatch must be between 0 and"
    ):
        iterator.set_state({**state, "memory": {"pool": 0, "next": 5}})
    with pytest.raises(ValueError, match="the state of a BucketBatch lacks 'next'"):
        iterator.set_state({**state, "memory": {"pool": 0}})
    assert iterator.get_state() == state
    assert len(list(iterator)) == 4


def test_sequences_beyond_the_largest_length():
    with pytest.raises(
        ValueError, match="source 'x' has 39 steps, and the largest of le"
    ):
        epoch(bucketed(lengths=[10, 20]))


def test_sources_that_are_no_sequences():
    with pytest.raises(
        ValueError, match="BucketBatch: source 'index' has one number per"
    ):
        epoch(bucketed(mask_sources=None))


def test_refuses_batches():
    with pytest.raises(
        ValueError, match="examples, but Batch gives batches; put an Unpa"
    ):
        BucketBatch(Batch(stream_of(), ConstantScheme(2)), 2)


def test_refuses_arguments():
    with pytest.raises(
        ValueError, match="batch_size of BucketBatch must be at least 1"
    ):
        bucketed(size=0)
    with pytest.raises(
        ValueError, match="pool_batches of BucketBatch must be at least"
    ):
        bucketed(pool_batches=0)
    with pytest.raises(ValueError, match=r"strictness must be 0 .* or 1 .*, got 2"):
        bucketed(strictness=2)
    with pytest.raises(
        ValueError, match="BucketBatch: mask_sources has 'z', which is no"
    ):
        bucketed(mask_sources=("z",))
    with pytest.raises(
        TypeError, match="BucketBatch: mask_sources must be a sequence of"
    ):
        bucketed(mask_sources="x")
    with pytest.raises(TypeError, match="BucketBatch: 'float99' is not a data type"):
        bucketed(mask_dtype="float99")
    below = DataStream(IterableDataset({"x": [[1]], "x_mask": [[1]]}))
    with pytest.raises(
        ValueError, match="BucketBatch would give two sources the name 'x"
    ):
        BucketBatch(below, 2, mask_sources=("x",))
