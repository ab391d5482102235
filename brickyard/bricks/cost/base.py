"""The bases of costs."""

from __future__ import annotations

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.targets import check_same_shape, check_scores


class Cost(Brick):
    """The base of costs: `apply` returns a scalar that training makes small."""

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
        if costs.ndim > 1:
            costs = costs.sum(axis=tuple(range(1, costs.ndim)))
        return costs.mean()

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
        # int64 targets or float64 ones from NumPy would widen the whole graph.
        return y.astype(y_hat.dtype)
