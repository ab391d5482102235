"""Turning a rewritten graph into a function that JAX can trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scan.op import Scan
from pytensor.tensor.random.type import RandomType
from pytensor.tensor.type import TensorType

from brickyard.backends.errors import ComputationError, computation_error
from brickyard.backends.loop_lowering import lower_loop
from brickyard.backends.lowering_rules import adjusted
from brickyard.backends.provenance import provenance_of
from brickyard.backends.rewriting import rewrite_step


def lower(
    graph: FunctionGraph, scan_rewrites: bool = True
) -> Callable[..., tuple[Any, ...]]:
    """Return a function from arrays to arrays that computes a graph.

    Random generators go in and come out as keys of two 32-bit words.

    Parameters
    ----------
    graph
        A graph rewritten for JAX.
    scan_rewrites
        Whether loops inside the steps of loops are rewritten.

    Returns
    -------
    callable
        One positional argument for each input, a tuple with the outputs.

    Raises
    ------
    ComputationError
        Now, if JAX has no form of an operation; while the function is traced, if an
        operation does not work on the shapes of its operands.
    """
    evaluate = _evaluator(graph, scan_rewrites)
    inputs, outputs = list(graph.inputs), list(graph.outputs)

    def computed(*arrays: Any) -> tuple[Any, ...]:
        entered = map(_enter, inputs, arrays)
        return _leave(outputs, evaluate(*entered), set(inputs))

    return computed


def _evaluator(
    graph: FunctionGraph, scan_rewrites: bool
) -> Callable[..., dict[Variable, Any]]:
    """Return a function from the values of the inputs to those of all variables."""
    steps = [
        (node, *_lower_node(node, graph, scan_rewrites)) for node in graph.toposort()
    ]
    constants = _constants(graph)
    inputs = list(graph.inputs)

    def evaluate(*arrays: Any) -> dict[Variable, Any]:
        values = dict(constants)
        values.update(zip(inputs, arrays, strict=True))
        for node, function, operands in steps:
            results = _apply(node, function, [values[v] for v in operands])
            for variable, result in zip(node.outputs, results, strict=True):
                values[variable] = _as_declared(variable, result)
        return values

    return evaluate


def _lower_node(
    node: Apply, graph: FunctionGraph, scan_rewrites: bool
) -> tuple[Callable[..., Any], Sequence[Variable]]:
    """Return a function for a node, and the variables whose values it takes."""
    from pytensor.link.jax.dispatch import jax_funcify

    try:
        if isinstance(node.op, Scan):
            lower_step = partial(_lower_step, scan_rewrites=scan_rewrites)
            loop = lower_loop(node, graph.clients, lower_step)
            return loop.run, loop.operands
        function = jax_funcify(node.op, node=node, storage_map={})
    except NotImplementedError as error:
        made_by = provenance_of(node)
        where = f"{made_by}: " if made_by else ""
        raise ComputationError(
            f"{where}{node.op} has no form for XLA ({error}); compile with "
            "backend='numba'",
            made_by=made_by,
        ) from error
    return adjusted(node, function), node.inputs


def _lower_step(
    step: FunctionGraph, scan_rewrites: bool
) -> Callable[..., tuple[Any, ...]]:
    """Lower what is computed in each step of a loop."""
    step = rewrite_step(step, scan_rewrites)
    evaluate = _evaluator(step, scan_rewrites)

    def stepped(*operands: Any) -> tuple[Any, ...]:
        values = evaluate(*operands)
        return tuple([_as_declared(v, values[v]) for v in step.outputs])

    return stepped


def _constants(graph: FunctionGraph) -> dict[Variable, Any]:
    from pytensor.link.jax.dispatch import jax_typify

    operands = [v for node in graph.toposort() for v in node.inputs]
    return {
        variable: jax_typify(variable.data)
        for variable in [*operands, *graph.outputs]
        if isinstance(variable, Constant)
    }


def _apply(
    node: Apply, function: Callable[..., Any], operands: Sequence[Any]
) -> Sequence[Any]:
    try:
        results = function(*operands)
    except ComputationError:  # found inside a loop
        raise
    except (TypeError, ValueError, IndexError) as error:
        shapes = [getattr(operand, "shape", None) for operand in operands]
        raise computation_error(node, shapes, error) from error
    return [results] if len(node.outputs) == 1 else results


def _as_declared(variable: Variable, value: Any) -> Any:
    """Give a result the dtype its variable declares, where JAX promotes otherwise."""
    if not isinstance(variable.type, TensorType):
        return value
    dtype = getattr(value, "dtype", None)
    if dtype is None or str(dtype) == variable.type.dtype:
        return value
    return value.astype(variable.type.dtype)


def _enter(variable: Variable, array: Any) -> Any:
    return {"jax_state": array} if isinstance(variable.type, RandomType) else array


def _leave(
    outputs: Sequence[Variable], values: dict[Variable, Any], inputs: set[Variable]
) -> tuple[Any, ...]:
    """Return the outputs as arrays of which no two may be one buffer.

    An output that is an input, or that is given twice, is copied: otherwise a later
    call could donate a buffer that somebody else can still see.
    """
    import jax.numpy as jnp

    seen = set(inputs)
    left = []
    for variable in outputs:
        value = values[variable]
        if isinstance(variable.type, RandomType):
            value = value["jax_state"]
        elif isinstance(variable.type, TensorType):
            value = jnp.asarray(value, dtype=variable.type.dtype)
        left.append(jnp.copy(value) if variable in seen else value)
        seen.add(variable)
    return tuple(left)
