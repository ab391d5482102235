"""The base of transformers that change every example at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brickyard.datasets.batch_length import batch_length
from brickyard.datasets.iterator import Data, DataIterator, Stateful
from brickyard.datasets.ordering import as_seed
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import as_array, is_ragged, stack
from brickyard.datasets.transformers.draws import Draws
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer


class RandomSourcewiseTransformer(SourcewiseTransformer):
    """A transformer that changes some sources of every example at random.

    The change is a function of the seed, the epoch and the index of the example,
    counted from 0 in each epoch at this place of the pipeline: it is the same whether
    examples come one by one or in batches of any size. All chosen sources of an example
    get the same random numbers, so that an image and its mask stay aligned.
    Transformers of different classes get unrelated numbers from one seed; two of the
    same class need two seeds.

    Subclasses give `randomize`.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    which_sources
        Names of the sources to transform; None for all of them.
    seed
        Non-negative integer; None for the default, 1.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `seed` is not an integer.
    ValueError
        If `seed` is negative, or `which_sources` names a source that the stream below
        does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> class RandomSign(RandomSourcewiseTransformer):
    ...     def randomize(self, batch, draws, source_name):
    ...         signs = np.where(draws[:, 0] < 0.5, -1, 1)
    ...         return batch * signs.reshape(-1, *(1,) * (batch.ndim - 1))
    >>> dataset = IndexableDataset({"x": np.ones((6, 2))})
    >>> stream = RandomSign(DataStream(dataset, SequentialScheme(6, 6)), seed=3)
    >>> x, = next(stream.get_epoch_iterator(epoch=0))
    >>> bool(np.all(x[:, 0] == x[:, 1])), sorted({int(value) for value in x[:, 0]})
    (True, [-1, 1])
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        *,
        which_sources: Iterable[str] | None = None,
        seed: int | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream, which_sources=which_sources, axis_labels=axis_labels
        )
        self.seed = as_seed(seed, type(self).__name__)

    @property
    def epoch_length(self) -> int | None:
        """How many items an epoch has: as many as below."""
        return self.data_stream.epoch_length

    def randomize(
        self, batch: np.ndarray, draws: np.ndarray, source_name: str
    ) -> np.ndarray:
        """Return one source of a batch, changed by the random numbers.

        Parameters
        ----------
        batch
            The data, shape ``(batch, ...)``; not to be written to. A single example is
            a batch of one.
        draws
            Uniform numbers in [0, 1), float64, shape ``(batch, 4)``: the same for every
            source of an example.
        source_name
            The name of the source.
        """
        raise NotImplementedError(f"{type(self).__name__}.randomize is not defined")

    def make_iterator(self, child_iterator: DataIterator, epoch: int) -> DataIterator:
        """Return this stream's iterator over one of the stream below.

        Parameters
        ----------
        child_iterator
            The epoch of the stream below, at its start.
        epoch
            The number of the epoch, from 0.
        """
        return RandomSourcewiseIterator(self, child_iterator, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Raise: outside an epoch there is nothing to draw random numbers from.

        Parameters
        ----------
        request
            What the stream below accepts.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            f"{type(self).__name__} has no data for a single request, because what it "
            "makes of an example depends on the epoch and the example's place in it; "
            "go through an epoch with get_epoch_iterator()"
        )


class RandomSourcewiseIterator(DataIterator):
    """One epoch of a `RandomSourcewiseTransformer`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    child
        The epoch of the stream below.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: RandomSourcewiseTransformer

    def __init__(
        self, data_stream: RandomSourcewiseTransformer, child: DataIterator, epoch: int
    ) -> None:
        super().__init__(data_stream, epoch=epoch)
        self.child = child
        self._draws = Draws(data_stream.seed, epoch, type(data_stream).__name__)
        self._examples = data_stream.produces_examples
        self._chosen = [s in data_stream.which_sources for s in self.sources]

    def parts(self) -> dict[str, Stateful]:
        """Return the epoch of the stream below."""
        return {"child": self.child}

    def fetch(self, request: Request | None) -> Data:
        """Return the next item of the stream below, with the chosen sources changed.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.
        """
        data = next(self.child)
        change = self._example if self._examples else self._batch
        owner = type(self.data_stream).__name__
        length = 1 if self._examples else batch_length(data, self.sources, owner)
        draws = self._draws.take(length)
        return tuple(
            [
                change(array, draws, source) if chosen else array
                for array, source, chosen in zip(
                    data, self.sources, self._chosen, strict=True
                )
            ]
        )

    def can_skip(self) -> bool:
        """Return True: what is random in an example depends on its place alone."""
        return True

    def pass_over(self, request: Request | None, counted: bool) -> int:
        """Go past the item below, and the random numbers of its examples.

        Parameters
        ----------
        request
            None: items come in the order of the stream below.
        counted
            Whether the number of examples is wanted.
        """
        number = self.child.skip(counted=True)
        self._draws.seek(self._draws.index + number)
        return number

    def _example(self, data: Any, draws: np.ndarray, source: str) -> np.ndarray:
        return self.data_stream.randomize(as_array(data)[None], draws, source)[0]

    def _batch(self, data: Any, draws: np.ndarray, source: str) -> np.ndarray:
        batch = as_array(data)
        if not is_ragged(batch):
            return self.data_stream.randomize(batch, draws, source)
        return stack(
            [
                self._example(example, draws[index : index + 1], source)
                for index, example in enumerate(batch)
            ]
        )

    def get_memory(self) -> int:
        """Return how many examples were drawn for in this epoch."""
        return self._draws.index

    def set_memory(self, memory: Any) -> None:
        """Go to the random numbers of an example.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        owner = f"a {type(self.data_stream).__name__}"
        self._draws.seek(check_cursor(memory, None, "memory", owner))
