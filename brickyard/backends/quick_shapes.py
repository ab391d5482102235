"""Building graphs without looking for static shapes further than one can see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.tensor import basic
from pytensor.tensor.basic import (
    as_tensor_variable,
    get_underlying_scalar_constant_value,
)
from pytensor.tensor.exceptions import NotScalarConstantError

_replacing = RLock()


@contextmanager
def shapes_at_sight() -> Iterator[None]:
    """Let PyTensor know a length only if it is at hand, inside a ``with`` block.

    For every allocation PyTensor copies and folds all of the graph that leads to its
    shape: most of the time that building the gradient of a loop takes. A graph is
    rebuilt for the shapes of a batch in any case, and all lengths are known there.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x = pt.tensor("x", shape=(3, None))
    >>> with shapes_at_sight():
    ...     pt.alloc(0.0, x.shape[0], 2, x.shape[1]).type.shape
    (3, 2, None)
    """
    with _replacing:
        thorough = basic.infer_static_shape
        basic.infer_static_shape = _at_sight
        try:
            yield
        finally:
            basic.infer_static_shape = thorough


def _at_sight(shape: Any) -> tuple[list[Any], tuple[int | None, ...]]:
    """Return lengths as variables, and the numbers of those that are at hand."""
    lengths = [as_tensor_variable(length, ndim=0) for length in shape]
    for length in lengths:
        if length.type.dtype not in basic.integer_dtypes:
            raise TypeError(f"Shapes must be scalar integers; got {length}")
    return lengths, tuple(map(_number, lengths))


def _number(length: Variable) -> int | None:
    try:
        return int(get_underlying_scalar_constant_value(length))
    except NotScalarConstantError:
        return None
