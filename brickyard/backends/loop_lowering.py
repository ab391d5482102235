"""Lowering a loop over time (PyTensor's Scan) to ``jax.lax.scan``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scan.op import Scan

Lowered = Callable[..., Any]
# The values that a step reads at once, newest last, and where it writes them.
Window = tuple[Any, ...]


@dataclass(frozen=True)
class _Operands:
    """The operands of a loop, sorted by what the loop does with them."""

    sequences: list[Any]
    gradients: list[Any]
    windows: list[Any]
    states: list[Any]
    untraced: list[Any]
    lengths: list[int]
    constants: list[Any]


def lower_loop(node: Apply, lower_step: Callable[[FunctionGraph], Lowered]) -> Lowered:
    """Return a function of the operands of a loop that runs it.

    States are carried from step to step and what a step produces is collected; no
    buffer is written by index, but for gradients with respect to states of several
    steps, which PyTensor accumulates in place.

    Parameters
    ----------
    node
        A loop whose number of steps is known.
    lower_step
        Lowers the graph of one step.

    Returns
    -------
    callable
        From operands to the result, or to a tuple of several, as for any node.

    Raises
    ------
    NotImplementedError
        If the loop ends by a condition, or its number of steps is not known.
    """
    op = node.op
    if op.info.as_while:
        raise NotImplementedError("a loop that ends by a condition")
    steps = _known(node.inputs[0])
    lengths = [_known(length) for length in op.outer_nitsot(node.inputs)]
    step = lower_step(op.fgraph)

    def looped(*arrays: Any) -> Any:
        operands = _sorted_operands(op, arrays, steps, lengths)
        results = _run(op, step, operands, steps)
        return results[0] if len(results) == 1 else results

    return looped


def _known(variable: Variable) -> int:
    if not isinstance(variable, Constant):
        raise NotImplementedError(
            f"a loop whose number of steps, {variable}, depends on computed values"
        )
    return int(variable.data)


def _sorted_operands(
    op: Scan, arrays: Sequence[Any], steps: int, lengths: list[int]
) -> _Operands:
    return _Operands(
        sequences=[array[:steps] for array in op.outer_seqs(arrays)],
        gradients=list(op.outer_mitmot(arrays)),
        windows=list(op.outer_mitsot(arrays)),
        states=list(op.outer_sitsot(arrays)),
        untraced=list(op.outer_untraced_sit_sot(arrays)),
        lengths=lengths,
        constants=list(op.outer_non_seqs(arrays)),
    )


def _run(op: Scan, step: Lowered, operands: _Operands, steps: int) -> tuple[Any, ...]:
    from jax import lax

    info = op.info
    taps = info.mit_sot_in_slices

    def body(carry: Any, slices: Any) -> tuple[Any, Any]:
        position, gradients, windows, states, untraced = carry
        results = step(
            *slices,
            *_gradients_read(op, gradients, position),
            *[
                window[tap - min(own)]
                for window, own in zip(windows, taps, strict=True)
                for tap in own
            ],
            *states,
            *untraced,
            *operands.constants,
        )
        new_windows = op.inner_mitsot_outs(results)
        new_states = op.inner_sitsot_outs(results)
        carry = (
            position + 1,
            _gradients_written(op, gradients, position, results),
            [
                (*window[1:], new)
                for window, new in zip(windows, new_windows, strict=True)
            ],
            list(new_states),
            list(op.inner_untraced_sit_sot_outs(results)),
        )
        return carry, [*new_windows, *new_states, *op.inner_nitsot_outs(results)]

    windows = [
        tuple(buffer[position] for position in range(-min(own)))
        for buffer, own in zip(operands.windows, taps, strict=True)
    ]
    states = [buffer[0] for buffer in operands.states]
    start = (0, operands.gradients, windows, states, operands.untraced)
    end, traces = lax.scan(body, start, operands.sequences, length=steps)
    return (*end[1], *_collected(operands, windows, states, traces), *end[4])


def _gradients_read(op: Scan, buffers: Sequence[Any], position: Any) -> list[Any]:
    from jax import lax

    return [
        lax.dynamic_index_in_dim(buffer, position + tap, keepdims=False)
        for buffer, taps in zip(
            buffers, op.info.normalized_mit_mot_in_slices, strict=True
        )
        for tap in taps
    ]


def _gradients_written(
    op: Scan, buffers: Sequence[Any], position: Any, results: Sequence[Any]
) -> list[Any]:
    from jax import lax

    written = []
    for buffer, values, taps in zip(
        buffers,
        op.inner_mitmot_outs_grouped(results),
        op.info.normalized_mit_mot_out_slices,
        strict=True,
    ):
        for value, tap in zip(values, taps, strict=True):
            buffer = lax.dynamic_update_index_in_dim(buffer, value, position + tap, 0)
        written.append(buffer)
    return written


def _collected(
    operands: _Operands, windows: list[Window], states: list[Any], traces: list[Any]
) -> list[Any]:
    """Put the values before the first step before the traces; keep what is asked for.

    Where more is asked for than there are steps, as by the gradient of a loop that
    goes back a few steps only, the rest is zero.
    """
    import jax.numpy as jnp

    starts = [
        *windows,
        *[(state,) for state in states],
        *[() for _ in operands.lengths],
    ]
    lengths = [buffer.shape[0] for buffer in [*operands.windows, *operands.states]]
    collected = []
    for start, length, trace in zip(
        starts, [*lengths, *operands.lengths], traces, strict=True
    ):
        before = min(length - trace.shape[0], len(start))
        if before > 0:
            trace = jnp.concatenate([jnp.stack(start[-before:]), trace])
        missing = length - trace.shape[0]
        if missing > 0:
            rest = jnp.zeros((missing, *trace.shape[1:]), trace.dtype)
            trace = jnp.concatenate([trace, rest])
        collected.append(trace[-missing if missing < 0 else 0 :])
    return collected
