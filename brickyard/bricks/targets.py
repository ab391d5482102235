"""Targets against scores: what fits together, and the score of the right class."""

from __future__ import annotations

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable


def check_scores(who: str, name: str, scores: TensorVariable) -> None:
    """Raise unless scores or predictions are floating-point numbers.

    Parameters
    ----------
    who
        The application's path, for the message.
    name
        The name of the argument, for the message.
    scores
        What the application was given.

    Raises
    ------
    TypeError
        If their dtype is another one.

    Examples
    --------
    >>> check_scores("/cost.apply", "y_hat", pt.imatrix("labels"))
    Traceback (most recent call last):
        ...
    TypeError: /cost.apply: y_hat must be floating-point, got int32 (labels); ...
    """
    if not scores.dtype.startswith("float"):
        raise TypeError(
            f"{who}: {name} must be floating-point, got {scores.dtype} "
            f"({_given_name(scores)}); the targets come first, then the predictions"
        )


def check_same_shape(who: str, y: TensorVariable, y_hat: TensorVariable) -> None:
    """Raise unless targets can have the shape of the predictions.

    Parameters
    ----------
    who
        The application's path, for the message.
    y, y_hat
        Targets and predictions.

    Raises
    ------
    ValueError
        If the number of axes differs, or a size that is known beforehand.

    Examples
    --------
    >>> check_same_shape("/cost.apply", pt.vector("y"), pt.matrix("y_hat"))
    Traceback (most recent call last):
        ...
    ValueError: /cost.apply: y and y_hat must have one shape, got (?,) and (?, ?); ...
    """
    fits = y.ndim == y_hat.ndim and _sizes_fit(y, y_hat)
    if not fits:
        raise ValueError(
            f"{who}: y and y_hat must have one shape, got {_shape(y)} and "
            f"{_shape(y_hat)}; reshape the one that is wrong"
        )


def has_class_indices(
    who: str, y: TensorVariable, scores: TensorVariable, soft: bool = True
) -> bool:
    """Tell whether targets are class indices, after checking them against scores.

    Parameters
    ----------
    who
        The application's path, for the message.
    y
        Class indices ``(...)`` of any integer dtype, or probabilities
        ``(..., classes)`` of any floating-point dtype.
    scores
        Scores or probabilities ``(..., classes)``.
    soft
        Whether `y` may be probabilities.

    Returns
    -------
    bool
        True for class indices, False for probabilities.

    Raises
    ------
    TypeError
        If the dtype of `y` is not the one that goes with its number of axes.
    ValueError
        If the number of axes of `y`, or a size known beforehand, does not fit.

    Examples
    --------
    >>> has_class_indices("/cost.apply", pt.lvector("y"), pt.matrix("y_hat"))
    True
    >>> has_class_indices("/cost.apply", pt.lmatrix("y"), pt.matrix("y_hat"))
    Traceback (most recent call last):
        ...
    TypeError: /cost.apply: y with 2 axes must be floating-point probabilities, ...
    """
    indices = y.ndim == scores.ndim - 1
    allowed = indices or (soft and y.ndim == scores.ndim)
    if scores.ndim < 1 or not allowed or not _sizes_fit(y, scores):
        rule = "(...) as class indices"
        if soft:
            rule += " or (..., classes) as probabilities"
        raise ValueError(
            f"{who}: with scores (..., classes), y must be {rule}; got y of shape "
            f"{_shape(y)} and scores of shape {_shape(scores)}; class indices with a "
            "last axis of 1 lose it by y.flatten()"
        )
    if indices and not y.dtype.startswith(("int", "uint")):
        raise TypeError(
            f"{who}: y with one axis less than the scores must be integer class "
            f'indices, got {y.dtype} ({_given_name(y)}); cast it, y.astype("int64")'
        )
    if not indices and not y.dtype.startswith("float"):
        raise TypeError(
            f"{who}: y with {y.ndim} axes must be floating-point probabilities, got "
            f"{y.dtype} ({_given_name(y)}); class indices need one axis less, "
            "for example y.flatten(), and one-hot rows a cast, y.astype(floatX)"
        )
    return indices


def is_target_class(y: TensorVariable, scores: TensorVariable) -> TensorVariable:
    """Return a mask ``(..., classes)`` that is true at the class `y` names.

    A mask costs one comparison per score, and its gradient is elementwise; indexing
    has a scatter for a gradient, which is serial on CPUs.

    Parameters
    ----------
    y
        Class indices ``(...)``.
    scores
        ``(..., classes)``.
    """
    return pt.eq(_column(y), class_numbers(scores))


def class_numbers(scores: TensorVariable) -> TensorVariable:
    """Return ``0 .. classes - 1`` as int64, one for each score of the last axis.

    Parameters
    ----------
    scores
        ``(..., classes)``.
    """
    classes = scores.type.shape[-1]
    if classes is not None:
        return pt.constant(np.arange(classes, dtype="int64"))
    # Integer literals become int8 in a graph, and counting in int8 ends at 127.
    return pt.arange(scores.shape[-1].astype("int64"), dtype="int64")


def target_value(y: TensorVariable, values: TensorVariable) -> TensorVariable:
    """Return the value of the class that `y` names, NaN if there is no such class.

    Parameters
    ----------
    y
        Class indices ``(...)``. Negative ones do not count from the end.
    values
        ``(..., classes)``.

    Returns
    -------
    TensorVariable
        ``(...)``

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> values = pt.constant(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> evaluate(target_value(pt.constant(np.array([1, 5])), values)).tolist()
    [2.0, nan]
    """
    zero = pt.zeros((), dtype=values.dtype)
    chosen = pt.switch(is_target_class(y, values), values, zero).sum(axis=-1)
    nan = pt.constant(np.array(np.nan, dtype=values.dtype))
    classes = values.shape[-1].astype("int64")
    exists = pt.ge(y, 0) & pt.lt(y.astype("int64"), classes)
    return pt.switch(exists, chosen, nan)


def _column(y: TensorVariable) -> TensorVariable:
    # int64: comparing uint64 with int64 would go through float64.
    return pt.shape_padright(y.astype("int64"))


def _sizes_fit(y: TensorVariable, scores: TensorVariable) -> bool:
    pairs = zip(y.type.shape, scores.type.shape, strict=False)
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _shape(variable: TensorVariable) -> str:
    sizes = ["?" if size is None else str(size) for size in variable.type.shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _given_name(variable: TensorVariable) -> str | None:
    """Return the name the user gave, which is that of what an application copied."""
    while variable.owner is not None and variable.owner.op == pt.tensor_copy:
        variable = variable.owner.inputs[0]
    return variable.name
