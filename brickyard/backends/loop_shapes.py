"""Rebuilding a loop over time (PyTensor's Scan) for the shapes it is about to meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.scan.op import Scan
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.type import TensorType

from brickyard.backends.errors import format_shape

Specialise = Callable[[Sequence[Variable], Mapping[Variable, Variable]], list[Variable]]


def with_loop_shapes(
    node: Apply, inputs: Sequence[Variable], specialise: Specialise
) -> Apply:
    """Return a loop on new inputs whose step knows the shapes of what it meets.

    A batch axis that happens to have length 1 is 1 everywhere then, in the first
    states as well as in what a step makes of them.

    Parameters
    ----------
    node
        The loop.
    inputs
        What takes the place of its inputs.
    specialise
        Rebuilds the graph of a step on other inputs.

    Returns
    -------
    Apply
        The new loop.

    Raises
    ------
    ValueError
        If a state changes its shape from one step to the next.
    """
    op = node.op
    twins = _inner_twins(op, inputs)
    outputs = specialise(op.inner_outputs, twins)
    new_op = Scan(
        list(twins.values()),
        _with_shapes_of_states(op, list(twins.values()), outputs),
        op.info,
        mode=op.mode,
        truncate_gradient=op.truncate_gradient,
        name=op.name,
        profile=op.profile,
        allow_gc=op.allow_gc,
        strict=op.strict,
    )
    new = new_op.make_node(*inputs)
    return Apply(new_op, new.inputs, variables_with_lengths(new))


def _inner_twins(op: Scan, inputs: Sequence[Variable]) -> dict[Variable, Variable]:
    """Return a variable with a known shape for each input of a step."""
    inner = op.inner_inputs
    steps: list[tuple[Variable, Variable]] = [
        *zip(op.inner_seqs(inner), op.outer_seqs(inputs), strict=True)
    ]
    groups = [*op.inner_mitmot_grouped(inner), *op.inner_mitsot_grouped(inner)]
    buffers = [*op.outer_mitmot(inputs), *op.outer_mitsot(inputs)]
    for group, buffer in zip(groups, buffers, strict=True):
        steps.extend((variable, buffer) for variable in group)
    steps.extend(zip(op.inner_sitsot(inner), op.outer_sitsot(inputs), strict=True))
    twins = {variable: _twin(variable, outer, 1) for variable, outer in steps}
    whole = [
        *zip(
            op.inner_untraced_sit_sot(inner),
            op.outer_untraced_sit_sot(inputs),
            strict=True,
        ),
        *zip(op.inner_non_seqs(inner), op.outer_non_seqs(inputs), strict=True),
    ]
    twins.update((variable, _twin(variable, outer, 0)) for variable, outer in whole)
    return {variable: twins[variable] for variable in inner}


def _twin(inner: Variable, outer: Variable, skipped: int) -> Variable:
    if not isinstance(inner.type, TensorType):
        return inner.type(name=inner.name)
    shape = outer.type.shape[skipped:]
    return TensorType(inner.type.dtype, shape=shape)(name=inner.name)


def _with_shapes_of_states(
    op: Scan, inputs: list[Variable], outputs: list[Variable]
) -> list[Variable]:
    """Give what a step makes of a state the shape of the state."""
    outputs = list(outputs)
    position = 0
    pairs: list[tuple[int, Variable]] = []
    for group, results in zip(
        op.inner_mitmot_grouped(inputs),
        op.inner_mitmot_outs_grouped(outputs),
        strict=True,
    ):
        pairs.extend((position + k, group[0]) for k in range(len(results)))
        position += len(results)
    states = [group[0] for group in op.inner_mitsot_grouped(inputs)]
    states += op.inner_sitsot(inputs)
    pairs.extend(enumerate(states, position))
    for index, state in pairs:
        outputs[index] = _like(state, outputs[index])
    return outputs


def _like(state: Variable, result: Variable) -> Variable:
    before, after = state.type.shape, result.type.shape
    lengths = list(zip(before, after, strict=True))
    if any(None not in (old, new) and old != new for old, new in lengths):
        raise ValueError(
            f"the state {state.name or ''} has shape {format_shape(before)} before a "
            f"step and {format_shape(after)} after it; start it with the shape that a "
            "step returns"
        )
    if all(new is not None or old is None for old, new in lengths):
        return result
    return pt.specify_shape(result, before)


def variables_with_lengths(node: Apply) -> list[Variable]:
    """Return variables for the results of a loop that say how long they are.

    Parameters
    ----------
    node
        The loop. PyTensor does not say so itself.

    Returns
    -------
    list of Variable
        One for each result.
    """
    op = node.op
    buffers = [
        *op.outer_mitmot(node.inputs),
        *op.outer_mitsot(node.inputs),
        *op.outer_sitsot(node.inputs),
    ]
    lengths = [buffer.type.shape[0] for buffer in buffers]
    lengths += [_constant(length) for length in op.outer_nitsot(node.inputs)]
    traced = [
        TensorType(result.type.dtype, shape=(length, *result.type.shape[1:]))()
        for result, length in zip(node.outputs, lengths, strict=False)
    ]
    return [*traced, *[result.type() for result in node.outputs[len(lengths) :]]]


def _constant(length: Variable) -> int | None:
    try:
        return int(pt.get_underlying_scalar_constant_value(length))
    except NotScalarConstantError:
        return None
