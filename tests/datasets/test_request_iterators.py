import numpy as np
import pytest

from brickyard.datasets import ConstantScheme, SequentialScheme
from brickyard.datasets.request_iterators import (
    BatchRequests,
    ChainedRequests,
    ExampleRequests,
    RequestIterator,
    SizeRequests,
    check_cursor,
    read_only,
)

MAKERS = {
    "range": lambda: BatchRequests(range(7), 2),
    "array": lambda: BatchRequests(np.array([5, 3, 1, 0, 2]), 2),
    "sorted": lambda: BatchRequests(np.array([5, 3, 1, 0, 2]), 3, sort=True),
    "examples": lambda: ExampleRequests(np.array([2, 0, 1])),
    "sizes": lambda: SizeRequests(3, times=3, last=2),
    "chained": lambda: ChainedRequests(
        [SequentialScheme(3, 2), SequentialScheme(0, 2), SequentialScheme(2, 1)], 0
    ),
    "empty": lambda: BatchRequests(range(0), 2),
}


def as_lists(requests):
    return [r if isinstance(r, int) else list(map(int, r)) for r in requests]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_resumes_everywhere(make):
    everything = as_lists(make())
    assert make().length == len(everything)
    for position in range(len(everything) + 1):
        requests = make()
        for _ in range(position):
            next(requests)
        resumed = make()
        resumed.set_state(requests.get_state())
        assert as_lists(resumed) == everything[position:]
        with pytest.raises(StopIteration):
            next(resumed)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_wrong_states(make):
    requests = make()
    with pytest.raises(ValueError, match=r"lacks '(position|scheme)'"):
        requests.set_state({})
    key = next(iter(requests.get_state()))
    for value, kind in [(-1, ValueError), (99, ValueError), (0.5, TypeError)]:
        with pytest.raises(kind, match=f"'{key}' in the state of .*Requests must be"):
            requests.set_state({**requests.get_state(), key: value})
    assert as_lists(requests) == as_lists(make())


def test_values():
    assert as_lists(MAKERS["array"]()) == [[5, 3], [1, 0], [2]]
    assert as_lists(MAKERS["sorted"]()) == [[1, 3, 5], [0, 2]]
    assert as_lists(MAKERS["sizes"]()) == [3, 3, 2]
    assert as_lists(MAKERS["chained"]()) == [[0, 1], [2], [0], [1]]
    assert next(MAKERS["range"]()) == range(2)


def test_requests_cannot_be_written_to():
    request = next(MAKERS["array"]())
    with pytest.raises(ValueError, match="read-only"):
        request[0] = 9
    assert read_only(range(3)) == range(3)


def test_examples_are_python_integers():
    assert type(next(MAKERS["examples"]())) is int


def test_endless_sizes():
    requests = SizeRequests(4)
    assert requests.length is None
    assert [next(requests) for _ in range(3)] == [4, 4, 4]
    requests.set_state({"position": 10**9})
    assert next(requests) == 4


def test_chain_with_an_endless_scheme():
    requests = ChainedRequests([ConstantScheme(2)], 0)
    assert requests.length is None


def test_chain_past_its_end_has_no_cursor():
    requests = MAKERS["chained"]()
    with pytest.raises(ValueError, match="past its last scheme and has a cursor"):
        requests.set_state({"scheme": 3, "requests": {"position": 1}})


def test_check_cursor():
    assert type(check_cursor(np.int64(3), None, "k", "o")) is int
    with pytest.raises(TypeError, match="'k' in the state of o must be an integer"):
        check_cursor(True, None, "k", "o")
    with pytest.raises(ValueError, match="must be at least 0, got -1"):
        check_cursor(-1, None, "k", "o")
    with pytest.raises(ValueError, match="must be between 0 and 3, got 4"):
        check_cursor(4, 3, "k", "o")


def test_abstract_methods_name_themselves():
    class Nothing(RequestIterator):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing\.__next__"):
        next(Nothing())
    with pytest.raises(NotImplementedError, match=r"Nothing\.length"):
        Nothing().set_state({"position": 0})
