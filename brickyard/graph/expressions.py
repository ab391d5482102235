"""Expressions of several tensors: a norm over all of them, curvature products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import pytensor
from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable


def l2_norm(tensors: Iterable[TensorVariable], squared: bool = False) -> TensorVariable:
    r"""Return the Euclidean norm of all elements of some tensors.

    .. math:: \lVert t \rVert = \sqrt{\sum_k \sum_i t_{k,i}^2}

    Parameters
    ----------
    tensors
        One or more tensors of any shapes.
    squared
        Leave out the square root.

    Returns
    -------
    TensorVariable
        A scalar of the dtype that the tensors promote to, 0 or more.

    Raises
    ------
    TypeError
        If `tensors` is a single variable or not iterable.
    ValueError
        If there are no tensors.

    Notes
    -----
    The gradient of the norm at zero is not finite; that of the squared norm is zero.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x, y = pt.vector("x"), pt.scalar("y")
    >>> evaluate(l2_norm([x, y]), {x: [2.0, 3.0], y: 6.0}).item()
    7.0
    """
    if isinstance(tensors, Variable) or not isinstance(tensors, Iterable):
        raise TypeError(f"l2_norm: tensors must be a list of tensors, got {tensors!r}")
    squares = [pt.sqr(pt.as_tensor_variable(tensor)).sum() for tensor in tensors]
    if not squares:
        raise ValueError("l2_norm: there are no tensors to take the norm of")
    total = squares[0] if len(squares) == 1 else pt.add(*squares)
    return total if squared else pt.sqrt(total)


def hessian_times_vector(
    gradient: TensorVariable,
    parameter: TensorVariable,
    vector: TensorVariable,
    r_op: bool = False,
) -> TensorVariable:
    r"""Return the product of a Hessian and a vector, without the Hessian.

    .. math:: H v = \nabla_\theta \left( \nabla_\theta c \cdot v \right)

    Parameters
    ----------
    gradient
        The gradient :math:`\nabla_\theta c` of a scalar with respect to `parameter`,
        of the parameter's shape.
    parameter
        The parameter :math:`\theta`, of any shape; it need not be a vector.
    vector
        The vector :math:`v`, of the parameter's shape.
    r_op
        Compute the directional derivative of `gradient` along `vector` in forward mode
        instead, where every operation has one. The value is the same.

    Returns
    -------
    TensorVariable
        The product, of the parameter's shape and dtype.

    Raises
    ------
    TypeError
        If `gradient` or `vector` has another number of dimensions than `parameter`.

    References
    ----------
    Pearlmutter, B. A. (1994). Fast Exact Multiplication by the Hessian. Neural
    Computation 6(1). Its operator R is the forward mode.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x, v = pt.vectors("x", "v")
    >>> gradient = pytensor.grad((x**3).sum(), x)
    >>> product = hessian_times_vector(gradient, x, v)
    >>> evaluate(product, {x: [1.0, 2.0], v: [1.0, 10.0]}).tolist()
    [6.0, 120.0]
    """
    for name, given in (("gradient", gradient), ("vector", vector)):
        if getattr(given, "ndim", None) != parameter.ndim:
            raise TypeError(
                f"hessian_times_vector: the {name} must have the {parameter.ndim} "
                f"dimensions of parameter {parameter}, got {given} of type "
                f"{getattr(given, 'type', type(given).__name__)}"
            )
    if r_op:
        product = pytensor.gradient.pushforward(gradient, parameter, vector)
        return cast(TensorVariable, product)
    fixed = pytensor.gradient.disconnected_grad(vector)
    product = pytensor.grad(pt.sum(gradient * fixed), parameter)
    return cast(TensorVariable, product)
