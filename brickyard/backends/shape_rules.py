"""Rules about known shapes that PyTensor leaves to run time and XLA does not check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.op import Op
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import Subtensor, get_idx_list


def check_shape_rules(op: Op, inputs: Sequence[Variable]) -> None:
    """Raise if an operation cannot work on operands of these static shapes.

    Parameters
    ----------
    op
        The operation.
    inputs
        Its operands; lengths that are not known are not checked.

    Raises
    ------
    ValueError
        If the inner lengths of a product differ.
    IndexError
        If a constant index lies outside its axis.
    """
    for kind, rule in _RULES.items():
        if isinstance(op, kind):
            rule(op, inputs)


def _check_dot(op: Any, inputs: Sequence[Variable]) -> None:
    left, right = (variable.type.shape for variable in inputs)
    known = left[-1:] and right[:1] and None not in (left[-1], right[0])
    if known and left[-1] != right[0]:
        raise ValueError(
            f"the last axis of the first has length {left[-1]}, the first axis of the "
            f"second has length {right[0]}"
        )


def _check_index(op: Any, inputs: Sequence[Variable]) -> None:
    shape = inputs[0].type.shape
    for axis, index in enumerate(get_idx_list(inputs, op.idx_list)):
        value = index.data if isinstance(index, Constant) else index
        length = shape[axis]
        if length is None or not isinstance(value, int | np.integer | np.ndarray):
            continue
        if not -length <= int(value) < length:
            raise IndexError(
                f"index {int(value)} lies outside axis {axis}, which has length "
                f"{length}"
            )


_RULES: dict[type[Op], Callable[[Any, Sequence[Variable]], None]] = {
    Dot: _check_dot,
    Subtensor: _check_index,
}
