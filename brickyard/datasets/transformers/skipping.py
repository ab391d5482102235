"""Going past items of a stream that somebody else makes.

Workers that share an epoch all walk along the whole of it, and each makes only some of
its items. What makes one item of each item below need not make the others, and a
dataset that is asked by index need not read them; what drops, divides or shuffles items
must be read in full by everybody.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brickyard.datasets.iterator import DataIterator
from brickyard.datasets.request_iterators import check_cursor
from brickyard.datasets.streams import DatasetIterator
from brickyard.datasets.transformers.base import TransformerIterator
from brickyard.datasets.transformers.batch import BatchIterator
from brickyard.datasets.transformers.filter_sources import FilterSources
from brickyard.datasets.transformers.padding import Padding
from brickyard.datasets.transformers.random_sourcewise import RandomSourcewiseIterator
from brickyard.datasets.transformers.rename import Rename
from brickyard.datasets.transformers.sizes import batch_length, check_size
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer

KEEP_LENGTH = (SourcewiseTransformer, FilterSources, Padding, Rename)


def skip(iterator: DataIterator, items: int = 1, counted: bool = False) -> int:
    """Go past the next items of an iterator, making as little of them as possible.

    The iterator stands afterwards where it would if the items had been read.

    Parameters
    ----------
    iterator
        One epoch of a stream.
    items
        How many items to go past; it may be fewer if the epoch ends.
    counted
        Whether the number of examples is wanted. It is found by reading where a
        transformer such as `Mapping` may change the length of a batch.

    Returns
    -------
    int
        The number of items, or if `counted` of the examples in them.

    Raises
    ------
    StopIteration
        If there are no more items.

    Notes
    -----
    A dataset asked for a sequence of indices is taken to give as many examples, and a
    `SourcewiseTransformer` to give as many as it gets.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> stream = DataStream(IndexableDataset(range(8)), SequentialScheme(8, 3))
    >>> iterator = stream.get_epoch_iterator()
    >>> skip(iterator), skip(iterator, counted=True), next(iterator)
    (1, 3, (range(6, 8),))
    """
    examples = iterator.data_stream.produces_examples
    if not can_skip(iterator) or not (examples or _can_count(iterator, counted)):
        return _repeat(_read, iterator, items, counted)
    if not examples:
        return _repeat(_skip_batch, iterator, items, counted)
    if isinstance(iterator, DatasetIterator):
        return _repeat(_skip_request, iterator, items, counted)
    number = skip(_child(iterator), items)
    _forward(iterator, number, number)
    return number


def can_skip(iterator: DataIterator) -> bool:
    """Return whether going past an item is less work than making it.

    Parameters
    ----------
    iterator
        One epoch of a stream.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> can_skip(DataStream(IterableDataset("abc")).get_epoch_iterator())
    False
    """
    if _is(iterator, DatasetIterator):
        return iterator.request_iterator is not None and iterator.get_memory() is None
    if isinstance(iterator, BatchIterator) and _is(iterator, BatchIterator):
        # with strictness 2 the end may be an error, which is left to the iterator
        return iterator.data_stream.strictness < 2 and can_skip(_child(iterator))
    if not (
        _is(iterator, TransformerIterator) or _is(iterator, RandomSourcewiseIterator)
    ):
        return False
    below = _child(iterator).data_stream
    return below.produces_examples == iterator.data_stream.produces_examples


def _is(iterator: Any, kind: type[DataIterator]) -> bool:
    """Whether an iterator fetches as this class does."""
    return isinstance(iterator, kind) and type(iterator).fetch is kind.fetch


def _child(iterator: Any) -> DataIterator:
    return iterator.child


def _next_request(iterator: Any) -> Any:
    return next(iterator.request_iterator)


def _can_count(iterator: DataIterator, counted: bool) -> bool:
    """Whether the length of a batch is known without the transformer's work."""
    if counted and isinstance(iterator, TransformerIterator):
        return isinstance(iterator.data_stream, KEEP_LENGTH)
    return True


def _repeat(step: Any, iterator: DataIterator, items: int, counted: bool) -> int:
    total = 0
    for done in range(items):
        try:
            total += step(iterator, counted)
        except StopIteration:
            if done:
                break
            raise
    return total


def _read(iterator: DataIterator, counted: bool) -> int:
    """Go past an item by reading it."""
    item = next(iterator)
    if not counted or iterator.data_stream.produces_examples:
        return 1
    return batch_length(item, iterator.sources, type(iterator.data_stream).__name__)


def _skip_request(iterator: DatasetIterator, counted: bool) -> int:
    """Go past a request for an example."""
    _next_request(iterator)
    iterator.position += 1
    return 1


def _skip_batch(iterator: DataIterator, counted: bool) -> int:
    """Go past a batch, of a stream where that is less than making it."""
    if isinstance(iterator, DatasetIterator):
        number = _skip_indices(iterator, counted)
    elif isinstance(iterator, BatchIterator):
        number = _skip_examples(iterator)
    else:
        needed = counted or isinstance(iterator, RandomSourcewiseIterator)
        number = skip(_child(iterator), counted=needed)
    _forward(iterator, 1, number)
    return number if counted else 1


def _skip_indices(iterator: DatasetIterator, counted: bool) -> int:
    request = _next_request(iterator)
    if not counted:
        return 1
    if isinstance(request, range | list | tuple | np.ndarray):
        return len(request)
    owner = type(iterator.dataset).__name__
    return batch_length(iterator.fetch(request), iterator.sources, owner)


def _skip_examples(iterator: BatchIterator) -> int:
    size = check_size(_next_request(iterator), "Batch")
    number = skip(_child(iterator), size)
    if number < size and iterator.data_stream.strictness == 1:
        raise StopIteration
    return number


def _forward(iterator: DataIterator, items: int, examples: int) -> None:
    """Move an iterator whose parts have moved already."""
    iterator.position += items
    if isinstance(iterator, RandomSourcewiseIterator):
        owner = type(iterator.data_stream).__name__
        index = check_cursor(iterator.get_memory(), None, "memory", owner)
        iterator.set_memory(index + examples)
