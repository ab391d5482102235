import pickle
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.datasets.schemes import (
    BatchScheme,
    BatchSizeScheme,
    ConcatenatedScheme,
    ConstantScheme,
    IndexScheme,
    IterationScheme,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
    cross_validation,
)


def requests(scheme, epoch=0):
    return [
        r if isinstance(r, int) else list(map(int, r))
        for r in scheme.get_request_iterator(epoch)
    ]


def test_sequential():
    assert requests(SequentialScheme(5, 2)) == [[0, 1], [2, 3], [4]]
    assert requests(SequentialScheme([4, 3, 0], 2)) == [[4, 3], [0]]
    assert requests(SequentialExampleScheme(3)) == [0, 1, 2]
    assert requests(SequentialExampleScheme([2, 0])) == [2, 0]


@given(
    st.integers(0, 60), st.integers(1, 20), st.integers(0, 2**40), st.integers(0, 10**6)
)
def test_shuffled_has_every_example_once(n, batch_size, seed, epoch):
    scheme = ShuffledScheme(n, batch_size, seed=seed)
    batches = requests(scheme, epoch)
    assert sorted(chain(*batches)) == list(range(n))
    assert all(len(batch) == batch_size for batch in batches[:-1])
    assert batches == requests(ShuffledScheme(n, batch_size, seed=seed), epoch)
    examples = requests(ShuffledExampleScheme(n, seed=seed), epoch)
    assert examples == list(chain(*batches))


def test_shuffled_differs_between_epochs_and_seeds():
    scheme = ShuffledScheme(50, 50)
    assert requests(scheme, 0) != requests(scheme, 1)
    assert requests(scheme) != requests(ShuffledScheme(50, 50, seed=2))
    assert requests(scheme) == requests(ShuffledScheme(50, 50, seed=1))


def test_shuffled_sorts_within_batches():
    batches = requests(ShuffledScheme(20, 5, sorted_indices=True))
    assert all(batch == sorted(batch) for batch in batches)
    plain = requests(ShuffledScheme(20, 5))
    assert batches == [sorted(batch) for batch in plain]


def test_shuffled_hands_out_arrays():
    request = next(ShuffledScheme(20, 5).get_request_iterator())
    assert isinstance(request, np.ndarray)
    assert request.dtype == np.int64


def test_constant():
    assert requests(ConstantScheme(3, num_examples=8)) == [3, 3, 2]
    assert requests(ConstantScheme(4, num_examples=8)) == [4, 4]
    assert requests(ConstantScheme(4, num_examples=0)) == []
    assert requests(ConstantScheme(4, times=3)) == [4, 4, 4]
    endless = ConstantScheme(4).get_request_iterator()
    assert [next(endless) for _ in range(5)] == [4] * 5


def test_constant_takes_one_limit():
    with pytest.raises(ValueError, match="num_examples or times, not both"):
        ConstantScheme(3, num_examples=8, times=2)
    with pytest.raises(
        ValueError, match="times of ConstantScheme must not be negative"
    ):
        ConstantScheme(3, times=-1)
    with pytest.raises(
        TypeError, match="num_examples of ConstantScheme must be an int"
    ):
        ConstantScheme(3, num_examples=1.5)


def test_batch_size_is_checked():
    with pytest.raises(
        ValueError, match="batch_size of SequentialScheme must be at le"
    ):
        SequentialScheme(5, 0)
    with pytest.raises(TypeError, match="batch_size of ShuffledScheme must be an int"):
        ShuffledScheme(5, 2.0)
    with pytest.raises(TypeError, match="examples of ShuffledExampleScheme must be an"):
        ShuffledExampleScheme("abc")


def test_concatenated():
    scheme = ConcatenatedScheme([SequentialScheme(3, 2), ShuffledScheme(5, 5, seed=4)])
    assert not scheme.requests_examples
    shuffled = requests(ShuffledScheme(5, 5, seed=4), epoch=2)
    assert requests(scheme, epoch=2) == [[0, 1], [2], *shuffled]
    assert ConcatenatedScheme([SequentialExampleScheme(3)]).requests_examples


def test_concatenated_refuses_mixtures():
    with pytest.raises(
        ValueError, match="SequentialScheme requests batches, Sequentia"
    ):
        ConcatenatedScheme([SequentialScheme(3, 2), SequentialExampleScheme(3)])
    with pytest.raises(ValueError, match="needs at least one scheme"):
        ConcatenatedScheme([])


def test_kinds():
    assert BatchScheme.requests_examples is False
    assert BatchSizeScheme.requests_examples is False
    assert IndexScheme.requests_examples is True
    with pytest.raises(NotImplementedError, match=r"IterationScheme\.get_request_iter"):
        IterationScheme().get_request_iterator()


@given(st.integers(1, 40), st.integers(1, 40))
def test_cross_validation_covers_everything(n, folds):
    if folds > n:
        return
    validated = []
    triples = cross_validation(SequentialExampleScheme, n, folds, strict=False)
    for train, valid, size in triples:
        assert sorted(requests(train) + requests(valid)) == list(range(n))
        assert len(requests(valid)) == size
        validated += requests(valid)
    assert validated == list(range(n))


def test_cross_validation_passes_arguments_on():
    pairs = list(cross_validation(ShuffledScheme, 6, 3, batch_size=2, seed=5))
    assert len(pairs) == 3
    assert all(len(pair) == 2 for pair in pairs)
    assert pairs[1][0].seed == 5
    assert requests(pairs[1][0]) != requests(SequentialScheme([0, 1, 4, 5], 2))


def test_cross_validation_errors_come_at_once():
    with pytest.raises(
        ValueError, match="cannot split 7 examples into 2 folds of equal"
    ):
        cross_validation(SequentialExampleScheme, 7, 2)
    with pytest.raises(ValueError, match="cannot make 3 folds of 2 examples"):
        cross_validation(SequentialExampleScheme, 2, 3)
    with pytest.raises(
        ValueError, match="num_folds of cross_validation must be at lea"
    ):
        cross_validation(SequentialExampleScheme, 2, 0)


@pytest.mark.parametrize(
    "scheme",
    [
        SequentialScheme(5, 2),
        ShuffledScheme([4, 1, 2], 2, seed=3),
        ConstantScheme(2, times=3),
        ShuffledExampleScheme(4),
        ConcatenatedScheme([SequentialScheme(3, 2)]),
    ],
)
def test_schemes_pickle(scheme):
    copied = pickle.loads(pickle.dumps(scheme))
    assert requests(copied, 3) == requests(scheme, 3)
