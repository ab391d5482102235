"""Costs of predictions about classes."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.calls import ApplicationCall
from brickyard.bricks.cost.base import Cost, average_of
from brickyard.bricks.log_domain import log_of_softmax, safe_log
from brickyard.bricks.softmax import cross_entropy
from brickyard.bricks.targets import (
    check_scores,
    class_numbers,
    has_class_indices,
    target_value,
)
from brickyard.graph.averages import average


class CategoricalCrossEntropy(Cost):
    r"""Mean categorical cross-entropy, :math:`-\sum_i y_i \log \hat y_i`.

    Where `y_hat` is the output of a softmax (`Softmax`, or ``pt.special.softmax``),
    also after copies, reshapes and slices, the cost is computed from the logits and is
    exact and finite for all finite logits, with an exact gradient.

    For any other `y_hat` the logarithm is bounded: a probability below the smallest
    normal number of its dtype counts as that number. The cost of an example is at most
    87.3 in float32, and the gradient below the bound is 0.

    Notes
    -----
    The graph of a cost that is computed from the logits does not pass through
    `y_hat`. Replace the output of the softmax before the cost is applied, not after.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> y, x = pt.lvector("y"), pt.matrix("x")
    >>> cost = CategoricalCrossEntropy().apply(y, pt.special.softmax(x, axis=-1))
    >>> float(evaluate(cost, {y: [0], x: [[-1e4, 1e4]]}))
    20000.0
    """

    @application(inputs=["y", "y_hat"], outputs=["cost"])
    def apply(
        self,
        y: TensorVariable,
        y_hat: TensorVariable,
        application_call: ApplicationCall,
    ) -> TensorVariable:
        """Return the mean cost of all examples.

        Parameters
        ----------
        y
            Class indices ``(batch, ...)`` of any integer dtype, or probabilities
            ``(batch, ..., classes)`` of any floating-point dtype.
        y_hat
            Probabilities ``(batch, ..., classes)``, floating-point.
        application_call
            Is told which variables the cost goes back to.

        Returns
        -------
        TensorVariable
            A scalar, at least 0; NaN if a class index is not in [0, classes - 1].

        Raises
        ------
        TypeError
            If `y_hat` is not floating-point, or the dtype of `y` does not go with its
            number of axes.
        ValueError
            If the number of axes of `y` or a known size does not fit `y_hat`.
        """
        who = f"{self.path}.apply"
        check_scores(who, "y_hat", y_hat)
        log_probabilities = log_of_softmax(y_hat, application_call.sources)
        if log_probabilities is None:
            log_probabilities = safe_log(y_hat)
        costs = cross_entropy(who, y, log_probabilities)
        return average_of(costs, costs.size)


class MisclassificationRate(Cost):
    """The share of examples whose class is not among the `top_k` highest scores.

    Equal scores rank in the order of the classes, as in a stable sort: for ``top_k=1``
    the answer is that of ``argmax``. NaN ranks above every number, and an example whose
    own class has the score NaN is an error, as is one whose class index is not in
    [0, classes - 1].

    Parameters
    ----------
    top_k
        How many of the highest scores count as right, at least 1 and at most the
        number of classes.
    **kwargs
        See `Brick`.

    Raises
    ------
    TypeError
        If `top_k` is not an integer.
    ValueError
        If `top_k` is below 1, or above a known number of classes.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> y, y_hat = pt.lvector("y"), pt.matrix("y_hat")
    >>> rate = MisclassificationRate().apply(y, y_hat)
    >>> scores = [[0.1, 0.9], [0.6, 0.4], [0.5, 0.5], [0.5, 0.5]]
    >>> float(evaluate(rate, {y: [1, 1, 0, 1], y_hat: scores}))
    0.5
    """

    def __init__(self, top_k: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(top_k, bool) or not isinstance(top_k, int):
            raise TypeError(f"{self.path}: top_k must be an integer, got {top_k!r}")
        if top_k < 1:
            raise ValueError(f"{self.path}: top_k must be at least 1, got {top_k}")
        self.top_k = top_k

    @application(inputs=["y", "y_hat"], outputs=["error_rate"])
    def apply(self, y: TensorVariable, y_hat: TensorVariable) -> TensorVariable:
        """Return the share of examples that are classified wrongly.

        Parameters
        ----------
        y
            Class indices ``(batch, ...)`` of any integer dtype.
        y_hat
            Scores or probabilities ``(batch, ..., classes)``, floating-point.

        Returns
        -------
        TensorVariable
            A scalar of dtype ``floatX`` in [0, 1].

        Raises
        ------
        TypeError
            If the dtype of `y` or `y_hat` is a wrong one.
        ValueError
            If the number of axes of `y` or a known size does not fit `y_hat`, or
            there are fewer classes than `top_k`.
        """
        who = f"{self.path}.apply"
        check_scores(who, "y_hat", y_hat)
        has_class_indices(who, y, y_hat, soft=False)
        classes = y_hat.type.shape[-1]
        if classes is not None and classes < self.top_k:
            raise ValueError(
                f"{who}: top_k={self.top_k} of {classes} classes is never wrong; give "
                "a smaller top_k"
            )
        own = pt.shape_padright(target_value(y, y_hat))
        earlier = class_numbers(y_hat) < pt.shape_padright(y.astype("int64"))
        # Asking what does not rank below the own score makes NaN rank above it.
        above = pt.switch(earlier, ~(y_hat < own), ~(y_hat <= own))
        rank = above.sum(axis=-1, dtype="int64")
        wrong = pt.ge(rank, self.top_k)
        return average(wrong.sum(), wrong.size)
