"""Logarithms of probabilities, taken where they do not overflow.

A softmax or a sigmoid rounds to exactly 0 or 1 for large arguments, and the logarithm
of that is lost. A cost that is given such an output therefore looks through the graph
for the logits behind it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor import scalar
from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.special import Softmax, log_softmax
from pytensor.tensor.subtensor import (
    AdvancedSubtensor,
    AdvancedSubtensor1,
    Subtensor,
)
from pytensor.tensor.variable import TensorVariable

# Operations that only move elements: an elementwise function commutes with them.
_MOVES = (
    AdvancedSubtensor,
    AdvancedSubtensor1,
    DimShuffle,
    Reshape,
    SpecifyShape,
    Subtensor,
)


def log_of_softmax(
    probabilities: TensorVariable, sources: list[Variable] | None = None
) -> TensorVariable | None:
    """Return the logarithm of a softmax's output, computed from its logits.

    Copies, reshapes, transposes, slices and indexing that lie between the softmax and
    `probabilities` are repeated on the logarithm.

    Parameters
    ----------
    probabilities
        Any variable.
    sources
        A list to which the variables that the logarithm is computed from are added.

    Returns
    -------
    TensorVariable or None
        The logarithm, or None if `probabilities` is not the output of a softmax.

    Examples
    --------
    >>> x = pt.matrix("x")
    >>> log_of_softmax(pt.special.softmax(x, axis=1)[:3]) is not None
    True
    >>> log_of_softmax(x) is None
    True
    """
    moves, node = _trace(probabilities)
    if node is None or not isinstance(node.op, Softmax):
        return None
    _add_sources(sources, moves, node)
    return _repeat(moves, log_softmax(node.inputs[0], axis=node.op.axis))


def logits_of_sigmoid(
    probabilities: TensorVariable, sources: list[Variable] | None = None
) -> TensorVariable | None:
    r"""Return the argument :math:`x` of :math:`\sigma(x)`.

    What lies between the sigmoid and `probabilities` may be what
    :func:`log_of_softmax` allows.

    Parameters
    ----------
    probabilities
        Any variable.
    sources
        A list to which the variables that the logits are computed from are added.

    Returns
    -------
    TensorVariable or None
        The logits, with the shape of `probabilities`, or None if `probabilities` is
        not the output of a sigmoid.

    Examples
    --------
    >>> x = pt.vector("x")
    >>> logits_of_sigmoid(pt.sigmoid(x)) is x
    True
    """
    moves, node = _trace(probabilities)
    if node is None or not _is_elemwise(node, scalar.Sigmoid):
        return None
    _add_sources(sources, moves, node)
    return _repeat(moves, node.inputs[0])


def safe_log(probabilities: TensorVariable) -> TensorVariable:
    """Return the logarithm of probabilities whose logits are not known.

    A probability below the smallest positive normal number of its dtype (1.2e-38 in
    float32, 2.2e-308 in float64) counts as that number: the logarithm is at least
    -87.3 or -708.4, and the gradient there is 0 instead of infinite. NaN stays NaN.

    Parameters
    ----------
    probabilities
        Numbers in [0, 1], of a floating-point dtype.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> bool(evaluate(safe_log(pt.constant(0.0, dtype="float32"))) > -88)
    True
    """
    dtype = probabilities.dtype
    floor = pt.constant(np.finfo(dtype).tiny, dtype=dtype)
    # A switch on `<`, not a maximum: it lets NaN pass.
    return pt.log(pt.switch(probabilities < floor, floor, probabilities))


def safe_log1m(probabilities: TensorVariable) -> TensorVariable:
    """Return the logarithm of one minus probabilities whose logits are not known.

    A probability above the largest number below 1 (``1 - 6e-8`` in float32) counts
    as that number: the logarithm is at least -16.6 in float32, -36.7 in float64.

    Parameters
    ----------
    probabilities
        Numbers in [0, 1], of a floating-point dtype.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> round(float(evaluate(safe_log1m(pt.constant(1.0, dtype="float32")))), 1)
    -16.6
    """
    dtype = probabilities.dtype
    below_one = np.nextafter(np.ones((), dtype), np.zeros((), dtype))
    ceiling = pt.constant(below_one, dtype=dtype)
    return pt.log1p(-pt.switch(probabilities > ceiling, ceiling, probabilities))


def _is_elemwise(node: Apply, kind: type[scalar.ScalarOp]) -> bool:
    return isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, kind)


def _trace(variable: TensorVariable) -> tuple[list[Apply], Apply | None]:
    """Return the nodes that only move elements, last first, and the one before."""
    moves = []
    node = variable.owner
    while node is not None and (
        isinstance(node.op, _MOVES) or _is_elemwise(node, scalar.Identity)
    ):
        moves.append(node)
        node = node.inputs[0].owner
    return moves, node


def _add_sources(
    sources: list[Variable] | None, moves: list[Apply], node: Apply
) -> None:
    if sources is not None:
        sources.append(node.inputs[0])
        for move in moves:
            sources.extend(move.inputs[1:])


def _repeat(moves: list[Apply], variable: Any) -> TensorVariable:
    for node in reversed(moves):
        if isinstance(node.op, _MOVES):
            variable = node.op.make_node(variable, *node.inputs[1:]).outputs[0]
    return variable
