import numpy as np
import pytest

from brickyard.datasets.transformers.bucket_lengths import BucketLengths


def test_lengths_that_are_given():
    buckets = BucketLengths((2, 5, 6), "Bucket")
    found = buckets.bucket_of(np.arange(7), "x")
    assert found.tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert [buckets.length_for(n, "x") for n in range(7)] == [2, 2, 2, 5, 5, 5, 6]


def test_lengths_of_itself():
    buckets = BucketLengths(None, "Bucket")
    assert buckets.lengths[:12].tolist() == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
    lengths = np.arange(1, 10000)
    padded = buckets.lengths[buckets.bucket_of(lengths, "x")]
    assert (padded >= lengths).all()
    assert ((padded - lengths) / padded).max() < 1 / 3
    assert len(np.unique(padded)) == 27
    assert buckets.bucket_of(np.zeros(0, int), "x").tolist() == []


def test_too_long_sequences():
    with pytest.raises(
        ValueError, match=r"Bucket: a .* 'x' has 9 steps, .* lengths is 8"
    ):
        BucketLengths([4, 8], "Bucket").bucket_of(np.array([3, 9, 8]), "x")


@pytest.mark.parametrize("lengths", [[], [3, 3], [5, 2]])
def test_refuses_lengths_that_do_not_increase(lengths):
    with pytest.raises(
        ValueError, match="Bucket: lengths must be one or more numbers th"
    ):
        BucketLengths(lengths, "Bucket")


def test_refuses_what_is_no_length():
    with pytest.raises(
        TypeError, match="lengths must be a sequence of integers, got 3"
    ):
        BucketLengths(3, "Bucket")
    with pytest.raises(
        TypeError, match="lengths must be a sequence of integers, got '3'"
    ):
        BucketLengths("3", "Bucket")
    with pytest.raises(
        TypeError, match=r"a length of Bucket must be an integer, got 3\.5"
    ):
        BucketLengths([3.5], "Bucket")
    with pytest.raises(
        ValueError, match="a length of Bucket must be at least 1, got 0"
    ):
        BucketLengths([0, 1], "Bucket")
