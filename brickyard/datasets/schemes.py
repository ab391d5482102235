"""Iteration schemes: which examples, in which order, in batches of what size.

A scheme is a description without state. The requests of epoch e are a function of the
scheme and e; `RequestIterator` is the cursor that walks along them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

from brickyard.datasets.ordering import (
    Examples,
    as_indices,
    as_seed,
    positive_number,
    shuffled,
    whole_number,
)
from brickyard.datasets.request_iterators import (
    BatchRequests,
    ChainedRequests,
    ExampleRequests,
    RequestIterator,
    SizeRequests,
)


class IterationScheme:
    """What to ask a dataset for, one request after the other.

    Attributes
    ----------
    requests_examples : bool
        Whether each request is for one example rather than for a batch.
    """

    requests_examples: bool

    def get_request_iterator(self, epoch: int = 0) -> RequestIterator:
        """Return a cursor at the first request of an epoch.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.get_request_iterator is not defined"
        )


class BatchSizeScheme(IterationScheme):
    """A scheme whose requests are sizes of batches, for data without indices."""

    requests_examples = False


class BatchScheme(IterationScheme):
    """A scheme whose requests are the indices of the examples of a batch.

    Parameters
    ----------
    examples
        How many examples there are, or the indices to go through.
    batch_size
        Examples per batch, at least 1. The last batch of an epoch holds what is left.

    Raises
    ------
    TypeError
        If `examples` or `batch_size` are not integers.
    ValueError
        If `batch_size` is below 1 or an index is negative.
    """

    requests_examples = False

    def __init__(self, examples: Examples, batch_size: int) -> None:
        self.indices = as_indices(examples, type(self).__name__)
        self.batch_size = positive_number(batch_size, "batch_size", type(self).__name__)


class IndexScheme(IterationScheme):
    """A scheme whose requests are indices of single examples.

    Parameters
    ----------
    examples
        How many examples there are, or the indices to go through.

    Raises
    ------
    TypeError
        If `examples` are not integers.
    ValueError
        If an index is negative.
    """

    requests_examples = True

    def __init__(self, examples: Examples) -> None:
        self.indices = as_indices(examples, type(self).__name__)


class ConcatenatedScheme(IterationScheme):
    """Several schemes, one after the other, in one epoch.

    Parameters
    ----------
    schemes
        The schemes; all request examples, or all request batches.

    Raises
    ------
    ValueError
        If there is no scheme, or some request examples and others batches.

    Examples
    --------
    >>> scheme = ConcatenatedScheme([SequentialScheme(4, 2), SequentialScheme(2, 1)])
    >>> list(scheme.get_request_iterator())
    [range(0, 2), range(2, 4), range(0, 1), range(1, 2)]
    """

    def __init__(self, schemes: Sequence[IterationScheme]) -> None:
        self.schemes = list(schemes)
        kinds = {scheme.requests_examples for scheme in self.schemes}
        if not kinds:
            raise ValueError("ConcatenatedScheme needs at least one scheme, got none")
        if len(kinds) > 1:
            listed = ", ".join(
                f"{type(scheme).__name__} requests "
                f"{'examples' if scheme.requests_examples else 'batches'}"
                for scheme in self.schemes
            )
            raise ValueError(
                "the schemes of ConcatenatedScheme must all request examples or all "
                f"request batches: {listed}"
            )

    @property
    def requests_examples(self) -> bool:  # type: ignore[override]
        """Whether each request is for one example rather than for a batch."""
        return self.schemes[0].requests_examples

    def get_request_iterator(self, epoch: int = 0) -> ChainedRequests:
        """Return a cursor at the first request of the first scheme.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0, passed to every scheme.
        """
        return ChainedRequests(self.schemes, epoch)


class ConstantScheme(BatchSizeScheme):
    """Ask for batches of one size: forever, a number of times, or up to a total.

    Parameters
    ----------
    batch_size
        Examples per batch, at least 1.
    num_examples
        Stop after this many examples; the last batch may be smaller.
    times
        Stop after this many batches. Not together with `num_examples`.

    Raises
    ------
    ValueError
        If both limits are given, or a number is too small.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> list(ConstantScheme(3, num_examples=8).get_request_iterator())
    [3, 3, 2]
    """

    def __init__(
        self,
        batch_size: int,
        num_examples: int | None = None,
        times: int | None = None,
    ) -> None:
        if num_examples is not None and times is not None:
            raise ValueError(
                "ConstantScheme takes num_examples or times, not both: got "
                f"num_examples={num_examples!r} and times={times!r}"
            )
        self.batch_size = positive_number(batch_size, "batch_size", "ConstantScheme")
        self.num_examples = num_examples
        self.times = times
        if num_examples is not None:
            self.num_examples = whole_number(
                num_examples, "num_examples", "ConstantScheme"
            )
        if times is not None:
            self.times = whole_number(times, "times", "ConstantScheme")

    def get_request_iterator(self, epoch: int = 0) -> SizeRequests:
        """Return a cursor at the first request; every epoch is the same.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        if self.num_examples is None:
            return SizeRequests(self.batch_size, self.times)
        full, rest = divmod(self.num_examples, self.batch_size)
        if not rest:
            return SizeRequests(self.batch_size, full)
        return SizeRequests(self.batch_size, full + 1, rest)


class SequentialScheme(BatchScheme):
    """Batches of examples in the order given.

    Neighbouring examples are requested as a `range`, which datasets serve without
    copying; other orders as arrays of indices.

    Parameters
    ----------
    examples
        How many examples there are, or the indices to go through.
    batch_size
        Examples per batch, at least 1. The last batch of an epoch holds what is left.

    Examples
    --------
    >>> list(SequentialScheme(5, 2).get_request_iterator())
    [range(0, 2), range(2, 4), range(4, 5)]
    >>> list(SequentialScheme([7, 3, 5], 2).get_request_iterator())
    [array([7, 3]), array([5])]
    """

    def get_request_iterator(self, epoch: int = 0) -> BatchRequests:
        """Return a cursor at the first request; every epoch is the same.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        return BatchRequests(self.indices, self.batch_size)


