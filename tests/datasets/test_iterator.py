from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickyard.datasets import (
    AbstractDataStream,
    BatchScheme,
    ConcatenatedScheme,
    ConstantScheme,
    DataIterator,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Cast,
    Filter,
    Mapping,
    Merge,
    RandomSourcewiseTransformer,
    Rename,
    ShuffleBuffer,
    Transformer,
    Unpack,
)
from brickyard.datasets.transformers.base import TransformerIterator
from brickyard.testing.streams import same


class Doubler(AbstractDataStream):
    sources = ("x",)
    produces_examples = True

    def get_data(self, request=None):
        return (2 * request,)

    def open_epoch(self, epoch):
        return DataIterator(self, self.iteration_scheme.get_request_iterator(epoch))


class Running(DataIterator):
    """Sums up what its child gives."""

    def __init__(self, stream, child, epoch):
        super().__init__(stream, epoch=epoch)
        self.child = child
        self.total = 0

    def parts(self):
        return {"child": self.child}

    def fetch(self, request):
        self.total += next(self.child)[0]
        return (self.total,)

    def get_memory(self):
        return {"total": self.total}

    def set_memory(self, memory):
        if not isinstance(memory["total"], int):
            raise TypeError("total must be an integer")
        self.total = memory["total"]


class Totals(AbstractDataStream):
    sources = ("total",)

    def __init__(self):
        super().__init__()
        self.child = Doubler(SequentialExampleScheme(4))

    def open_epoch(self, epoch):
        return Running(self, self.child.get_epoch_iterator(epoch=epoch), epoch)


def test_by_itself_it_asks_the_stream():
    stream = Doubler(SequentialExampleScheme(3))
    assert list(stream.get_epoch_iterator()) == [(0,), (2,), (4,)]
    assert list(stream.get_epoch_iterator(as_dict=True))[1] == {"x": 2}


def test_position_and_state():
    iterator = Doubler(SequentialExampleScheme(3)).get_epoch_iterator(epoch=4)
    next(iterator)
    assert iterator.position == 1
    assert iterator.get_state() == {
        "epoch": 4,
        "position": 1,
        "memory": None,
        "parts": {"requests": {"position": 1}},
    }


def test_a_finished_iterator_stays_finished():
    iterator = Doubler(SequentialExampleScheme(1)).get_epoch_iterator()
    assert len(list(iterator)) == 1
    assert list(iterator) == []


def test_closing_ends_the_epoch_and_its_parts():
    iterator = Totals().get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator) == []
    assert list(iterator.child) == []


def test_parts_and_memory_resume():
    stream = Totals()
    assert [t for (t,) in stream.get_epoch_iterator()] == [0, 2, 6, 12]
    iterator = stream.get_epoch_iterator(epoch=0)
    next(iterator)
    next(iterator)
    later = stream.get_epoch_iterator(epoch=0)
    later.set_state(iterator.get_state())
    assert [t for (t,) in later] == [6, 12]


def test_a_refused_state_changes_nothing():
    stream = Totals()
    iterator = stream.get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    ahead = stream.get_epoch_iterator(epoch=0)
    list(ahead)
    bad = {**ahead.get_state(), "memory": {"total": "many"}}
    with pytest.raises(TypeError, match="total must be an integer"):
        iterator.set_state(bad)
    assert iterator.get_state() == state
    assert [t for (t,) in iterator] == [2, 6, 12]


def test_malformed_states():
    iterator = Doubler(SequentialExampleScheme(3)).get_epoch_iterator()
    state = iterator.get_state()
    with pytest.raises(
        ValueError, match="lacks 'epoch', 'position', 'memory', 'parts'"
    ):
        iterator.set_state({})
    with pytest.raises(
        ValueError, match=r"saved in epoch 7 and this is epoch 0; ask fo"
    ):
        iterator.set_state({**state, "epoch": 7})
    with pytest.raises(
        ValueError, match="the parts of the DataIterator of Doubler lacks"
    ):
        iterator.set_state({**state, "parts": {}})
    with pytest.raises(
        ValueError, match="remembers nothing, yet its state has memory 3"
    ):
        iterator.set_state({**state, "memory": 3})
    with pytest.raises(
        TypeError, match="'position' in the state of the DataIterator of"
    ):
        iterator.set_state({**state, "position": None})


