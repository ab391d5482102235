import jax
import numpy as np
import pytest

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Cache,
    Mapping,
    Padding,
    Prefetch,
    ShuffleBuffer,
    ToDevice,
)
from brickyard.testing import check_stream

DATA = {
    "x": np.random.default_rng(1).normal(size=(10, 2)).astype("float32"),
    "n": np.arange(10) + 2**40,
}


def stream_of(scheme=None, **kwargs):
    dataset = IndexableDataset(DATA, **kwargs)
    return DataStream(dataset, scheme or ShuffledScheme(10, 3, seed=2))


@pytest.mark.parametrize("ahead", [1, 2, 3, 20])
def test_items_are_those_below(ahead):
    below, stream = stream_of(), ToDevice(stream_of(), ahead)
    assert (stream.epoch_length, stream.sources) == (4, ("x", "n"))
    for epoch in (0, 1):
        pairs = zip(
            below.get_epoch_iterator(epoch=epoch),
            stream.get_epoch_iterator(epoch=epoch),
            strict=True,
        )
        for here, there in pairs:
            for expected, array in zip(here, there, strict=True):
                assert isinstance(array, jax.Array)
                assert array.dtype == expected.dtype
                assert np.asarray(array).tobytes() == expected.tobytes()


@pytest.mark.parametrize("ahead", [1, 2, 20])
def test_streams_resume_everywhere(ahead):
    check_stream(ToDevice(stream_of(), ahead))
    check_stream(ToDevice(DataStream(IterableDataset({"x": range(5)})), ahead))


def test_pipelines():
    words = DataStream(IterableDataset({"w": [[1], [2, 3], [4, 5, 6], [7]]}))
    padded = Padding(Batch(ShuffleBuffer(words, 3), ConstantScheme(2)))
    check_stream(ToDevice(padded))
    check_stream(ToDevice(Cache(stream_of(), ConstantScheme(4))))
    check_stream(ToDevice(Prefetch(stream_of(), 2)))
    check_stream(ToDevice(ToDevice(stream_of())))


@pytest.mark.parametrize("ahead", [1, 3])
def test_so_many_items_are_ahead(ahead):
    made = []

    def note(data):
        made.append(data)
        return data

    below = stream_of(SequentialScheme(10, 1))
    iterator = ToDevice(Mapping(below, note), ahead).get_epoch_iterator()
    assert made == []
    for taken in range(1, 11):
        next(iterator)
        assert len(made) == min(taken + ahead, 10)


def test_the_state_has_nothing_ahead_in_it():
    iterator = ToDevice(stream_of(), 2).get_epoch_iterator()
    below = stream_of().get_epoch_iterator()
    for _ in range(4):
        next(iterator), next(below)
        assert iterator.get_state()["parts"]["child"] == below.get_state()


def test_some_sources():
    names = np.array(list("abcdefghij"))
    data = IndexableDataset({"name": names, **DATA})
    below = DataStream(data, SequentialScheme(10, 4))
    stream = ToDevice(below, which_sources=["n"])
    name, x, n = next(stream.get_epoch_iterator())
    assert [type(data) for data in (name, x)] == [np.ndarray] * 2
    assert isinstance(n, jax.Array)
    check_stream(stream)


def test_data_outside_an_epoch():
    x, n = ToDevice(stream_of()).get_data([3, 1])
    assert isinstance(x, jax.Array)
    assert (n - 2**40).tolist() == [3, 1]


def fail_at_two(data):
    if data[1][0] - 2**40 == 2:
        raise RuntimeError("no two")
    return data


def test_errors_come_where_their_items_would_have_come():
    below = Mapping(stream_of(SequentialScheme(5, 1)), fail_at_two)
    iterator = ToDevice(below, 3).get_epoch_iterator()
    found = [next(iterator), next(iterator)]
    state = iterator.get_state()
    with pytest.raises(RuntimeError, match="no two"):
        next(iterator)
    found += iterator
    assert [int(n[0]) - 2**40 for _, n in found] == [0, 1, 3, 4]
    iterator.set_state(state)
    with pytest.raises(RuntimeError, match="no two"):
        next(iterator)


def test_closing_early_keeps_the_position_and_ends_the_epoch_below():
    iterator = ToDevice(stream_of(), 2).get_epoch_iterator(epoch=0)
    expected = list(iterator)
    iterator = ToDevice(stream_of(), 2).get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    iterator.close()
    assert iterator.get_state() == state
    assert list(iterator) == []
    assert list(iterator.child) == []
    iterator.set_state(state)
    rest = list(iterator)
    assert len(rest) == 3
    for (x, _), (other, _) in zip(expected[1:], rest, strict=True):
        assert np.array_equal(x, other)


def test_refuses_what_are_no_numbers():
    below = DataStream(IterableDataset({"x": [1], "name": ["a"]}))
    with pytest.raises(
        TypeError, match="ToDevice: source 'name' has the dtype <U1, an"
    ):
        next(ToDevice(below).get_epoch_iterator())
    words = Batch(DataStream(IterableDataset({"w": [[1], [2, 3]]})), ConstantScheme(2))
    with pytest.raises(
        TypeError, match=r"source 'w' has examples that .* with Padding"
    ):
        next(ToDevice(words).get_epoch_iterator())


def test_arguments():
    with pytest.raises(ValueError, match="ahead of ToDevice must be at least 1, got 0"):
        ToDevice(stream_of(), 0)
    with pytest.raises(ValueError, match="ToDevice: which_sources has 'y', which is"):
        ToDevice(stream_of(), which_sources=["y"])
    with pytest.raises(TypeError, match="which_sources must be a sequence of source n"):
        ToDevice(stream_of(), which_sources="xn")
