"""Transformers that treat each source by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from brickyard.datasets.iterator import Data
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import AgnosticTransformer, Transformer
from brickyard.datasets.transformers.source_names import check_known


class SourcewiseTransformer(Transformer):
    """A transformer that treats some sources, each by itself, and keeps the others.

    Subclasses give `transform_source_example`, `transform_source_batch` or both.

    Parameters
    ----------
    data_stream
        The stream below.
    produces_examples
        Whether this stream gives single examples rather than batches; None if that is
        as in the stream below.
    which_sources
        Names of the sources to transform; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `which_sources` is a single string.
    ValueError
        If `which_sources` names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> class Shout(SourcewiseTransformer):
    ...     def transform_source_example(self, source_example, source_name):
    ...         return source_example.upper()
    >>> dataset = IterableDataset({"word": ["a", "b"], "number": [1, 2]})
    >>> stream = Shout(DataStream(dataset), which_sources=("word",))
    >>> list(stream.get_epoch_iterator())
    [('A', 1), ('B', 2)]
    """

    keeps_length = True

    def __init__(
        self,
        data_stream: AbstractDataStream,
        produces_examples: bool | None = None,
        which_sources: Iterable[str] | None = None,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, produces_examples, axis_labels=axis_labels)
        if which_sources is None:
            which_sources = data_stream.sources
        elif not isinstance(which_sources, str):
            which_sources = tuple(which_sources)
        owner = f"{type(self).__name__}: which_sources"
        check_known(which_sources, data_stream.sources, owner)
        self.which_sources = tuple(which_sources)
        self._chosen = [(s, s in self.which_sources) for s in data_stream.sources]

    def transform_source_example(self, source_example: Any, source_name: str) -> Any:
        """Return the data of one source of an example, transformed.

        Parameters
        ----------
        source_example
            The data.
        source_name
            The name of the source.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.transform_source_example is not defined: this "
            "transformer does not work on streams of examples"
        )

    def transform_source_batch(self, source_batch: Any, source_name: str) -> Any:
        """Return the data of one source of a batch, transformed.

        Parameters
        ----------
        source_batch
            The data, the batch axis first.
        source_name
            The name of the source.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.transform_source_batch is not defined: this "
            "transformer does not work on streams of batches"
        )

    def transform_example(self, example: Data) -> Data:
        """Return an example with the chosen sources transformed.

        Parameters
        ----------
        example
            One array per source of the stream below.
        """
        return self._transform_sources(example, self.transform_source_example)

    def transform_batch(self, batch: Data) -> Data:
        """Return a batch with the chosen sources transformed.

        Parameters
        ----------
        batch
            One array per source of the stream below, the batch axis first.
        """
        return self._transform_sources(batch, self.transform_source_batch)

    def _transform_sources(
        self, data: Data, transform: Callable[[Any, str], Any]
    ) -> Data:
        return tuple(
            [
                transform(array, source) if chosen else array
                for (source, chosen), array in zip(self._chosen, data, strict=True)
            ]
        )


class AgnosticSourcewiseTransformer(AgnosticTransformer, SourcewiseTransformer):
    """A transformer that treats each source by itself, in examples and batches alike.

    Subclasses give `transform_any_source`. The parameters are those of
    `SourcewiseTransformer`.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> class Negate(AgnosticSourcewiseTransformer):
    ...     def transform_any_source(self, source_data, source_name):
    ...         return -source_data
    >>> stream = Negate(DataStream(IterableDataset({"x": [1, 2]})))
    >>> list(stream.get_epoch_iterator())
    [(-1,), (-2,)]
    """

    def transform_any_source(self, source_data: Any, source_name: str) -> Any:
        """Return the data of one source of an example or batch, transformed.

        Parameters
        ----------
        source_data
            The data.
        source_name
            The name of the source.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.transform_any_source is not defined"
        )

    def transform_any(self, data: Data) -> Data:
        """Return an example or a batch with the chosen sources transformed.

        Parameters
        ----------
        data
            One array per source of the stream below.
        """
        return self._transform_sources(data, self.transform_any_source)
