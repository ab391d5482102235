"""The bases of costs."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.targets import check_same_shape, check_scores
from brickyard.graph.averages import average
from brickyard.graph.roles import COST, VariableRole


class Cost(Brick):
    """The base of costs: `apply` returns a scalar that training makes small.

    What `apply` returns has the role ``COST``. A subclass whose cost is an average over
    the examples of a batch computes it with `brickyard.graph.average`; monitoring is
    then exact for batches of different sizes.

    Examples
    --------
    >>> from brickyard.graph import VariableFilter, COST, ComputationGraph
    >>> from pytensor import tensor as pt
    >>> class MeanError(Cost):
    ...     @application(inputs=["y", "y_hat"], outputs=["cost"])
    ...     def apply(self, y, y_hat):
    ...         return average(abs(y - y_hat).sum(), y.size)
    >>> cost = MeanError().apply(pt.matrix("y"), pt.matrix("y_hat"))
    >>> VariableFilter(roles=[COST])(ComputationGraph(cost / 2).variables)
    [meanerror_apply_cost]
    """

    def output_roles(
        self, application_name: str, output: Variable
    ) -> list[VariableRole]:
        """Return ``COST`` for the output of `apply`.

        Parameters
        ----------
        application_name
            The name of the application.
        output
            What the application returned.
        """
        return [COST] if application_name == "apply" else []

    @application(outputs=["cost"])
    def apply(self, *args: TensorVariable, **kwargs: TensorVariable) -> TensorVariable:
        """Return the cost of a batch, a scalar.

        Parameters
        ----------
        *args, **kwargs
            What a subclass compares: the targets first, then the predictions.
        """
        raise NotImplementedError(f"{type(self).__name__}.apply is abstract")


class CostMatrix(Cost):
    """The base of costs that have a value for every element of the prediction.

    The cost of a batch is their sum over all axes but the first, averaged over the
    first. A subclass writes `cost_matrix`.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> from pytensor import tensor as pt
    >>> class CubicError(CostMatrix):
    ...     @application(outputs=["cost_matrix"])
    ...     def cost_matrix(self, y, y_hat):
    ...         return abs(y - y_hat) ** 3
    >>> y, y_hat = pt.matrix("y"), pt.matrix("y_hat")
    >>> cost = CubicError().apply(y, y_hat)
    >>> float(evaluate(cost, {y: [[0, 0]], y_hat: [[1, 2]]}))
    9.0
    """

    @application(outputs=["cost"])
    def apply(self, *args: TensorVariable, **kwargs: TensorVariable) -> TensorVariable:
        """Return the cost of a batch, a scalar.

        Parameters
        ----------
        *args, **kwargs
            What `cost_matrix` takes.
        """
        costs = self.cost_matrix(*args, **kwargs)
        return average_of(costs, costs.shape[0] if costs.ndim else 1)

    @application(outputs=["cost_matrix"])
    def cost_matrix(
        self, *args: TensorVariable, **kwargs: TensorVariable
    ) -> TensorVariable:
        """Return the cost of every element, ``(batch, ...)``.

        Parameters
        ----------
        *args, **kwargs
            What a subclass compares: the targets first, then the predictions.
        """
        raise NotImplementedError(f"{type(self).__name__}.cost_matrix is abstract")

    def _prepare(self, y: TensorVariable, y_hat: TensorVariable) -> TensorVariable:
        who = f"{self.path}.cost_matrix"
        check_scores(who, "y_hat", y_hat)
        check_same_shape(who, y, y_hat)
        if y.type.shape != y_hat.type.shape:
            # Predictions of a known width of 1 would be stretched to wider targets.
            y = pt.specify_shape(y, y_hat.type.shape)
        # int64 targets or float64 ones from NumPy would widen the whole graph.
        return y.astype(y_hat.dtype)


def average_of(costs: Any, num_examples: Any) -> TensorVariable:
    """Return the sum of costs, divided by a number of examples.

    Parameters
    ----------
    costs
        Costs of any shape and dtype.
    num_examples
        How many examples they belong to.

    Returns
    -------
    TensorVariable
        A scalar of the dtype of `costs`, but at least float32: a sum over a batch soon
        leaves the range of float16.
    """
    dtype = "float32" if costs.dtype == "float16" else costs.dtype
    return average(costs.sum(dtype=dtype), num_examples)