class ShuffledScheme(BatchScheme):
    """Batches of examples in an order drawn anew for each epoch.

    The order of epoch e is ``numpy.random.default_rng([seed, e]).permutation``.

    Parameters
    ----------
    examples
        How many examples there are, or the indices to shuffle.
    batch_size
        Examples per batch, at least 1. The last batch of an epoch holds what is left.
    seed
        Non-negative integer; None for the default, 1.
    sorted_indices
        Whether the indices within each batch are sorted, for storage that is read
        faster in order.

    Examples
    --------
    >>> scheme = ShuffledScheme(6, 4, seed=3)
    >>> first, second = scheme.get_request_iterator(epoch=0)
    >>> sorted([*first, *second]) == list(range(6))
    True
    """

    def __init__(
        self,
        examples: Examples,
        batch_size: int,
        *,
        seed: int | None = None,
        sorted_indices: bool = False,
    ) -> None:
        super().__init__(examples, batch_size)
        self.seed = as_seed(seed, type(self).__name__)
        self.sorted_indices = bool(sorted_indices)

    def get_request_iterator(self, epoch: int = 0) -> BatchRequests:
        """Return a cursor at the first request of an epoch.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        order = shuffled(self.indices, self.seed, epoch)
        return BatchRequests(order, self.batch_size, self.sorted_indices)


class SequentialExampleScheme(IndexScheme):
    """Single examples in the order given.

    Parameters
    ----------
    examples
        How many examples there are, or the indices to go through.

    Examples
    --------
    >>> list(SequentialExampleScheme(3).get_request_iterator())
    [0, 1, 2]
    """

    def get_request_iterator(self, epoch: int = 0) -> ExampleRequests:
        """Return a cursor at the first request; every epoch is the same.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        return ExampleRequests(self.indices)


class ShuffledExampleScheme(IndexScheme):
    """Single examples in an order drawn anew for each epoch.

    Parameters
    ----------
    examples
        How many examples there are, or the indices to shuffle.
    seed
        Non-negative integer; None for the default, 1.

    Examples
    --------
    >>> scheme = ShuffledExampleScheme(4, seed=3)
    >>> sorted(scheme.get_request_iterator(epoch=1))
    [0, 1, 2, 3]
    """

    def __init__(self, examples: Examples, *, seed: int | None = None) -> None:
        super().__init__(examples)
        self.seed = as_seed(seed, type(self).__name__)

    def get_request_iterator(self, epoch: int = 0) -> ExampleRequests:
        """Return a cursor at the first request of an epoch.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        return ExampleRequests(shuffled(self.indices, self.seed, epoch))


def cross_validation(
    scheme_class: type[IterationScheme],
    num_examples: int,
    num_folds: int,
    strict: bool = True,
    **kwargs: Any,
) -> Iterator[tuple[Any, ...]]:
    """Return pairs of schemes for training and validation, one pair per fold.

    Parameters
    ----------
    scheme_class
        A class taking the indices of its examples first, such as `ShuffledScheme`.
    num_examples
        How many examples there are.
    num_folds
        How many parts they are split into; each is left out for validation once.
    strict
        Whether folds of different sizes are an error. If they are not, the size of the
        validation set is the third member of each tuple.
    **kwargs
        Passed to `scheme_class`.

    Returns
    -------
    Iterator
        Tuples ``(training scheme, validation scheme)``, with the number of validation
        examples as a third member when `strict` is False.

    Raises
    ------
    ValueError
        If there are fewer examples than folds, or `strict` and unequal folds.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> folds = cross_validation(SequentialExampleScheme, 4, 2)
    >>> [list(valid.get_request_iterator()) for train, valid in folds]
    [[0, 1], [2, 3]]
    """
    num_examples = positive_number(num_examples, "num_examples", "cross_validation")
    num_folds = positive_number(num_folds, "num_folds", "cross_validation")
    if num_folds > num_examples:
        raise ValueError(
            f"cross_validation cannot make {num_folds} folds of {num_examples} examples"
        )
    if strict and num_examples % num_folds:
        raise ValueError(
            f"cross_validation cannot split {num_examples} examples into {num_folds} "
            "folds of equal size; pass strict=False to allow folds that differ by one"
        )
    bounds = [num_examples * fold // num_folds for fold in range(num_folds + 1)]

    def make_folds() -> Iterator[tuple[Any, ...]]:
        for begin, end in pairwise(bounds):
            kept = list(chain(range(begin), range(end, num_examples)))
            train: Any = scheme_class(kept, **kwargs)  # type: ignore[call-arg]
            valid: Any = scheme_class(range(begin, end), **kwargs)  # type: ignore[call-arg]
            yield (train, valid) if strict else (train, valid, end - begin)

    return make_folds()
