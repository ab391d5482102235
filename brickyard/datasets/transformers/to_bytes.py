"""Bytes out of arrays of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import ragged
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer


class ToBytes(SourcewiseTransformer):
    """Turn arrays of bytes, as HDF5 files have them, into ``bytes``.

    An example of shape ``(byte,)`` becomes ``bytes``, a batch an array of such objects.
    `ImagesFromBytes` needs no such step before it.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    which_sources
        Names of the sources to transform; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below, where those
        transformed have ``batch`` alone, or none.

    Raises
    ------
    TypeError
        When read, if the data are not uint8 with one axis for each example.
    ValueError
        If `which_sources` names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> letters = np.array([98, 114, 105, 99, 107], "uint8")
    >>> stream = ToBytes(DataStream(IterableDataset({"x": [letters]})))
    >>> list(stream.get_epoch_iterator())
    [(b'brick',)]
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
            left = () if self.produces_examples else ("batch",)
            for source in self.which_sources:
                if source in self.axis_labels:
                    self.axis_labels[source] = left

    def transform_source_example(self, source_example: Any, source_name: str) -> bytes:
        """Return the bytes of one source of an example.

        Parameters
        ----------
        source_example
            The data, uint8, shape ``(byte,)``.
        source_name
            The name of the source.
        """
        data = source_example
        if isinstance(data, np.ndarray) and data.dtype == np.uint8 and data.ndim == 1:
            return data.tobytes()
        kind = type(data).__name__
        if isinstance(data, np.ndarray):
            kind = f"{data.dtype} with shape {data.shape}"
        raise TypeError(
            f"ToBytes: an example of source {source_name!r} must be a uint8 array with "
            f"one axis, got {kind}; choose the sources with bytes in which_sources"
        )

    def transform_source_batch(self, source_batch: Any, source_name: str) -> np.ndarray:
        """Return the bytes of one source of a batch.

        Parameters
        ----------
        source_batch
            The data, one array per example.
        source_name
            The name of the source.
        """
        # an array of fixed-width texts would lose zeros at the end
        return ragged(
            [self.transform_source_example(data, source_name) for data in source_batch]
        )
