"""All parameters of a graph as parts of one flat vector."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable

from brickyard.backends import shared
from brickyard.graph.computation_graph import ComputationGraph
from brickyard.graph.roles import COLLECTED, COLLECTOR, add_role


def collect_parameters(
    computation_graph: ComputationGraph, parameters: Iterable[SharedVariable]
) -> ComputationGraph:
    """Return a graph in which one vector holds the values of several parameters.

    Each parameter is replaced by its part of the vector, in its own shape. The vector
    starts with the current values; the parameters themselves are no longer used.

    Parameters
    ----------
    computation_graph
        The graph; it stays as it is.
    parameters
        Shared variables of one floating dtype, part of the graph.

    Returns
    -------
    ComputationGraph
        The graph of the vector ``collected_parameters``, which has the role
        ``COLLECTOR``. The parts have the role ``COLLECTED``, and the parameter each of
        them stands for is its ``tag.replacement_of``.

    Raises
    ------
    TypeError
        If something in `parameters` is not a shared variable, or their dtypes differ.
    ValueError
        If there are no parameters, or one of them is not part of the graph.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> W = shared([[1.0, 2.0]], name="W", dtype="floatX")
    >>> b = shared([3.0], name="b", dtype="floatX")
    >>> graph = collect_parameters(ComputationGraph(W.sum() + b.sum()), [W, b])
    >>> graph.parameters
    [collected_parameters]
    >>> evaluate(graph.outputs[0]).item()
    6.0
    """
    if not isinstance(parameters, Iterable) or isinstance(parameters, SharedVariable):
        raise TypeError(
            f"collect_parameters: parameters must be a list, got {parameters!r}"
        )
    collected = list(dict.fromkeys(parameters))
    _check(computation_graph, collected)
    values = [np.asarray(parameter.get_value()) for parameter in collected]
    vector = shared(
        np.concatenate([value.reshape(-1) for value in values]),
        name="collected_parameters",
    )
    add_role(vector, COLLECTOR)
    replacements = {}
    start = 0
    for parameter, value in zip(collected, values, strict=True):
        part = vector[start : start + value.size].reshape(value.shape)
        start += value.size
        part.name = parameter.name
        add_role(part, COLLECTED)
        part.tag.replacement_of = parameter
        replacements[parameter] = part
    return computation_graph.replace(replacements)


def _check(
    computation_graph: ComputationGraph, parameters: list[SharedVariable]
) -> None:
    if not parameters:
        raise ValueError("collect_parameters: there are no parameters to collect")
    for parameter in parameters:
        if not isinstance(parameter, SharedVariable) or not hasattr(
            parameter.type, "dtype"
        ):
            raise TypeError(
                f"collect_parameters: {parameter!r} of type "
                f"{type(parameter).__name__} is not a shared tensor"
            )
    dtypes = {str(parameter.type.dtype): parameter for parameter in parameters}
    if len(dtypes) > 1:
        found = ", ".join(f"{p} is {dtype}" for dtype, p in dtypes.items())
        raise TypeError(
            f"collect_parameters: one vector has one dtype, but {found}; collect the "
            "parameters of each dtype by themselves"
        )
    computation_graph.require_variables(parameters, "collect_parameters")
