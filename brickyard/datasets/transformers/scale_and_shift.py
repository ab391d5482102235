"""An affine map of the values, such as from pixels to numbers in [0, 1]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from brickyard.datasets.float_type import float_x
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import map_arrays
from brickyard.datasets.transformers.byte_scaling import PROCESS_SCALER
from brickyard.datasets.transformers.sourcewise import AgnosticSourcewiseTransformer


class ScaleAndShift(AgnosticSourcewiseTransformer):
    """Multiply every value by a factor and add an offset.

    .. math:: y = x s + t

    Floating-point data keep their dtype, so that float32 stays float32. Integers and
    truth values become floatX: ``pytensor.config.floatX`` if PyTensor has been
    imported when the transformer is constructed, float32 otherwise.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    scale
        The factor s: a number, or an array that broadcasts against the data.
    shift
        The offset t, likewise.
    which_sources
        Names of the sources to transform; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `scale` or `shift` is not made of numbers.
    ValueError
        If `which_sources` names a source that the stream below does not have.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> pixels = np.array([[0, 255], [51, 0]], dtype="uint8")
    >>> stream = DataStream(IndexableDataset({"x": pixels}), SequentialScheme(2, 2))
    >>> stream = ScaleAndShift(stream, 2 / 255, -1)
    >>> x, = next(stream.get_epoch_iterator())
    >>> x.dtype.kind, x.round(2).tolist()
    ('f', [[-1.0, 1.0], [-0.6..., -1.0]])
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        scale: ArrayLike,
        shift: ArrayLike,
        *,
        which_sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream, which_sources=which_sources, axis_labels=axis_labels
        )
        self.scale = _numbers(scale, "scale")
        self.shift = _numbers(shift, "shift")
        self._float_x = float_x()
        self._shifts = bool(np.any(self.shift))
        self._byte_factor = self._find_byte_factor()

    def transform_any_source(self, source_data: Any, source_name: str) -> np.ndarray:
        """Return the data of one source, scaled and shifted.

        Parameters
        ----------
        source_data
            The data, of an example or batch.
        source_name
            The name of the source.
        """
        return map_arrays(self._scale_and_shift, source_data)

    def _find_byte_factor(self) -> np.float32 | None:
        """Return the factor of bytes; None unless one fast loop does all of it."""
        if self._float_x != np.float32 or self.scale.ndim > 0:
            return None
        limit = float(np.finfo(np.float32).max) / 256
        return np.float32(self.scale) if abs(float(self.scale)) <= limit else None

    def _scale_and_shift(self, data: np.ndarray) -> np.ndarray:
        dtype = data.dtype if data.dtype.kind in "fc" else self._float_x
        if data.dtype == np.uint8 and self._byte_factor is not None:
            result = PROCESS_SCALER.scale(data, self._byte_factor)
        else:
            result = np.multiply(data, self.scale.astype(dtype), dtype=dtype)
        if not self._shifts:
            return result
        shift = self.shift.astype(dtype)
        # in place only where the sum has the shape of the product
        if shift.ndim == 0 and result.ndim > 0:
            result += shift
            return result
        return result + shift


def _numbers(value: ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "buif":
        raise TypeError(
            f"ScaleAndShift: {name} must be a number or an array of numbers, got "
            f"{value!r}"
        )
    return array
