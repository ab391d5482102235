import jax.numpy as jnp
import numpy as np
import pytest

from brickyard.datasets import (
    AbstractDataStream,
    ConstantScheme,
    DataIterator,
    Dataset,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.testing import check_stream
from brickyard.testing.streams import (
    check_bad_states_are_refused,
    check_batches_stay,
    check_epoch_counter,
    check_epochs_are_functions,
    check_iterators_are_independent,
    check_picklable,
    check_resumes_everywhere,
    check_skipping,
    check_sources,
    round_trip,
    same,
)


def good():
    dataset = IndexableDataset({"x": np.arange(7.0), "y": np.eye(7)})
    return DataStream(dataset, ShuffledScheme(7, 2))


class Numbers(AbstractDataStream):
    """Gives 0, 1, 2, 3 and has whatever fault a test gives it."""

    sources = ("x",)
    produces_examples = True
    iterator_class = DataIterator

    def get_data(self, request=None):
        return (request,)

    def open_epoch(self, epoch):
        requests = SequentialScheme(4, 1).get_request_iterator(epoch)
        return self.iterator_class(self, requests, epoch=epoch)


class Sizes(Dataset):
    provides_sources = ("size",)

    def get_data(self, state=None, request=None):
        return (np.full(request, 1.0),)


@pytest.mark.parametrize(
    "stream",
    [
        good(),
        Numbers(),
        DataStream(IterableDataset([1, 2])),
        DataStream(IndexableDataset(["a", "b"]), SequentialScheme(2, 1)),
    ],
)
def test_good_streams_pass(stream):
    check_stream(stream)
    assert stream.epoch == 0


def test_endless_streams_are_cut():
    check_stream(DataStream(Sizes(), ConstantScheme(2)), max_batches=4)


def test_sources_must_be_distinct_names():
    class Listed(Numbers):
        sources = ["x"]

    with pytest.raises(AssertionError, match=r"Listed\.sources must be a tuple of str"):
        check_sources(Listed())

    class Doubled(Numbers):
        sources = ("x", "x")

    with pytest.raises(AssertionError, match=r"Doubled\.sources has duplicates"):
        check_sources(Doubled())


def test_kind_must_be_known():
    class Vague(Numbers):
        produces_examples = None

    with pytest.raises(AssertionError, match="produces_examples must be a bool"):
        check_sources(Vague())


def test_labels_must_be_of_sources():
    stream = Numbers()
    stream.axis_labels = {"z": ("batch",)}
    with pytest.raises(AssertionError, match="labels for 'z', which is not a source"):
        check_sources(stream)


def test_data_must_be_tuples():
    class Lists(Numbers):
        def get_data(self, request=None):
            return [request]

    with pytest.raises(AssertionError, match="Lists must give tuples, it gave list"):
        check_sources(Lists())


def test_empty_streams_cannot_be_checked():
    stream = DataStream(IndexableDataset(range(0)), SequentialScheme(0, 1))
    with pytest.raises(AssertionError, match="epoch 0 of DataStream is empty"):
        check_stream(stream)


class Drifting(Numbers):
    """Gives other numbers each time it is asked."""

    count = 0

    def get_data(self, request=None):
        self.count += 1
        return (self.count,)


def test_epochs_must_repeat():
    with pytest.raises(AssertionError, match="epoch 1 of Drifting read again differs"):
        check_epochs_are_functions(Drifting())


def test_pickled_copies_must_agree():
    with pytest.raises(
        AssertionError, match="a pickled copy of Drifting differs: item"
    ):
        check_picklable(Drifting())
    stream = Numbers()
    stream.function = lambda: None
    with pytest.raises(AssertionError, match="Numbers cannot be pickled"):
        check_picklable(stream)


class Forgetful(DataIterator):
    """Goes past an item without counting, or forgets what comes after."""

    length = 1

    def fetch(self, request):
        return (np.asarray(request),)

    def can_skip(self):
        return True

    def pass_over(self, request, counted):
        next(self.request_iterator, None)
        return self.length


def test_skipping_must_lead_where_reading_does():
    stream = Numbers()
    stream.iterator_class = Forgetful
    with pytest.raises(
        AssertionError, match="the state of Numbers after item 0 was sk"
    ):
        check_skipping(stream)
    stream = Numbers()
    stream.produces_examples = False

    class Miscounting(Forgetful):
        def pass_over(self, request, counted):
            return 3

    stream.iterator_class = Miscounting
    with pytest.raises(
        AssertionError, match=r"counted=True\) must return 1 for item 0"
    ):
        check_skipping(stream)


def test_counter_must_count():
    class Stuck(Numbers):
        def next_epoch(self):
            pass

    with pytest.raises(AssertionError, match=r"Stuck\.epoch must be 2 .* it is 1"):
        check_epoch_counter(Stuck())

    class Moving(Numbers):
        def open_epoch(self, epoch):
            self.epoch = epoch
            return super().open_epoch(epoch)

    with pytest.raises(AssertionError, match=r"epoch=5\) moved the counter to 5"):
        check_epoch_counter(Moving())

    class Forgetful(Numbers):
        def set_state(self, state):
            pass

    with pytest.raises(
        AssertionError, match=r"Forgetful\.set_state did not bring back"
    ):
        check_epoch_counter(Forgetful())

    class Endless(Numbers):
        def reset(self):
            self.epoch = 1

    with pytest.raises(AssertionError, match=r"Endless\.reset\(\) must set the epoch"):
        check_epoch_counter(Endless())


class Summing(DataIterator):
    """Forgets its total."""

    total = 0

    def fetch(self, request):
        self.total += request[0]
        return (self.total,)


class Sums(Numbers):
    iterator_class = Summing


def test_forgotten_memory_is_found():
    with pytest.raises(
        AssertionError, match="Sums stopped after 2 of 4 and resumed differs"
    ):
        check_resumes_everywhere(Sums())


def test_states_must_be_plain():
    class Odd(DataIterator):
        def get_memory(self):
            return {"seen": {1, 2}}

    class OddStream(Numbers):
        iterator_class = Odd

    with pytest.raises(
        AssertionError, match=r"\['memory'\]\['seen'\] is a set; a state"
    ):
        check_resumes_everywhere(OddStream())


class Shared(Numbers):
    """All epochs share one cursor."""

    def open_epoch(self, epoch):
        iterator = super().open_epoch(epoch)
        self.requests = iterator.request_iterator
        return iterator

    def get_data(self, request=None):
        return (self.requests.position,)


def test_shared_cursors_are_found():
    with pytest.raises(AssertionError, match="epoch 0 of Shared read in turns differs"):
        check_iterators_are_independent(Shared())


def test_reused_buffers_are_found():
    class Reusing(Numbers):
        def __init__(self):
            super().__init__()
            self.buffer = np.zeros(1)

        def get_data(self, request=None):
            self.buffer[:] = request[0]
            return (self.buffer,)

    with pytest.raises(AssertionError, match="data kept from Reusing differs"):
        check_batches_stay(Reusing())


def test_lenient_streams_are_found():
    class Lenient(DataIterator):
        def set_state(self, state):
            pass

    class LenientStream(Numbers):
        iterator_class = Lenient

    with pytest.raises(
        AssertionError, match="Lenient of LenientStream accepted the mal"
    ):
        check_bad_states_are_refused(LenientStream())


def test_round_trip():
    state = {"a": [1, 2.5, None, True, "x"], "b": {"c": np.arange(3)}, "d": np.int8(3)}
    came_back = round_trip(state, "state")
    assert same(state, came_back)
    assert came_back["b"]["c"] is not state["b"]["c"]
    with pytest.raises(AssertionError, match="state has the key 1, not a string"):
        round_trip({1: 2}, "state")
    with pytest.raises(AssertionError, match=r"state\[0\] is a tuple"):
        round_trip([()], "state")
    with pytest.raises(AssertionError, match="state is an array of objects"):
        round_trip(np.array([None]), "state")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (np.nan, np.nan, True),
        (1, 1.0, False),
        ([1, 2], [1, 2], True),
        ([1, 2], (1, 2), False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.zeros(2), np.zeros((2, 1)), False),
        (np.float32(1), np.float32(1), True),
        (np.str_("a"), np.str_("a"), True),
        (np.array([[1], "a"], dtype=object), np.array([[1], "a"], dtype=object), True),
        (np.array([[1], "a"], dtype=object), np.array([[2], "a"], dtype=object), False),
        (range(3), range(3), True),
        (jnp.zeros(2), jnp.zeros(2), True),
        (jnp.zeros(2), jnp.ones(2), False),
        (jnp.zeros(2), np.zeros(2, "float32"), False),
    ],
)
def test_same(one, other, equal):
    assert same(one, other) is equal
