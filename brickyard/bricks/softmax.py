"""Softmax: scores of classes turned into probabilities."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import ApplicationCall, application
from brickyard.bricks.base import Brick
from brickyard.bricks.targets import (
    check_scores,
    has_class_indices,
    target_value,
)
from brickyard.bricks.wrappers import WithExtraDims
from brickyard.graph.roles import COST, VariableRole


class Softmax(Brick):
    r"""Softmax over the last axis, :math:`p_i = e^{x_i} / \sum_j e^{x_j}`.

    The largest element is subtracted first, so nothing overflows. An element of
    minus infinity gets the probability 0, as long as another one is finite.

    `CategoricalCrossEntropy` recognises it and computes from its input.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.matrix("x")
    >>> evaluate(Softmax().apply(x), {x: [[0, 0], [1e4, -1e4]]}).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """

    def output_roles(self, application_name: str, output: Any) -> list[VariableRole]:
        """Return ``COST`` for the cross-entropy of a single example, which is a scalar.

        Parameters
        ----------
        application_name
            The name of the application.
        output
            What the application returned.
        """
        is_cost = application_name == "categorical_cross_entropy" and output.ndim == 0
        return [COST] if is_cost else []

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return probabilities.

        Parameters
        ----------
        input_
            Logits ``(..., classes)``, floating-point.

        Returns
        -------
        TensorVariable
            ``(..., classes)``, in [0, 1], summing to 1 over the last axis.
        """
        self._check("apply", "input_", input_)
        return pt.special.softmax(input_, axis=-1)

    @application(inputs=["input_"], outputs=["output"])
    def log_probabilities(self, input_: TensorVariable) -> TensorVariable:
        """Return the logarithms of the probabilities.

        Parameters
        ----------
        input_
            Logits ``(..., classes)``, floating-point.

        Returns
        -------
        TensorVariable
            ``(..., classes)``, at most 0, finite for finite logits.
        """
        self._check("log_probabilities", "input_", input_)
        return pt.special.log_softmax(input_, axis=-1)

    @application(inputs=["y", "x"], outputs=["cost"])
    def categorical_cross_entropy(
        self, application_call: ApplicationCall, y: TensorVariable, x: TensorVariable
    ) -> TensorVariable:
        r"""Return the cross-entropy of every example, from logits.

        For class indices :math:`-\log p_y`, for probabilities
        :math:`-\sum_i y_i \log p_i`.

        Parameters
        ----------
        application_call
            Receives the auxiliary variable ``log_probabilities``,
            ``(..., classes)``.
        y
            Class indices ``(...)``, any integer dtype, or probabilities
            ``(..., classes)``, any floating-point dtype.
        x
            Logits ``(..., classes)``, floating-point.

        Returns
        -------
        TensorVariable
            ``(...)``, at least 0; NaN where a class index is not in
            [0, classes - 1].

        Raises
        ------
        TypeError
            If the dtype of `x`, or of `y` for its number of axes, is a wrong one.
        ValueError
            If the number of axes of `y` or a known size does not fit `x`.
        """
        self._check("categorical_cross_entropy", "x", x)
        log_probabilities = pt.special.log_softmax(x, axis=-1)
        application_call.add_auxiliary_variable(
            log_probabilities.copy(name="log_probabilities")
        )
        who = f"{self.path}.categorical_cross_entropy"
        return cross_entropy(who, y, log_probabilities)

    def _check(self, method: str, name: str, scores: TensorVariable) -> None:
        who = f"{self.path}.{method}"
        check_scores(who, name, scores)
        if scores.ndim < 1:
            raise ValueError(
                f"{who}: {name} needs an axis of classes, (..., classes), got a scalar"
            )


@WithExtraDims()
class NDimensionalSoftmax(Softmax):
    """Softmax whose applications take ``extra_ndim``, as in sequence models.

    `Softmax` works over the last axis of any tensor by itself; this brick also accepts
    the argument ``extra_ndim``, the number of axes in front of ``(batch, classes)``,
    which are merged with the batch axis for the computation.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.tensor3("x")
    >>> probabilities = NDimensionalSoftmax().apply(x, extra_ndim=1)
    >>> evaluate(probabilities, {x: [[[0, 0]], [[1e4, 0]]]}).tolist()
    [[[0.5, 0.5]], [[1.0, 0.0]]]
    """


def cross_entropy(
    who: str, y: TensorVariable, log_probabilities: TensorVariable
) -> TensorVariable:
    """Return minus the expected log-probability of targets, example by example.

    Parameters
    ----------
    who
        The application's path, for messages.
    y
        Class indices ``(...)`` or probabilities ``(..., classes)``.
    log_probabilities
        ``(..., classes)``

    Returns
    -------
    TensorVariable
        ``(...)``, with the dtype of `log_probabilities`.

    Raises
    ------
    TypeError, ValueError
        If `y` does not fit.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> y, p = pt.lvector("y"), pt.matrix("p")
    >>> cost = cross_entropy("me", y, pt.log(p))
    >>> evaluate(cost, {y: [1], p: [[0.5, 0.5]]}).round(3).tolist()
    [0.693...]
    """
    if has_class_indices(who, y, log_probabilities):
        return -target_value(y, log_probabilities)
    y = y.astype(log_probabilities.dtype)
    # An impossible class may have a log-probability of minus infinity: 0 times that
    # is NaN, but contributes 0.
    zero = pt.zeros((), dtype=log_probabilities.dtype)
    return -pt.switch(pt.eq(y, zero), zero, y * log_probabilities).sum(axis=-1)
