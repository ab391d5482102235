import pytest

from brickyard.datasets import (
    AbstractDataStream,
    DataIterator,
    DataStream,
    IndexableDataset,
    SequentialExampleScheme,
    SequentialScheme,
)


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
