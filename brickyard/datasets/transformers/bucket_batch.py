"""Batches of sequences that are about equally long."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from brickyard.datasets.float_type import float_x
from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.ordering import as_seed, positive_number
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.schemes import ConstantScheme
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import is_ragged, stack
from brickyard.datasets.transformers.axis_labels import change_labels, with_batch_axis
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.batch import Batch
from brickyard.datasets.transformers.bucket_lengths import BucketLengths
from brickyard.datasets.transformers.cast import as_dtype
from brickyard.datasets.transformers.padding import (
    labels_with_masks,
    pad,
    sequence_lengths,
    with_masks,
)
from brickyard.datasets.transformers.padding_cost import PaddingCost
from brickyard.datasets.transformers.replay import Replay
from brickyard.datasets.transformers.source_names import check_distinct, check_known
from brickyard.state import require_keys

logger = logging.getLogger(__name__)


class BucketBatch(Transformer):
    """Gather sequences of similar length into batches, padded to few distinct lengths.

    A pool of examples is read and shuffled, its examples are sorted by the bucket they
    fall into, and cut into batches, which are handed out in random order. The sequences
    of a batch are padded with zeros to the length of the largest bucket among them, so
    that a graph is compiled for few shapes and little is calculated in vain. As with
    `Padding`, a source ``<source>_mask`` of shape ``(batch, time)`` comes after each
    padded one: 1 where there are data and 0 where there is padding.

    All batches have `batch_size` examples but possibly the last of the epoch, whose
    examples are drawn from all lengths of its pool. With several padded sources, every
    combination of their lengths is a shape; give few `lengths` then.

    Everything is a function of the seed, the epoch and the data. At the end of an epoch
    a line in the log tells how much of the batches was padding, and in how many shapes;
    ``padding_cost`` tells it at any time.

    Parameters
    ----------
    data_stream
        The stream below, of examples.
    batch_size
        How many examples a batch has.
    lengths
        The lengths to pad to, in steps; None for 1, 2, 3, 4, 6, 8, 12, 16, 24 and so
        on, the powers of two and what is half-way between them.
    mask_sources
        Names of the sources to pad; None for all of them.
    pool_batches
        How many batches are cut out of a pool. All of its examples are in memory.
    strictness
        What happens if the last batch would be smaller: with 0 it is smaller, with 1 it
        is left out, which saves the compilation for another shape.
    seed
        Non-negative integer; None for the default, 1.
    mask_dtype
        The data type of the masks; None for floatX: ``pytensor.config.floatX`` if
        PyTensor has been imported when the transformer is constructed, float32
        otherwise.

    Attributes
    ----------
    padding_cost : PaddingCost
        How much of the batches was padding, so far in the epoch that was read last.

    Raises
    ------
    TypeError
        If a number is not an integer, or `mask_dtype` is not a data type.
    ValueError
        If the stream below gives batches, numbers are too small, `lengths` do not
        increase, `mask_sources` names an unknown source, or a mask would have the name
        of a source; when read, if a sequence is longer than the largest of `lengths`.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> dataset = IterableDataset({"x": [[1], [2] * 6, [3] * 5, [4, 4]]})
    >>> stream = BucketBatch(DataStream(dataset), 2, lengths=[2, 6])
    >>> for batch in stream.get_epoch_iterator(as_dict=True):
    ...     print(batch["x"].shape)
    (2, 2)
    (2, 6)
    >>> print(stream.padding_cost)
    12.5 % of 16 steps were padding, in batches of 2 shapes
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        batch_size: int,
        lengths: Sequence[int] | None = None,
        *,
        mask_sources: Iterable[str] | None = None,
        pool_batches: int = 100,
        strictness: Literal[0, 1] = 0,
        seed: int | None = None,
        mask_dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(data_stream, produces_examples=False)
        name = type(self).__name__
        _check_arguments(data_stream, strictness, name)
        below = data_stream.sources
        if mask_sources is not None and not isinstance(mask_sources, str):
            mask_sources = tuple(mask_sources)
        check_known(
            below if mask_sources is None else mask_sources,
            below,
            f"{name}: mask_sources",
        )
        self.mask_sources = below if mask_sources is None else tuple(mask_sources)
        self.batch_size = positive_number(batch_size, "batch_size", name)
        self.pool_batches = positive_number(pool_batches, "pool_batches", name)
        self.buckets = BucketLengths(lengths, name)
        self.strictness = strictness
        self.seed = as_seed(seed, name)
        self.mask_dtype = (
            float_x() if mask_dtype is None else as_dtype(mask_dtype, name)
        )
        self.padding_cost = PaddingCost()
        check_distinct(self.sources, name)
        self.axis_labels = labels_with_masks(
            change_labels(self.axis_labels, with_batch_axis), self.mask_sources
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources and masks, in the order of the data."""
        return with_masks(self.data_stream.sources, self.mask_sources)

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return BucketBatchIterator(self, child_iterator, epoch)

    def padded(self, examples: Data) -> Data:
        """Return examples as a batch, with padding and masks.

        Parameters
        ----------
        examples
            One array per source of the stream below, the batch axis first.
        """
        name, batch = type(self).__name__, list[Any]()
        for source, data in zip(self.data_stream.sources, examples, strict=True):
            if source not in self.mask_sources:
                batch.append(stack(list(data)) if is_ragged(data) else data)
                continue
            longest = sequence_lengths(data, source, name).max()
            sequences, mask = pad(
                data, source, self.buckets.length_for(longest, source), name
            )
            batch += [sequences, mask.astype(self.mask_dtype)]
        return tuple(batch)

    def order(self, pool: Data, epoch: int, number: int) -> list[np.ndarray]:
        """Return which examples of a pool come together in batches.

        Parameters
        ----------
        pool
            One array per source of the stream below, the batch axis first.
        epoch
            The number of the epoch, from 0.
        number
            The number of the pool in the epoch, from 0.

        Returns
        -------
        list of numpy.ndarray
            The indices of the examples of each batch, in the order of the batches.
        """
        rng = np.random.default_rng([self.seed, epoch, number])
        count, size = len(pool[0]), self.batch_size
        shuffled = rng.permutation(count)
        whole = shuffled[: count - count % size]
        keys = [
            self.buckets.bucket_of(
                sequence_lengths(data, source, type(self).__name__)[whole], source
            )
            for data, source in zip(pool, self.data_stream.sources, strict=True)
            if source in self.mask_sources
        ]
        # the last key of a lexsort is the first to sort by, and it keeps the order of
        # equal ones; without any, the examples stay as they were shuffled
        ranked = whole[np.lexsort(keys[::-1])] if keys else whole
        batches = list(ranked.reshape(-1, size))
        batches = [batches[index] for index in rng.permutation(len(batches))]
        if len(whole) < count and self.strictness == 0:
            batches.append(shuffled[len(whole) :])
        return batches


def _check_arguments(
    data_stream: AbstractDataStream, strictness: int, owner: str
) -> None:
    if not data_stream.produces_examples:
        raise ValueError(
            f"{owner} gathers examples, but {type(data_stream).__name__} gives "
            "batches; put an Unpack between them to divide these first"
        )
    if strictness not in (0, 1):
        raise ValueError(
            f"{owner}: strictness must be 0 (a smaller last batch) or 1 (no smaller "
            f"last batch), got {strictness!r}"
        )


class BucketBatchIterator(DataIterator):
    """One epoch of `BucketBatch`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: BucketBatch

    def __init__(
        self, data_stream: BucketBatch, child: DataIterator, epoch: int
    ) -> None:
        super().__init__(data_stream, epoch=epoch)
        scheme = ConstantScheme(data_stream.batch_size * data_stream.pool_batches)
        pools = Batch(data_stream.data_stream, scheme).make_iterator(child, epoch)
        self.replay = Replay(pools)
        # the next batch is number `_next` of those of pool number `_pool`
        self._pool = 0
        self._next = 0
        self._batches: list[np.ndarray] = []
        self._cost = PaddingCost()
        masks = [f"{source}_mask" for source in data_stream.mask_sources]
        self._masks = [self.sources.index(mask) for mask in masks]

    def parts(self) -> dict[str, Stateful]:
        """Return the pools of the stream below, and what padding has cost so far."""
        return {"pool": self.replay, "cost": self._cost}

    def fetch(self, request: Request | None) -> Data:
        """Return the next batch.

        Parameters
        ----------
        request
            None: there are no requests.

        Raises
        ------
        StopIteration
            When the stream below has ended.
        """
        # a while, because a pool smaller than a batch may be left out
        while not self.replay.held:
            self._open_pool()
        examples = self._batches[self._next]
        data_stream, pool = self.data_stream, self.replay.held[0]
        batch = data_stream.padded(tuple([data[examples] for data in pool]))
        self._cost.add(batch[index] for index in self._masks)
        data_stream.padding_cost = self._cost
        self._next += 1
        if self._next == len(self._batches):
            self._close_pool()
        return batch

    def _open_pool(self) -> None:
        try:
            pool = self.replay.read()
        except StopIteration:
            name = type(self.data_stream).__name__
            logger.info("%s, epoch %d: %s", name, self.epoch, self._cost)
            raise
        self._batches = self.data_stream.order(pool, self.epoch, self._pool)
        if not self._batches:
            self._close_pool()

    def _close_pool(self) -> None:
        self.replay.release()
        self._pool += 1
        self._next = 0

    def get_memory(self) -> dict[str, int]:
        """Return the numbers of the current pool and of the next batch of it."""
        return {"pool": self._pool, "next": self._next}

    def set_memory(self, memory: Any) -> None:
        """Go to a batch of the pool that is held.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        owner = "a BucketBatch"
        require_keys(memory, ["pool", "next"], owner)
        number = check_cursor(memory["pool"], None, "pool", owner)
        held, batches = self.replay.held, list[np.ndarray]()
        if held:
            batches = self.data_stream.order(held[0], self.epoch, number)
        limit = max(len(batches) - 1, 0)
        self._next = check_cursor(memory["next"], limit, "next", owner)
        self._pool, self._batches = number, batches

    def close(self) -> None:
        """End the epoch here and let go of what is held for it."""
        super().close()
        self.replay.close()
