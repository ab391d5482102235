"""The smallest and the largest value over the batches."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import shared
from brickyard.training.monitoring.aggregation.base import (
    AggregationScheme,
    Aggregator,
    Shapes,
    accumulator_shape,
)


class Minimum(AggregationScheme):
    """The smallest value over the batches, element by element; NaN if one is NaN.

    Parameters
    ----------
    variable
        The variable, of any dtype but complex.

    Examples
    --------
    >>> cost = pt.vector("x").sum()
    >>> cost.tag.aggregation_scheme = Minimum(cost)
    """

    def get_aggregator(self, shapes: Shapes | None = None) -> Aggregator:
        """Return a running extreme.

        Parameters
        ----------
        shapes
            The shapes of variables for which the graph does not tell it.

        Returns
        -------
        Aggregator
            With a readout of the variable's dtype.

        Raises
        ------
        ValueError
            If the shape of the variable is not known.
        """
        variable = self.variable
        shape = accumulator_shape(variable, shapes)
        start = np.full(shape, self._start(np.dtype(variable.dtype)), variable.dtype)
        extreme = shared(start, name=f"{variable.name}_{type(self).__name__.lower()}")
        value = self._extreme(extreme, pt.specify_shape(variable, shape))
        return Aggregator(
            self, [(extreme, pt.constant(start))], [(extreme, value)], extreme
        )

    def _start(self, dtype: np.dtype) -> Any:
        return _limits(dtype)[1]

    def _extreme(self, one: TensorVariable, other: TensorVariable) -> TensorVariable:
        return pt.minimum(one, other)


class Maximum(Minimum):
    """The largest value over the batches, element by element; NaN if one is NaN.

    Parameters
    ----------
    variable
        The variable, of any dtype but complex.
    """

    def _start(self, dtype: np.dtype) -> Any:
        return _limits(dtype)[0]

    def _extreme(self, one: TensorVariable, other: TensorVariable) -> TensorVariable:
        return pt.maximum(one, other)


def _limits(dtype: np.dtype) -> tuple[Any, Any]:
    """Return the smallest and the largest value of a dtype."""
    if dtype.kind == "f":
        return -np.inf, np.inf
    if dtype.kind == "b":
        return False, True
    return np.iinfo(dtype).min, np.iinfo(dtype).max
