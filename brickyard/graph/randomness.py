"""What the random changes of a graph have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import RandomStream, random_stream
from brickyard.graph.computation_graph import ComputationGraph
from brickyard.graph.replacement import Rewriter

DEFAULT_SEED = 1


def float_variables(
    computation_graph: ComputationGraph, variables: Iterable[Variable], owner: str
) -> list[TensorVariable]:
    """Return variables to be changed, each once.

    Parameters
    ----------
    computation_graph
        The graph they must be part of.
    variables
        The variables.
    owner
        Who changes them, for messages.

    Returns
    -------
    list of TensorVariable
        The variables in the given order.

    Raises
    ------
    TypeError
        If one of them is not a tensor of floats.
    ValueError
        If one of them is not part of the graph.
    """
    if not isinstance(computation_graph, ComputationGraph):
        raise TypeError(
            f"{owner}: computation_graph must be a ComputationGraph, got "
            f"{computation_graph!r}; make one: ComputationGraph(cost)"
        )
    if isinstance(variables, Variable) or not isinstance(variables, Iterable):
        raise TypeError(f"{owner}: variables must be a list, got {variables!r}")
    chosen = list(dict.fromkeys(variables))
    for variable in chosen:
        if not isinstance(variable, Variable):
            raise TypeError(
                f"{owner}: {variable!r} of type {type(variable).__name__} is not a "
                "PyTensor variable"
            )
        kind = variable.type
        if not isinstance(kind, TensorType) or not kind.dtype.startswith("float"):
            raise TypeError(
                f"{owner}: {variable} is of type {variable.type}; only tensors of "
                "floats can be changed at random"
            )
    computation_graph.require_variables(chosen, owner)
    return cast(list[TensorVariable], chosen)


def change_at_random(
    computation_graph: ComputationGraph,
    variables: Iterable[TensorVariable],
    change: Callable[[TensorVariable], TensorVariable],
) -> ComputationGraph:
    """Return a graph in which a change with draws of its own is made to variables.

    Parameters
    ----------
    computation_graph
        The graph; it stays as it is.
    variables
        The variables to be changed, part of the graph.
    change
        Returns the changed form of a variable.

    Returns
    -------
    ComputationGraph
        The changed graph. What each replacement stands for is its
        ``tag.replacement_of``.
    """
    # A draw infers the static shape of its size from all of the graph above it, so it
    # is made above a placeholder that has nothing above it.
    placeholders = {variable: variable.type() for variable in variables}
    changed = {v: change(placeholder) for v, placeholder in placeholders.items()}
    rewriter = Rewriter(changed.values(), {p: v for v, p in placeholders.items()})
    replacements = {v: rewriter.rewrite(form) for v, form in changed.items()}
    for variable, replacement in replacements.items():
        replacement.tag.replacement_of = variable
    graph = computation_graph.replace(replacements)
    known = set(computation_graph.random_generators)
    for generator in graph.random_generators:
        if generator not in known:
            # This graph alone has the draw: let no function compute another one.
            generator.tag.default_update = graph.updates[generator]
    return graph


def stream_of(
    rng: RandomStream | None,
    seed: int | None,
    computation_graph: ComputationGraph,
    owner: str,
) -> RandomStream:
    """Return the stream to draw from.

    Parameters
    ----------
    rng
        A stream, or None for a new one.
    seed
        The seed of the new stream. None derives it from the number of generators that
        the graph has already, so that a second change of a graph is independent of the
        first.
    computation_graph
        The graph that is changed.
    owner
        Who changes it, for messages.

    Returns
    -------
    RandomStream
        The stream.

    Raises
    ------
    TypeError
        If `rng` is not a `RandomStream`.
    ValueError
        If both `rng` and `seed` are given.
    """
    if rng is None:
        if seed is None:
            entropy = [DEFAULT_SEED, len(computation_graph.random_generators)]
            seed = int(np.random.SeedSequence(entropy).generate_state(1)[0])
        return random_stream(seed)
    if seed is not None:
        raise ValueError(f"{owner}: give either rng or seed, not both")
    if not isinstance(rng, RandomStream):
        raise TypeError(
            f"{owner}: rng must be made by brickyard.backends.random_stream, got "
            f"{type(rng).__name__}"
        )
    return rng


def require_number(value: object, name: str, owner: str) -> None:
    """Raise unless a value is a real number.

    Parameters
    ----------
    value
        The value.
    name
        The argument's name.
    owner
        Whose argument it is.

    Raises
    ------
    TypeError
        If it is not a number.
    """
    if isinstance(value, bool) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(
            f"{owner}: {name} must be a number, got {value!r} of type "
            f"{type(value).__name__}"
        )