def test_wrong_number_of_arrays():
    class Liar(Doubler):
        sources = ("x", "y")

    with pytest.raises(
        ValueError, match=r"Liar has 2 sources, \('x', 'y'\), and gave 1"
    ):
        next(Liar(SequentialExampleScheme(3)).get_epoch_iterator())


def test_errors_of_the_data_pass_through():
    dataset = IndexableDataset(range(3))
    iterator = DataStream(dataset, SequentialScheme(9, 9)).get_epoch_iterator()
    with pytest.raises(IndexError, match="has 3 examples"):
        next(iterator)


def test_request_iterators_must_have_state():
    class Plain:
        requests_examples = False

        def get_request_iterator(self, epoch):
            return iter([[0, 1]])

    stream = DataStream(IndexableDataset(range(3)), Plain())
    with pytest.raises(
        TypeError, match="must return a RequestIterator, which has get_"
    ):
        stream.get_epoch_iterator()


DATA = np.arange(46.0).reshape(23, 2)


class Noise(RandomSourcewiseTransformer):
    def randomize(self, batch, draws, source_name):
        return batch + draws[:, :1]


class Counting(IndexableDataset):
    """Counts how often it is asked."""

    asked = 0

    def get_data(self, state=None, request=None):
        type(self).asked += 1
        return super().get_data(state, request)


def shorter(data):
    return (data[0][: 1 + int(data[0][0, 0]) % 3],)


def is_kept(data):
    return np.sum(data[0]) % 8 != 1


def batches(dataset=None):
    dataset = IndexableDataset({"x": DATA}) if dataset is None else dataset
    return DataStream(dataset, ShuffledScheme(23, 3, seed=4))


def examples():
    dataset = IndexableDataset({"x": DATA})
    return DataStream(dataset, ShuffledExampleScheme(23, seed=4))


def read():
    return DataStream(IterableDataset({"x": DATA}))


PIPELINES = {
    "dataset": batches,
    "examples": examples,
    "cast": lambda: Cast(batches(), "float32"),
    "noise": lambda: Noise(batches()),
    "noise on examples": lambda: Noise(Noise(examples(), seed=2), seed=3),
    "noise twice": lambda: Noise(Cast(Noise(batches(), seed=2), "float32"), seed=3),
    "noise on shorter": lambda: Noise(Mapping(batches(), shorter)),
    "noise on names": lambda: Noise(Rename(batches(), {"x": "y"})),
    "batch": lambda: Batch(Noise(examples()), ConstantScheme(4)),
    "batch, no rest": lambda: Batch(Noise(examples()), ConstantScheme(4), 1),
    "noise on batch": lambda: Noise(Batch(examples(), ConstantScheme(4))),
    "few batches": lambda: Batch(examples(), ConstantScheme(4, times=2)),
    "read": lambda: Noise(Cast(Batch(read(), ConstantScheme(4)), "int16")),
    "filter": lambda: Noise(Filter(batches(), is_kept)),
    "unpack": lambda: Noise(Unpack(batches())),
    "shuffle": lambda: Noise(ShuffleBuffer(batches(), 4)),
    "merge": lambda: Noise(Merge((batches(), Noise(batches())), ("x", "y"))),
    "two schemes": lambda: Noise(
        DataStream(
            IndexableDataset({"x": DATA}),
            ConcatenatedScheme([SequentialScheme(9, 2), ShuffledScheme(9, 4)]),
        )
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(draw=st.data())
def test_skipping_leads_where_reading_does(name, draw):
    stream = PIPELINES[name]()
    reading = stream.get_epoch_iterator(epoch=1)
    skipping = stream.get_epoch_iterator(epoch=1)
    for item in reading:
        how = draw.draw(st.sampled_from(["read", "skip", "count"]))
        if how == "read":
            assert same(next(skipping), item)
        else:
            number = skipping.skip(counted=how == "count")
            counted = how == "count" and not stream.produces_examples
            assert number == (len(item[0]) if counted else 1)
        assert same(skipping.get_state(), reading.get_state())
    with pytest.raises(StopIteration):
        skipping.skip()


@pytest.mark.parametrize("number", [1, 5, 22, 23, 24, 100])
def test_many_examples_at_once(number):
    stream = Noise(Noise(examples(), seed=2), seed=3)
    iterator = stream.get_epoch_iterator(epoch=0)
    assert iterator.skip(number) == min(number, 23)
    assert same(list(iterator), list(stream.get_epoch_iterator(epoch=0))[number:])


def test_nothing_is_read_for_batches_that_are_skipped():
    Counting.asked = 0
    stream = Noise(Cast(batches(Counting({"x": DATA})), "float32"))
    iterator = stream.get_epoch_iterator(epoch=0)
    for _ in range(7):
        iterator.skip()
    assert Counting.asked == 0
    assert same(next(iterator), list(stream.get_epoch_iterator(epoch=0))[7])


class Strange(BatchScheme):
    """Requests whose length does not tell that of their batches."""

    requests_examples = False

    def get_request_iterator(self, epoch=0):
        requests = SequentialScheme(23, 3).get_request_iterator(epoch)
        requests.order = Slices()
        return requests


class Slices:
    def __len__(self):
        return 23

    def __getitem__(self, key):
        return slice(key.start, min(key.stop, 23))


def test_requests_of_unknown_length_are_read():
    stream = Noise(DataStream(IndexableDataset({"x": DATA}), Strange(23, 3)))
    expected = list(stream.get_epoch_iterator(epoch=0))
    iterator = stream.get_epoch_iterator(epoch=0)
    iterator.skip()
    assert same(list(iterator), expected[1:])


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (batches(), True),
        (examples(), True),
        (read(), False),
        (Cast(read(), "int8"), True),
        (Batch(read(), ConstantScheme(2)), False),
        (Batch(examples(), ConstantScheme(2)), True),
        (Batch(examples(), ConstantScheme(2), 2), False),
        (Filter(batches(), is_kept), False),
        (ShuffleBuffer(batches(), 2), False),
        (Noise(ShuffleBuffer(batches(), 2)), True),
    ],
)
def test_what_can_be_skipped(stream, expected):
    iterator = stream.get_epoch_iterator(epoch=0)
    assert iterator.can_skip() is expected
    assert len(list(islice(iterator, 2))) == 2


