"""Lowering a loop over time (PyTensor's Scan) to a loop of JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scan.op import Scan

from brickyard.backends.loop_buffers import Clients, RowReader, Trace

Lowered = Callable[..., Any]
# The values that a step reads at once, newest last, and where it writes them.
Window = tuple[Any, ...]


@dataclass(frozen=True)
class LoweredLoop:
    """A loop as a function of arrays.

    Parameters
    ----------
    run
        From the values of `operands` to the result, or to a tuple of several, as for
        any node.
    operands
        The variables whose values it needs.
    """

    run: Lowered
    operands: list[Variable]


@dataclass(frozen=True)
class _Operands:
    """The operands of a loop, sorted by what the loop does with them."""

    sequences: list[Any]
    gradients: list[Any]
    windows: list[Any]
    states: list[Any]
    untraced: list[Any]
    constants: list[Any]


@dataclass(frozen=True)
class _Plan:
    """How many steps there are, and how their rows are read and kept."""

    steps: int
    readers: list[RowReader]
    traces: list[Trace]


def lower_loop(
    node: Apply, clients: Clients, lower_step: Callable[[FunctionGraph], Lowered]
) -> LoweredLoop:
    """Return a loop in JAX.

    States are carried from step to step; what a step reads of a sequence it takes from
    the array that the sequence is a slice of, and what it produces it writes into an
    array in which it stays.

    Parameters
    ----------
    node
        A loop whose number of steps is known.
    clients
        For variables of its graph, what reads them.
    lower_step
        Lowers the graph of one step.

    Returns
    -------
    LoweredLoop
        The loop, and what it reads instead of the inputs of the node.

    Raises
    ------
    NotImplementedError
        If the loop ends by a condition, or its number of steps is not known.
    """
    op = node.op
    if op.info.as_while:
        raise NotImplementedError("a loop that ends by a condition")
    step = lower_step(op.fgraph)
    plan = _plan(node, clients)
    num_sequences = op.info.n_seqs
    operands = [reader.base for reader in plan.readers]
    operands += node.inputs[1 + num_sequences :]

    def looped(*arrays: Any) -> Any:
        inputs = [plan.steps, *arrays]
        results = _run(op, step, _sorted_operands(op, inputs), plan)
        return results[0] if len(results) == 1 else results

    return LoweredLoop(looped, operands)


def _plan(node: Apply, clients: Clients) -> _Plan:
    op, info = node.op, node.op.info
    steps = _known(node.inputs[0])
    kept = [
        (min(own), outer.type.shape[0])
        for own, outer in zip(
            info.mit_sot_in_slices, op.outer_mitsot(node.inputs), strict=True
        )
    ]
    kept += [(-1, outer.type.shape[0]) for outer in op.outer_sitsot(node.inputs)]
    kept += [(0, _known(length)) for length in op.outer_nitsot(node.inputs)]
    results = node.outputs[info.n_mit_mot :][: len(kept)]
    traces = [
        Trace.of(result, length, steps, -oldest, clients)
        for (oldest, length), result in zip(kept, results, strict=True)
    ]
    readers = [RowReader.of(outer) for outer in op.outer_seqs(node.inputs)]
    return _Plan(steps, readers, traces)


def _known(variable: Variable) -> int:
    if not isinstance(variable, Constant):
        raise NotImplementedError(
            f"a loop whose number of steps, {variable}, depends on computed values"
        )
    return int(variable.data)


def _sorted_operands(op: Scan, arrays: Sequence[Any]) -> _Operands:
    return _Operands(
        sequences=list(op.outer_seqs(arrays)),
        gradients=list(op.outer_mitmot(arrays)),
        windows=list(op.outer_mitsot(arrays)),
        states=list(op.outer_sitsot(arrays)),
        untraced=list(op.outer_untraced_sit_sot(arrays)),
        constants=list(op.outer_non_seqs(arrays)),
    )


def _run(op: Scan, step: Lowered, operands: _Operands, plan: _Plan) -> tuple[Any, ...]:
    import numpy as np
    from jax import lax

    info = op.info
    taps = info.mit_sot_in_slices

    def compute(position: Any, carry: Any) -> Any:
        gradients, windows, states, untraced = carry
        return step(
            *[
                reader.read(array, position)
                for reader, array in zip(plan.readers, operands.sequences, strict=True)
            ],
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

    def body(position: Any, carry: Any) -> Any:
        position = position.astype(np.uint32)
        (gradients, windows, *_), buffers = carry
        results = compute(position, carry[0])
        new_windows = op.inner_mitsot_outs(results)
        new_states = op.inner_sitsot_outs(results)
        new = [*new_windows, *new_states, *op.inner_nitsot_outs(results)]
        carried = (
            _gradients_written(op, gradients, position, results),
            [
                (*window[1:], value)
                for window, value in zip(windows, new_windows, strict=True)
            ],
            list(new_states),
            list(op.inner_untraced_sit_sot_outs(results)),
        )
        return carried, {
            k: plan.traces[k].write(buffer, new[k], position)
            for k, buffer in buffers.items()
        }

    windows = [
        tuple(buffer[position] for position in range(-min(own)))
        for buffer, own in zip(operands.windows, taps, strict=True)
    ]
    states = [buffer[0] for buffer in operands.states]
    carried = (operands.gradients, windows, states, operands.untraced)
    first = [*windows, *[(state,) for state in states]]
    buffers = {
        k: trace.begin(first[k] if k < len(first) else (), row, k)
        for k, (trace, row) in enumerate(
            zip(plan.traces, _rows(op, compute, carried), strict=True)
        )
        # Of these, what is carried to the end is enough.
        if trace.kept != 1 or k >= len(first)
    }
    carried, buffers = lax.fori_loop(0, plan.steps, body, (carried, buffers))
    last = [*[window[-1] for window in carried[1]], *carried[2]]
    results = [
        trace.end(buffers[k] if k in buffers else last[k][None])
        for k, trace in enumerate(plan.traces)
    ]
    return (*carried[0], *results, *carried[3])


def _rows(op: Scan, compute: Lowered, carried: Any) -> list[Any]:
    """Return the shapes and dtypes of what a step adds to the results."""
    import jax
    import numpy as np

    def added(results: Sequence[Any]) -> list[Any]:
        return [
            *op.inner_mitsot_outs(results),
            *op.inner_sitsot_outs(results),
            *op.inner_nitsot_outs(results),
        ]

    types = [variable.type for variable in added(op.inner_outputs)]
    if all(None not in known.shape for known in types):
        return [jax.ShapeDtypeStruct(known.shape, known.dtype) for known in types]
    position = jax.ShapeDtypeStruct((), np.uint32)
    return added(jax.eval_shape(compute, position, carried))


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
