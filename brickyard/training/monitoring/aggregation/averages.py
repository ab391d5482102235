"""Averages over all examples: means with a denominator, perplexity."""

from __future__ import annotations

import numpy as np
from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import shared
from brickyard.graph.averages import average_parts
from brickyard.training.monitoring.aggregation.base import (
    AggregationScheme,
    Aggregator,
    Shapes,
    Updates,
    accumulator_shape,
)


class Mean(AggregationScheme):
    r"""A numerator and a denominator, each summed over the batches, then divided.

    .. math:: \frac{\sum_b \mathrm{numerator}_b}{\sum_b \mathrm{denominator}_b}

    The sums are float64 whatever the graph computes in, and so is the quotient: the
    average of many float32 values is known to more digits than each of them, and a
    float32 sum would lose them.

    This is how variables are aggregated that declare nothing else. The output of a cost
    brick, and whatever else `brickyard.graph.average` made, is taken apart: the
    numerator is its sum over the examples of a batch, the denominator their number, and
    the mean is that over all examples, whatever the sizes of the batches. For any other
    variable, ``cost + penalty`` among them, the denominator is 1: all batches count
    alike.

    Parameters
    ----------
    numerator
        The sum over a batch.
    denominator
        What the numerator has to be divided by, for instance the size of the batch:
        a variable or a number.

    Examples
    --------
    >>> errors = pt.vector("errors")
    >>> Mean(errors.sum(), errors.shape[0]).get_aggregator().readout_variable.dtype
    'float64'
    """

    def __init__(
        self, numerator: Variable | float, denominator: Variable | float = 1.0
    ) -> None:
        self.numerator = pt.as_tensor_variable(numerator)
        self.denominator = pt.as_tensor_variable(denominator)
        super().__init__(self.numerator)

    def accumulated(self) -> list[Variable]:
        """Name numerator and denominator.

        Returns
        -------
        list of Variable
            Both.
        """
        return [self.numerator, self.denominator]

    def get_aggregator(self, shapes: Shapes | None = None) -> Aggregator:
        """Return two sums and their quotient.

        Parameters
        ----------
        shapes
            The shapes of variables for which the graph does not tell it.

        Returns
        -------
        Aggregator
            With a readout of dtype float64, nan if nothing was accumulated.

        Raises
        ------
        ValueError
            If the shape of an accumulator is not known.
        """
        sums: list[TensorVariable] = []
        initial: Updates = []
        accumulation: Updates = []
        for part, variable in zip(
            ("numerator", "denominator"), self.accumulated(), strict=True
        ):
            zeros = np.zeros(accumulator_shape(variable, shapes))
            total = shared(zeros, name=f"{self.numerator.name}_{part}")
            sums.append(total)
            initial.append((total, pt.constant(zeros)))
            value = pt.cast(variable, "float64")
            accumulation.append((total, total + _with_shape(value, zeros.shape)))
        return Aggregator(self, initial, accumulation, sums[0] / sums[1])


class Perplexity(Mean):
    r"""The exponential of a mean.

    .. math:: \exp\frac{\sum_b \mathrm{numerator}_b}{\sum_b \mathrm{denominator}_b}

    Parameters
    ----------
    numerator
        The negative log-likelihood of a batch, in nats.
    denominator
        The number of predictions in the batch.
    """

    def get_aggregator(self, shapes: Shapes | None = None) -> Aggregator:
        """Return two sums and the exponential of their quotient.

        Parameters
        ----------
        shapes
            The shapes of variables for which the graph does not tell it.

        Returns
        -------
        Aggregator
            With a readout of dtype float64.
        """
        aggregator = super().get_aggregator(shapes)
        aggregator.readout_variable = pt.exp(aggregator.readout_variable)
        return aggregator


def default_mean(variable: Variable) -> Mean:
    """Return the scheme of a variable that declares none.

    Parameters
    ----------
    variable
        The variable.

    Returns
    -------
    Mean
        Over all examples if the variable is an average, else over the batches.

    Examples
    --------
    >>> from brickyard.bricks.cost import SquaredError
    >>> cost = SquaredError().apply(pt.matrix("y"), pt.matrix("y_hat"))
    >>> default_mean(cost).denominator.owner is None
    False
    >>> default_mean(cost + 1).denominator.data.item()
    1.0
    """
    parts = average_parts(variable)
    return Mean(variable) if parts is None else Mean(*parts)


def mean(numerator: Variable, denominator: Variable | float = 1.0) -> TensorVariable:
    """Divide, and remember how to average over batches of different sizes.

    Parameters
    ----------
    numerator
        A sum over the batch.
    denominator
        The number of things that were summed, a variable or a number.

    Returns
    -------
    TensorVariable
        ``numerator / denominator``, called like the numerator; monitoring sums both
        over the batches before it divides.

    Examples
    --------
    >>> errors = pt.vector("errors")
    >>> error_rate = mean(errors.sum(), errors.shape[0])
    >>> type(error_rate.tag.aggregation_scheme).__name__
    'Mean'
    """
    variable = pt.as_tensor_variable(numerator) / denominator
    variable.tag.aggregation_scheme = Mean(numerator, denominator)
    variable.name = getattr(numerator, "name", None)
    return variable


def perplexity(
    log_likelihood: Variable, n_examples: Variable | float
) -> TensorVariable:
    r"""Compute the perplexity, and remember how to aggregate it over batches.

    .. math:: \exp(-\mathrm{log\_likelihood} / \mathrm{n\_examples})

    Parameters
    ----------
    log_likelihood
        The log-likelihood of the whole batch, in nats; a scalar.
    n_examples
        The number of predictions it is the sum of.

    Returns
    -------
    TensorVariable
        The perplexity of the batch, at least 1 for discrete predictions.

    Raises
    ------
    ValueError
        If the log-likelihood is not a scalar.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> total = pt.scalar("total")
    >>> float(evaluate(perplexity(total, 4), {total: 0.0}))
    1.0
    """
    log_likelihood = pt.as_tensor_variable(log_likelihood)
    if log_likelihood.ndim:
        raise ValueError(
            "perplexity needs the log-likelihood of the whole batch, a scalar; got "
            f"{log_likelihood.ndim} dimensions; sum it first"
        )
    variable = pt.exp(-log_likelihood / n_examples)
    variable.tag.aggregation_scheme = Perplexity(-log_likelihood, n_examples)
    return variable


def _with_shape(value: TensorVariable, shape: tuple[int, ...]) -> TensorVariable:
    """Say the shape where the graph does not, so that it is checked."""
    known = None not in value.type.shape
    return value if known else pt.specify_shape(value, shape)
