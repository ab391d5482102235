"""Checks of what is known about an input while a graph is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick


def features_of(brick: Brick, input_: Variable, dim: int, dtype: str) -> TensorVariable:
    """Return an input with features on its last axis, checked and in the right dtype.

    Small integers and booleans are converted: all their values are exact in floating
    point. Larger integers are usually indices that went the wrong way, and float64
    would make everything after it float64, so both are refused.

    Parameters
    ----------
    brick
        The brick, for messages.
    input_
        The input, ``(..., features)``.
    dim
        The number of features the brick works on.
    dtype
        The floating-point dtype of the brick's parameters.

    Returns
    -------
    TensorVariable
        The input, of dtype `dtype`.

    Raises
    ------
    TypeError
        If the input is not a tensor or its dtype does not fit.
    ValueError
        If it has no axes, or its number of features is known to be another one.
    """
    tensor = require_tensor(brick, input_)
    if tensor.ndim == 0:
        raise ValueError(
            f"{brick.path} needs an input with {dim} features on its last axis, got "
            f"the scalar {describe(tensor)}"
        )
    width = tensor.type.shape[-1]
    if width is not None and width != dim:
        raise ValueError(
            f"{brick.path} needs an input with {dim} features on its last axis, got "
            f"{width}: {describe(tensor)}; change the dimension of the brick, or "
            "flatten or transpose the input"
        )
    return as_float(brick, tensor, dtype)


def as_float(brick: Brick, tensor: TensorVariable, dtype: str) -> TensorVariable:
    """Return a tensor in a floating-point dtype that holds all its values.

    Parameters
    ----------
    brick
        The brick, for messages.
    tensor
        The tensor.
    dtype
        The dtype to return.

    Returns
    -------
    TensorVariable
        The tensor, converted if its dtype is another one.

    Raises
    ------
    TypeError
        If the conversion would lose anything, or the tensor holds large integers or
        complex numbers.
    """
    if tensor.dtype == dtype:
        return tensor
    kind = np.dtype(tensor.dtype).kind
    if kind in "iu" and np.dtype(tensor.dtype).itemsize > 2:
        raise TypeError(
            f"{brick.path} works on {dtype}, got {describe(tensor)}: integers of this "
            "size are usually indices, for LookupTable; if they are numbers, cast "
            f"them with .astype({dtype!r})"
        )
    if not np.can_cast(tensor.dtype, dtype):
        raise TypeError(
            f"{brick.path} works on {dtype}, got {describe(tensor)}; declare the input "
            f"as {dtype} (pt.tensor(..., dtype={dtype!r})) and cast the data, for "
            "example with the transformer ForceFloatX, or set "
            f"pytensor.config.floatX = {tensor.dtype!r} before making bricks"
        )
    return tensor.astype(dtype)


def require_tensor(brick: Brick, input_: object) -> TensorVariable:
    """Return a tensor, or say which brick needs one.

    Parameters
    ----------
    brick
        The brick, for messages.
    input_
        What should be a tensor variable.

    Returns
    -------
    TensorVariable
        The input.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if not isinstance(input_, TensorVariable):
        raise TypeError(
            f"{brick.path} needs a tensor, got {input_!r} of type "
            f"{type(input_).__name__}; use pt.as_tensor_variable"
        )
    return input_


def describe(tensor: TensorVariable) -> str:
    """Return the dtype, shape and name of a tensor, for messages.

    Parameters
    ----------
    tensor
        The tensor; sizes that the graph does not know become question marks.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> describe(pt.tensor("x", dtype="int8", shape=(None, 2)))
    'int8 (?, 2) x'
    """
    axes = ["?" if size is None else str(size) for size in tensor.type.shape]
    shape = f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
    return f"{tensor.dtype} {shape} {tensor.name or ''}".rstrip()
