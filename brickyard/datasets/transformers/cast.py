"""Another data type for some sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from brickyard.datasets.float_type import float_x
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import as_array, is_ragged, map_arrays
from brickyard.datasets.transformers.sourcewise import AgnosticSourcewiseTransformer


class Cast(AgnosticSourcewiseTransformer):
    """Give sources a data type.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    dtype
        The data type, as NumPy takes it, or ``"floatX"``: ``pytensor.config.floatX``
        if PyTensor has been imported when the transformer is constructed, float32
        otherwise.
    which_sources
        Names of the sources to transform; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `dtype` is not a data type.
    ValueError
        If `which_sources` names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset({"x": np.arange(4)})
    >>> stream = Cast(DataStream(dataset, SequentialScheme(4, 4)), "float64")
    >>> next(stream.get_epoch_iterator())
    (array([0., 1., 2., 3.]),)
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        dtype: DTypeLike,
        *,
        which_sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream, which_sources=which_sources, axis_labels=axis_labels
        )
        self.dtype = as_dtype(dtype, type(self).__name__)

    def transform_any_source(self, source_data: Any, source_name: str) -> np.ndarray:
        """Return the data of one source with the data type.

        Parameters
        ----------
        source_data
            The data, of an example or batch; returned itself if nothing is to be done.
        source_name
            The name of the source.
        """
        return map_arrays(self._cast, source_data)

    def _cast(self, data: np.ndarray) -> np.ndarray:
        return data.astype(self.dtype, copy=False)


class ForceFloatX(AgnosticSourcewiseTransformer):
    """Give floating-point sources the float type of the graphs, and keep the others.

    It is ``pytensor.config.floatX`` if PyTensor has been imported when the transformer
    is constructed, float32 otherwise. Integers, truth values and texts stay what they
    are.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    which_sources
        Names of the sources to transform; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    ValueError
        If `which_sources` names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset({"x": np.zeros(2), "y": np.arange(2)})
    >>> stream = ForceFloatX(DataStream(dataset, SequentialScheme(2, 2)))
    >>> x, y = next(stream.get_epoch_iterator())
    >>> x.dtype == float_x(), y.dtype
    (True, dtype('int64'))
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
        self.dtype = float_x()

    def transform_any_source(self, source_data: Any, source_name: str) -> Any:
        """Return the data of one source, in floatX if they are floating-point numbers.

        Parameters
        ----------
        source_data
            The data, of an example or batch; returned itself if nothing is to be done.
        source_name
            The name of the source.
        """
        array = as_array(source_data)
        if not is_ragged(array) and array.dtype.kind != "f":
            return source_data
        return map_arrays(self._force, array)

    def _force(self, data: np.ndarray) -> np.ndarray:
        if data.dtype.kind != "f":
            return data
        return data.astype(self.dtype, copy=False)


def as_dtype(dtype: DTypeLike, owner: str) -> np.dtype:
    """Return a NumPy data type, floatX among them.

    Parameters
    ----------
    dtype
        A data type as NumPy takes it, or ``"floatX"``.
    owner
        The class it was given to, for the message.

    Raises
    ------
    TypeError
        If `dtype` is not a data type.

    Examples
    --------
    >>> as_dtype("int16", "Cast")
    dtype('int16')
    """
    if isinstance(dtype, str) and dtype == "floatX":
        return float_x()
    try:
        return np.dtype(dtype)
    except TypeError as error:
        raise TypeError(
            f"{owner}: {dtype!r} is not a data type; use one such as 'float32', "
            "'int64' or 'floatX'"
        ) from error
