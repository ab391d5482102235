"""Batches out of single examples."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Literal

from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.request_iterators import Request
from brickyard.datasets.schemes import IterationScheme
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import stack
from brickyard.datasets.transformers.axis_labels import change_labels, with_batch_axis
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.sizes import check_size, check_size_scheme


class Batch(Transformer):
    """Gather examples into batches.

    The examples of a source become one array of shape ``(batch, ...)`` if they have the
    same shape, and an array of arrays otherwise, which `Padding` makes rectangular.

    Parameters
    ----------
    data_stream
        The stream below, of examples.
    iteration_scheme
        The sizes of the batches, such as ``ConstantScheme(batch_size)``.
    strictness
        What happens if the last batch would be smaller than requested: with 0 it is
        smaller, with 1 it is left out, 2 makes it an error.
    axis_labels
        Names of the axes, by source; None for those of the stream below, with ``batch``
        first.

    Raises
    ------
    TypeError
        If `iteration_scheme` requests something else than a number of examples.
    ValueError
        If the stream below gives batches, or `strictness` is not 0, 1 or 2.

    Examples
    --------
    >>> from brickyard.datasets import ConstantScheme, DataStream, IterableDataset
    >>> stream = Batch(DataStream(IterableDataset([1, 2, 3])), ConstantScheme(2))
    >>> list(stream.get_epoch_iterator())
    [(array([1, 2]),), (array([3]),)]
    """

    iteration_scheme: IterationScheme

    def __init__(
        self,
        data_stream: AbstractDataStream,
        iteration_scheme: IterationScheme,
        strictness: Literal[0, 1, 2] = 0,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, produces_examples=False, axis_labels=axis_labels)
        if not data_stream.produces_examples:
            raise ValueError(
                f"Batch gathers examples, but {type(data_stream).__name__} gives "
                "batches; put an Unpack between them to divide these first"
            )
        if strictness not in (0, 1, 2):
            raise ValueError(
                "Batch: strictness must be 0 (a smaller last batch), 1 (no smaller "
                f"last batch) or 2 (an error), got {strictness!r}"
            )
        check_size_scheme(iteration_scheme, "Batch")
        self.iteration_scheme = iteration_scheme
        self.strictness = strictness
        if axis_labels is None:
            self.axis_labels = change_labels(self.axis_labels, with_batch_axis)

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return BatchIterator(self, child_iterator, epoch)


class BatchIterator(DataIterator):
    """One epoch of `Batch`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: Batch

    def __init__(self, data_stream: Batch, child: DataIterator, epoch: int) -> None:
        requests = data_stream.iteration_scheme.get_request_iterator(epoch)
        super().__init__(data_stream, requests, epoch=epoch)
        self.child = child

    def parts(self) -> dict[str, Stateful]:
        """Return the requests and the epoch of the stream below."""
        return {**super().parts(), "child": self.child}

    def fetch(self, request: Request | None) -> Data:
        """Return the next batch.

        Parameters
        ----------
        request
            How many examples it shall have.

        Raises
        ------
        StopIteration
            When the stream below has ended.
        ValueError
            If it ended within the batch and strictness is 2.
        """
        size = check_size(request, "Batch")
        examples = list(islice(self.child, size))
        if not examples:
            raise StopIteration
        if len(examples) < size:
            if self.data_stream.strictness == 1:
                raise StopIteration
            if self.data_stream.strictness == 2:
                raise ValueError(
                    f"Batch: the stream ended with {len(examples)} examples where a "
                    f"batch of {size} was requested, and strictness is 2; use 0 to "
                    "accept a smaller last batch, 1 to leave it out"
                )
        return tuple([stack(column) for column in zip(*examples, strict=True)])

    def can_skip(self) -> bool:
        """Return whether the examples below can be skipped, and the end is no error."""
        return self.data_stream.strictness < 2 and self.child.can_skip()

    def pass_over(self, request: Request | None, counted: bool) -> int:
        """Go past the examples of a batch.

        Parameters
        ----------
        request
            How many there are.
        counted
            Whether their number is wanted.
        """
        size = check_size(request, "Batch")
        number = self.child.skip(size)
        if number < size and self.data_stream.strictness == 1:
            raise StopIteration
        return number
