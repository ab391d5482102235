"""Rebuilding a graph for the shapes of the arrays it is about to meet.

With every shape static, lengths, reshapes and loop counts become constants, which is
what XLA needs; and a shape that does not fit is found at the node where it matters,
on the graph as the bricks built it, so that the message can name the brick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import toposort
from pytensor.scalar.basic import upcast
from pytensor.scan.op import Scan
from pytensor.tensor.type import TensorType

from brickyard.backends.errors import (
    ComputationError,
    computation_error,
    describe_variable,
    format_shape,
)
from brickyard.backends.folding import folded
from brickyard.backends.loop_shapes import with_loop_shapes
from brickyard.backends.shape_rules import check_shape_rules


def static_twin(variable: Variable, shape: Sequence[int], dtype: str) -> Variable:
    """Return a fresh variable with a known shape and the name of `variable`.

    Parameters
    ----------
    variable
        An input or a shared variable.
    shape
        The shape it will have.
    dtype
        The dtype it will have.

    Returns
    -------
    Variable
        The twin.
    """
    return TensorType(dtype, shape=tuple(shape))(name=variable.name)


def check_array(variable: Variable, array: Any, function: str) -> None:
    """Raise unless an array can be passed for an input.

    Parameters
    ----------
    variable
        The input.
    array
        What was passed for it.
    function
        The name of the compiled function, for the message.

    Raises
    ------
    ComputationError
        If the number of dimensions, a known length or the dtype does not fit.
    """
    declared = variable.type
    who = f"{function}: input {describe_variable(variable)}"
    came = f"got {array.dtype} of shape {format_shape(array.shape)}"
    wants = f"is {declared.dtype} of shape {format_shape(declared.shape)}"
    if array.dtype == object:
        raise ComputationError(
            f"{who} {wants}, {came}; make one array of numbers of it, for instance by "
            "Padding if its sequences differ in length"
        )
    if array.ndim != declared.ndim:
        raise ComputationError(
            f"{who} {wants} ({declared.ndim} dimensions), {came} ({array.ndim} "
            "dimensions); Flatten or reshape the source, or declare the input otherwise"
        )
    lengths = zip(declared.shape, array.shape, strict=True)
    if any(known not in (None, length) for known, length in lengths):
        raise ComputationError(
            f"{who} {wants}, {came}; change the source, or the declared shape"
        )
    if array.dtype.kind not in "biufc" or not array.dtype.isnative:
        raise ComputationError(
            f"{who} {wants}, {came}; only numbers in the byte order of this machine "
            f"can be computed with: convert the source with Cast(stream, "
            f"{declared.dtype!r})"
        )
    dtype = str(array.dtype)
    if dtype != declared.dtype and upcast(dtype, declared.dtype) != declared.dtype:
        raise ComputationError(
            f"{who} {wants}, {came}, which would lose precision; convert the source "
            f"with Cast(stream, {declared.dtype!r}) or declare the input as {dtype}"
        )


def specialise(
    outputs: Sequence[Variable], twins: Mapping[Variable, Variable]
) -> list[Variable]:
    """Rebuild a graph on variables with known shapes.

    Parameters
    ----------
    outputs
        The outputs of the graph.
    twins
        For inputs and shared variables, the variable that takes their place.

    Returns
    -------
    list of Variable
        The outputs of the new graph.

    Raises
    ------
    ComputationError
        If a node does not work on the shapes it meets.
    """
    rebuilt: dict[Variable, Variable] = {}
    for variable, twin in twins.items():
        same_kind = getattr(twin.type, "dtype", None) == getattr(
            variable.type, "dtype", None
        )
        rebuilt[variable] = twin if same_kind else pt.cast(twin, variable.type.dtype)
    for node in toposort(list(outputs), blockers=list(twins)):
        new = _rebuild(node, [rebuilt.get(v, v) for v in node.inputs])
        values = folded(new) or new.outputs
        rebuilt.update(zip(node.outputs, values, strict=True))
    return [rebuilt.get(variable, variable) for variable in outputs]


def _rebuild(node: Apply, inputs: list[Variable]) -> Apply:
    try:
        check_shape_rules(node, inputs)
        if isinstance(node.op, Scan):
            new = with_loop_shapes(node, inputs, specialise)
        else:
            new = node.clone_with_new_inputs(inputs, strict=False)
        if isinstance(new.op, OpFromGraph):
            new = _with_inner_shapes(new)
    except ComputationError:  # found inside a loop
        raise
    except (TypeError, ValueError, IndexError, AssertionError) as error:
        shapes = [getattr(v.type, "shape", None) for v in inputs]
        raise computation_error(node, shapes, error) from error
    made_by = getattr(node.tag, "made_by", None)
    if made_by is not None:
        new.tag.made_by = made_by
    return new


def _with_inner_shapes(node: Apply) -> Apply:
    """Give the outputs of a graph in one node the shapes that its own nodes find.

    Such a node, a softmax for example, declares what it was made for: any shape.
    """
    twins = {
        inner: outer.type()
        for inner, outer in zip(node.op.inner_inputs, node.inputs, strict=True)
    }
    outputs = specialise(node.op.inner_outputs, twins)
    return Apply(node.op, node.inputs, [variable.type() for variable in outputs])


def as_array(variable: Variable, value: Any) -> Any:
    """Turn a number, a nested list or an array into an array for an input.

    Parameters
    ----------
    variable
        The input.
    value
        Something NumPy makes an array of.

    Returns
    -------
    array
        With the dtype of the input where NumPy's own choice can be converted to it;
        integers that do not fit into it stay as they are.
    """
    array = np.asarray(value)
    if not np.can_cast(array.dtype, variable.type.dtype, casting="same_kind"):
        return array
    converted = array.astype(variable.type.dtype)
    wraps = array.dtype.kind in "iu" and converted.dtype.kind in "iu"
    return array if wraps and (converted != array).any() else converted
