"""Rules about known shapes that PyTensor leaves to run time and XLA does not check."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import Subtensor, get_idx_list

from brickyard.backends.errors import describe_variable


def check_shape_rules(node: Apply, inputs: Sequence[Variable]) -> None:
    """Raise if an operation cannot work on operands of these static shapes.

    Parameters
    ----------
    node
        The operation with its operands as the graph was built.
    inputs
        The operands it meets; lengths that are not known are not checked.

    Raises
    ------
    ValueError
        If the inner lengths of a product differ, an axis would be stretched that was
        not known to have length 1 when the graph, and its gradient, were built, or
        sequences differ in length in a loop whose tag says ``one_length``.
    IndexError
        If a constant index lies outside its axis.
    """
    for kind, rule in _RULES.items():
        if isinstance(node.op, kind):
            rule(node, inputs)


def _check_dot(node: Apply, inputs: Sequence[Variable]) -> None:
    left, right = (variable.type.shape for variable in inputs)
    known = left[-1:] and right[:1] and None not in (left[-1], right[0])
    if known and left[-1] != right[0]:
        raise ValueError(
            f"the last axis of the first has length {left[-1]}, the first axis of the "
            f"second has length {right[0]}"
        )


def _check_elementwise(node: Apply, inputs: Sequence[Variable]) -> None:
    shapes = [variable.type.shape for variable in inputs]
    for axis, lengths in enumerate(zip(*shapes, strict=True)):
        others = [length for length in lengths if length not in (1, None)]
        if not others:
            continue
        for built, length in zip(node.inputs, lengths, strict=True):
            if length == 1 and built.type.shape[axis] is None:
                raise ValueError(
                    f"axis {axis} of {describe_variable(built)} has length 1 and that "
                    f"of another operand {others[0]}; only an axis declared to have "
                    "length 1, as in pt.tensor(..., shape=(1, None)), is stretched"
                )


def _check_index(node: Apply, inputs: Sequence[Variable]) -> None:
    shape = inputs[0].type.shape
    for axis, index in enumerate(get_idx_list(inputs, node.op.idx_list)):
        value = index.data if isinstance(index, Constant) else index
        length = shape[axis]
        if length is None or not isinstance(value, int | np.integer | np.ndarray):
            continue
        if not -length <= int(value) < length:
            raise IndexError(
                f"index {int(value)} lies outside axis {axis}, which has length "
                f"{length}"
            )


def _check_loop(node: Apply, inputs: Sequence[Variable]) -> None:
    """Hold sequences to one length where whoever made the loop asked for it.

    PyTensor cuts the longer ones, and reads past the end of the shorter ones.
    """
    if not getattr(node.tag, "one_length", False):
        return
    lengths = set()
    for sequence in node.op.outer_seqs(inputs):
        cut = sequence.owner
        whole = cut.inputs[0] if cut and isinstance(cut.op, Subtensor) else sequence
        lengths.add(whole.type.shape[0])
    if len(lengths - {None}) > 1:
        raise ValueError(
            "its sequences, which go side by side, have different lengths: "
            f"{', '.join(map(str, sorted(lengths - {None})))}"
        )


_RULES: dict[type[Op], Callable[[Apply, Sequence[Variable]], None]] = {
    Dot: _check_dot,
    Elemwise: _check_elementwise,
    Scan: _check_loop,
    Subtensor: _check_index,
}
