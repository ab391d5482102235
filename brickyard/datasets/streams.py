"""Data streams: named sources, epoch after epoch."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.datasets.iterator import Data, DataIterator
from brickyard.datasets.names import near_match
from brickyard.datasets.request_iterators import Request, check_cursor
from brickyard.state import State, require_keys

if TYPE_CHECKING:
    from brickyard.datasets.base import Dataset
    from brickyard.datasets.schemes import IterationScheme

AxisLabels = dict[str, tuple[str, ...]]

READ_AGAIN = "read_again"
"""Saved in place of a dataset's state that is found by reading from the start."""


class AbstractDataStream:
    """A stream of batches or examples that can be gone through epoch by epoch.

    Everything that happens in epoch e is a function of the stream's description and e.
    The only state is the number of the next epoch; each epoch iterator has a cursor of
    its own, and several may be alive at once.

    Subclasses give `sources`, `open_epoch` and `get_data`.

    Parameters
    ----------
    iteration_scheme
        The order of requests; None if data come without requests.
    axis_labels
        Names of the axes, by source.

    Attributes
    ----------
    epoch : int
        The number of the epoch that `get_epoch_iterator` opens next.
    """

    def __init__(
        self,
        iteration_scheme: IterationScheme | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        self.iteration_scheme = iteration_scheme
        self.axis_labels = copy_axis_labels(axis_labels)
        self.epoch = 0

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the data."""
        raise NotImplementedError(f"{type(self).__name__}.sources is not defined")

    @property
    def produces_examples(self) -> bool:
        """Whether the stream gives single examples rather than batches."""
        if self.iteration_scheme is not None:
            return self.iteration_scheme.requests_examples
        raise NotImplementedError(
            f"{type(self).__name__}.produces_examples is not defined"
        )

    @property
    def epoch_length(self) -> int | None:
        """How many items, batches or examples, an epoch has; None if not known."""
        return None

    def open_epoch(self, epoch: int) -> DataIterator:
        """Return an iterator at the start of an epoch, giving tuples.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        raise NotImplementedError(f"{type(self).__name__}.open_epoch is not defined")

    def get_data(self, request: Request | None = None) -> Data:
        """Return the data for a request, outside any epoch and without a trace.

        Parameters
        ----------
        request
            What the underlying dataset accepts.
        """
        raise NotImplementedError(f"{type(self).__name__}.get_data is not defined")

    def get_epoch_iterator(
        self, as_dict: bool = False, epoch: int | None = None
    ) -> DataIterator:
        """Return an iterator over one epoch.

        Parameters
        ----------
        as_dict
            Whether data come as dictionaries from source to array rather than tuples
            in the order of `sources`.
        epoch
            The number of the epoch, from 0. None for the next one, which also advances
            the stream's counter; a number leaves the counter alone.

        Examples
        --------
        >>> from brickyard.datasets import IterableDataset
        >>> stream = DataStream(IterableDataset({"x": [1, 2]}))
        >>> list(stream.get_epoch_iterator(as_dict=True))
        [{'x': 1}, {'x': 2}]
        >>> stream.epoch
        1
        """
        if epoch is None:
            epoch = self.epoch
            self.epoch += 1
        else:
            epoch = check_cursor(epoch, None, "epoch", type(self).__name__)
        iterator = self.open_epoch(epoch)
        iterator.epoch = epoch
        iterator.as_dict = as_dict
        return iterator

    def iterate_epochs(self, as_dict: bool = False) -> Iterator[DataIterator]:
        """Return one epoch iterator after the other, without end.

        Parameters
        ----------
        as_dict
            As in `get_epoch_iterator`.
        """
        while True:
            yield self.get_epoch_iterator(as_dict=as_dict)

    def next_epoch(self) -> None:
        """Skip an epoch."""
        self.epoch += 1

    def reset(self) -> None:
        """Begin again at epoch 0."""
        self.epoch = 0

    def close(self) -> None:
        """Let go of what the stream holds beyond its epoch iterators."""

    def get_state(self) -> State:
        """Return the number of the next epoch.

        Returns
        -------
        State
            ``{"epoch": number}``.
        """
        return {"epoch": self.epoch}

    def set_state(self, state: State) -> None:
        """Go to a saved epoch.

        Parameters
        ----------
        state
            What `get_state` gave.

        Raises
        ------
        ValueError
            If keys are missing or unknown, or the number is negative.
        TypeError
            If the number is not an integer.
        """
        owner = type(self).__name__
        require_keys(state, ["epoch"], owner)
        self.epoch = check_cursor(state["epoch"], None, "epoch", owner)


class DatasetIterator(DataIterator):
    """One epoch of a dataset, with a handle on the dataset of its own.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    epoch
        The number of the epoch, from 0.
    """

    data_stream: DataStream

    def __init__(self, data_stream: DataStream, epoch: int) -> None:
        scheme = data_stream.iteration_scheme
        requests = None if scheme is None else scheme.get_request_iterator(epoch)
        super().__init__(data_stream, requests, epoch=epoch)
        self.dataset = data_stream.dataset
        self.dataset_state = self.dataset.open()
        self._get_data = self.dataset.get_data

    def fetch(self, request: Request | None) -> Data:
        """Return what the dataset has for a request.

        Parameters
        ----------
        request
            The request in turn, None when there is no iteration scheme.
        """
        return self._get_data(self.dataset_state, request)

    def can_skip(self) -> bool:
        """Return whether the dataset is asked by index, and need not be asked."""
        return self.request_iterator is not None and self.get_memory() is None

    def pass_over(self, request: Request | None, counted: bool) -> int:
        """Leave a request out; as many indices are taken to give as many examples.

        Parameters
        ----------
        request
            The request in turn.
        counted
            Whether the number of examples is wanted.
        """
        if not counted or self.data_stream.produces_examples:
            return 1
        if isinstance(request, range | list | tuple | np.ndarray):
            return len(request)
        return super().pass_over(request, counted)

    def get_memory(self) -> Any:
        """Return where the dataset stands; None for one without a position."""
        memory = self.dataset.save_state(self.dataset_state)
        again = isinstance(memory, str) and memory == READ_AGAIN
        return {READ_AGAIN: self.position} if again else memory

    def set_memory(self, memory: Any) -> None:
        """Bring the dataset to where it stood.

        Parameters
        ----------
        memory
            What `get_memory` returned.
        """
        if isinstance(memory, Mapping) and list(memory) == [READ_AGAIN]:
            restored = self._read_again(memory[READ_AGAIN])
        else:
            restored = self.dataset.restore_state(memory)
        self.dataset.close(self.dataset_state)
        self.dataset_state = restored

    def _read_again(self, number: Any) -> Any:
        """Return an open dataset from which this epoch's first items were taken."""
        owner = f"the epoch of {type(self.dataset).__name__}"
        number = check_cursor(number, None, READ_AGAIN, owner)
        scheme = self.data_stream.iteration_scheme
        requests = None if scheme is None else scheme.get_request_iterator(self.epoch)
        state = self.dataset.open()
        for count in range(number):
            try:
                self._get_data(state, None if requests is None else next(requests))
            except StopIteration:
                self.dataset.close(state)
                raise ValueError(
                    f"{owner} ended after {count} items, and the saved position is "
                    f"behind {number}; the data have changed since"
                ) from None
        return state

    def close(self) -> None:
        """End the epoch here and close the dataset's handle."""
        super().close()
        self.dataset.close(self.dataset_state)


class DataStream(AbstractDataStream):
    """A stream that takes its data from a dataset.

    Parameters
    ----------
    dataset
        The dataset.
    iteration_scheme
        The order of requests to the dataset; None for datasets that are read from
        start to end.
    axis_labels
        Names of the axes, by source; None for those of the dataset.
    produces_examples
        Whether the data are single examples. None: as the scheme says, or True
        without a scheme.

    Raises
    ------
    ValueError
        If `produces_examples` contradicts the scheme, or labels are given for
        something that is not a source.
    TypeError
        If `dataset` is not a dataset or `iteration_scheme` not a scheme.

    Examples
    --------
    >>> import numpy as np
    >>> from brickyard.datasets import IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset({"features": np.eye(4), "targets": np.arange(4)})
    >>> stream = DataStream(dataset, SequentialScheme(dataset.num_examples, 3))
    >>> [batch["targets"] for batch in stream.get_epoch_iterator(as_dict=True)]
    [array([0, 1, 2]), array([3])]
    """

    def __init__(
        self,
        dataset: Dataset,
        iteration_scheme: IterationScheme | None = None,
        *,
        axis_labels: Mapping[str, Any] | None = None,
        produces_examples: bool | None = None,
    ) -> None:
        _check_dataset(dataset)
        if iteration_scheme is not None:
            _check_scheme(iteration_scheme, produces_examples)
        super().__init__(iteration_scheme, _labels_of(dataset, axis_labels))
        self.dataset = dataset
        self._produces_examples = produces_examples in (None, True)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the data: those of the dataset."""
        return self.dataset.sources

    @property
    def produces_examples(self) -> bool:
        """Whether the stream gives single examples rather than batches."""
        if self.iteration_scheme is not None:
            return self.iteration_scheme.requests_examples
        return self._produces_examples

    @property
    def epoch_length(self) -> int | None:
        """How many items, batches or examples, the scheme of the first epoch asks for.

        Examples
        --------
        >>> from brickyard.datasets import IndexableDataset, SequentialScheme
        >>> dataset = IndexableDataset({"features": range(5)})
        >>> DataStream(dataset, SequentialScheme(5, 2)).epoch_length
        3
        """
        scheme = self.iteration_scheme
        return None if scheme is None else scheme.get_request_iterator(0).length

    def open_epoch(self, epoch: int) -> DatasetIterator:
        """Return an iterator at the start of an epoch, giving tuples.

        Parameters
        ----------
        epoch
            The number of the epoch, from 0.
        """
        return DatasetIterator(self, epoch)

    def get_data(self, request: Request | None = None) -> Data:
        """Return what a freshly opened dataset has for a request.

        Parameters
        ----------
        request
            What the dataset accepts: indices, a number of examples, or None.

        Examples
        --------
        >>> from brickyard.datasets import IterableDataset
        >>> DataStream(IterableDataset([5, 6])).get_data()
        (5,)
        """
        state = self.dataset.open()
        try:
            return self.dataset.get_data(state, request)
        finally:
            self.dataset.close(state)

    @classmethod
    def default_stream(cls, dataset: Dataset, **kwargs: Any) -> AbstractDataStream:
        """Return a stream with the transformers the dataset comes with applied.

        Parameters
        ----------
        dataset
            The dataset.
        **kwargs
            Passed to the constructor of the stream.
        """
        return dataset.apply_default_transformers(cls(dataset, **kwargs))


def copy_axis_labels(axis_labels: Mapping[str, Any] | None) -> AxisLabels | None:
    """Return axis labels as a dictionary of tuples that nobody else holds.

    Parameters
    ----------
    axis_labels
        Names of the axes, by source.

    Examples
    --------
    >>> copy_axis_labels({"images": ["batch", "height", "width"]})
    {'images': ('batch', 'height', 'width')}
    """
    if axis_labels is None:
        return None
    return {source: tuple(labels) for source, labels in axis_labels.items()}


def _labels_of(
    dataset: Dataset, axis_labels: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return the labels of the sources that the dataset gives."""
    if axis_labels is None:
        labels = dataset.axis_labels
        if labels is None:
            return None
        return {name: labels[name] for name in dataset.sources if name in labels}
    for name in axis_labels:
        if name not in dataset.sources:
            raise ValueError(
                f"DataStream has axis labels for the unknown source {name!r}"
                f"{near_match(name, dataset.sources)}"
            )
    return axis_labels


def _check_dataset(dataset: Any) -> None:
    if isinstance(dataset, type) or not hasattr(dataset, "provides_sources"):
        given = dataset if isinstance(dataset, type) else type(dataset)
        raise TypeError(
            "dataset of DataStream must be a dataset such as "
            "IndexableDataset({'features': array}), got "
            f"{'the class ' if given is dataset else ''}{given.__name__}"
        )
    if not hasattr(dataset, "axis_labels"):
        raise TypeError(
            f"{type(dataset).__name__} is used before the constructor of Dataset has "
            "run; its __init__ must call super().__init__(**kwargs)"
        )


def _check_scheme(scheme: Any, produces_examples: bool | None) -> None:
    if isinstance(scheme, type) or not hasattr(scheme, "get_request_iterator"):
        raise TypeError(
            "iteration_scheme of DataStream must be an iteration scheme such as "
            f"SequentialScheme(num_examples, batch_size), got {scheme!r}"
        )
    try:
        inspect.signature(scheme.get_request_iterator).bind(0)
    except TypeError as error:
        name = type(scheme).__name__
        raise TypeError(
            f"{name}.get_request_iterator must take the number of the epoch, "
            "get_request_iterator(self, epoch=0), and return a RequestIterator such as "
            "BatchRequests(order, batch_size)"
        ) from error
    if produces_examples not in (None, scheme.requests_examples):
        kind = "examples" if scheme.requests_examples else "batches"
        raise ValueError(
            f"produces_examples={produces_examples} contradicts the iteration scheme: "
            f"{type(scheme).__name__} requests {kind}"
        )
