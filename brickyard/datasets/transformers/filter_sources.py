"""Leaving out sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brickyard.datasets.iterator import Data
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import AgnosticTransformer
from brickyard.datasets.transformers.source_names import check_known, listed


class FilterSources(AgnosticTransformer):
    """Keep some of the sources, in the order they have in the stream below.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    sources
        Names of the sources to keep.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `sources` is a single string.
    ValueError
        If `sources` is empty or names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = DataStream(IterableDataset({"x": [1, 2], "y": [3, 4]}))
    >>> list(FilterSources(stream, ("y",)).get_epoch_iterator())
    [(3,), (4,)]
    """

    keeps_length = True

    def __init__(
        self,
        data_stream: AbstractDataStream,
        sources: Iterable[str],
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        below = data_stream.sources
        wanted = sources if isinstance(sources, str) else tuple(sources)
        check_known(wanted, below, "FilterSources: sources")
        if not wanted:
            raise ValueError(
                f"FilterSources: sources is empty; keep at least one of {listed(below)}"
            )
        self._kept = [index for index, name in enumerate(below) if name in wanted]
        self._sources = tuple(below[index] for index in self._kept)
        if axis_labels is None and self.axis_labels is not None:
            self.axis_labels = {
                source: labels
                for source, labels in self.axis_labels.items()
                if source in self._sources
            }

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources kept, in the order of the data."""
        return self._sources

    def transform_any(self, data: Data) -> Data:
        """Return the sources kept.

        Parameters
        ----------
        data
            One array per source of the stream below.
        """
        return tuple([data[index] for index in self._kept])
