"""One axis of features in place of many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import as_array, is_ragged, map_arrays
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer


class Flatten(SourcewiseTransformer):
    """Make every example one-dimensional.

    An example of any shape becomes one of shape ``(feature,)``, a batch
    ``(batch, ...)`` one of shape ``(batch, feature)``. A batch of examples of different
    shapes stays a batch of arrays, each of them flattened. Nothing is copied where the
    memory layout allows.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    which_sources
        Names of the sources to flatten; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below, with
        ``feature`` in place of what was flattened.

    Raises
    ------
    ValueError
        If `which_sources` names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset({"images": np.zeros((10, 1, 8, 8))})
    >>> stream = Flatten(DataStream(dataset, SequentialScheme(10, 5)))
    >>> [images.shape for images, in stream.get_epoch_iterator()]
    [(5, 64), (5, 64)]
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        *,
        which_sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream, which_sources=which_sources, axis_labels=axis_labels
        )
        if axis_labels is None and self.axis_labels is not None:
            flat = ("feature",) if self.produces_examples else ("batch", "feature")
            for source in self.which_sources:
                if source in self.axis_labels:
                    self.axis_labels[source] = flat

    def transform_source_example(
        self, source_example: Any, source_name: str
    ) -> np.ndarray:
        """Return the data of one source of an example, one-dimensional.

        Parameters
        ----------
        source_example
            The data.
        source_name
            The name of the source.
        """
        return as_array(source_example).reshape(-1)

    def transform_source_batch(self, source_batch: Any, source_name: str) -> np.ndarray:
        """Return the data of one source of a batch, each example one-dimensional.

        Parameters
        ----------
        source_batch
            The data, the batch axis first.
        source_name
            The name of the source.
        """
        batch = as_array(source_batch)
        if is_ragged(batch):
            return map_arrays(np.ravel, batch)
        # -1 would be ambiguous for a batch without examples
        return batch.reshape(len(batch), math.prod(batch.shape[1:]))
