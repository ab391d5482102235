"""All values of a variable, one batch after the other."""

from __future__ import annotations

from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.training.monitoring.aggregation.base import (
    AggregationScheme,
    Aggregator,
    Shapes,
)


class Concatenate(AggregationScheme):
    """The values of all batches, joined along the first axis.

    The values are collected in the memory of the host: an array that grows on the
    device would be compiled for anew with every batch.

    Parameters
    ----------
    variable
        A variable with at least one axis, ``(batch, ...)``.

    Raises
    ------
    ValueError
        If the variable is a scalar.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> predictions = pt.matrix("x").argmax(axis=1)
    >>> predictions.tag.aggregation_scheme = Concatenate(predictions)
    """

    def __init__(self, variable: TensorVariable) -> None:
        if variable.ndim == 0:
            raise ValueError(
                f"Concatenate joins {variable.name or str(variable)!r} along its first "
                "axis, but it is a scalar; give it an axis with variable[None]"
            )
        super().__init__(variable)

    def accumulated(self) -> list[Variable]:
        """Name no variables: nothing is accumulated on the device.

        Returns
        -------
        list of Variable
            Nothing.
        """
        return []

    def get_aggregator(self, shapes: Shapes | None = None) -> Aggregator:
        """Return an aggregator that asks for the values themselves.

        Parameters
        ----------
        shapes
            Not needed.

        Returns
        -------
        Aggregator
            With the variable to collect.
        """
        return Aggregator(self, collected=self.variable)