class Every(Transformer):
    """Every second item of the stream below, from the first on."""

    def make_iterator(self, child_iterator, epoch):
        return self.iterator_class(self, child_iterator, epoch)


class EveryIterator(TransformerIterator):
    def fetch(self, request):
        data = next(self.child)
        if self.child.can_skip():
            try:
                self.child.skip()
            except StopIteration:
                return data
        return data


class Hasty(EveryIterator):
    """Goes past both items, which it does not make."""

    def can_skip(self):
        return self.child.can_skip()

    def pass_over(self, request, counted):
        number = self.child.skip(counted=counted)
        try:
            self.child.skip()
        except StopIteration:
            return number
        return number


class Mixin:
    def fetch(self, request):
        return next(self.child)


class Mixed(Mixin, Hasty):
    """Has one item for each below, by something that is no iterator."""


@pytest.mark.parametrize(
    ("kind", "cheap"), [(EveryIterator, False), (Hasty, True), (Mixed, False)]
)
def test_iterators_of_other_authors(kind, cheap):
    Counting.asked = 0
    stream = Every(batches(Counting({"x": DATA})))
    stream.iterator_class = kind
    iterator = stream.get_epoch_iterator(epoch=0)
    assert iterator.can_skip() is cheap
    assert iterator.skip(counted=True) == 3
    assert iterator.skip() == 1
    assert Counting.asked == (0 if cheap else 2)
    assert same(list(iterator), list(stream.get_epoch_iterator(epoch=0))[2:])


def test_length_of_batches_may_be_known_to_be_kept():
    class Negate(Transformer):
        keeps_length = True

        def transform_batch(self, batch):
            raise AssertionError("this batch was to be passed over")

    iterator = Noise(Negate(batches())).get_epoch_iterator(epoch=0)
    assert iterator.skip(8, counted=True) == 23
    assert iterator.get_state()["memory"] == 23


def test_skipping_beyond_the_end_finishes_the_epoch():
    iterator = batches().get_epoch_iterator(epoch=0)
    assert iterator.skip(100) == 8
    assert list(iterator) == []
    assert batches().get_epoch_iterator(epoch=0).skip(0) == 0
