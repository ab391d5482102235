"""Gradients with respect to a state, as a state and a sequence."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scan.op import Scan
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.scan_rewrites.loop import (
    Loop,
    Operand,
    State,
    is_plain_loop,
)


@node_rewriter([Scan])
def separate_gradient_states(
    fgraph: FunctionGraph, node: Apply
) -> dict[Any, Any] | None:
    """Carry the gradient with respect to a state without writing it into a buffer.

    PyTensor's gradient of a loop keeps one buffer ``b`` that holds what arrives from
    outside the loop, and step t replaces ``b[t + 1]`` by a function of itself and of
    ``b[t]``. The first is a known sequence, the second what the step before made.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    dict or None
        What takes the place of its results; None if it has no such buffer.
    """
    if not is_plain_loop(node):
        return None
    loop = Loop(node)
    separable = [state for state in loop.gradients if _is_separable(loop, state)]
    if not separable:
        return None
    for state in separable:
        loop.gradients.remove(state)
        taps = dict(zip(state.read_at, state.reads, strict=True))
        arriving = loop.rows(state.outer[1:])
        loop.sequences.append(Operand(taps[1], arriving))
        loop.states.append(
            State([taps[0]], state.writes, _buffer(state.outer), state.result)
        )
    _, replacements = loop.build()
    return {**replacements, "remove": [node]}


def _is_separable(loop: Loop, state: State) -> bool:
    # A gradient that goes back a few steps only leaves the rest of the buffer alone.
    whole = loop.op.truncate_gradient == -1
    return whole and sorted(state.read_at) == [0, 1] and state.write_at == (1,)


def _buffer(outer: TensorVariable) -> TensorVariable:
    """Return a buffer whose first row is that of `outer`."""
    shape = [
        outer.shape[axis] if length is None else length
        for axis, length in enumerate(outer.type.shape)
    ]
    empty = pt.empty(shape, dtype=outer.type.dtype)
    return pt.set_subtensor(empty[:1], outer[:1])
