"""Gaussian noise, added to variables of a graph that exists already."""

from __future__ import annotations

from collections.abc import Iterable

from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import RandomStream
from brickyard.graph.computation_graph import ComputationGraph
from brickyard.graph.randomness import (
    change_at_random,
    float_variables,
    require_number,
    stream_of,
)


def apply_noise(
    computation_graph: ComputationGraph,
    variables: Iterable[Variable],
    level: float,
    seed: int | None = None,
    *,
    rng: RandomStream | None = None,
) -> ComputationGraph:
    r"""Return a graph in which noise is added to some variables.

    Each variable :math:`x` becomes

    .. math:: x + \varepsilon, \qquad \varepsilon_i \sim \mathcal{N}(0, \sigma^2)

    with noise of its own, drawn anew in every call, where :math:`\sigma` is `level`.

    Parameters
    ----------
    computation_graph
        The graph; it stays as it is.
    variables
        The variables to add noise to, floating-point and part of the graph: often its
        parameters or inputs.
    level
        The standard deviation of the noise, 0 or more and finite.
    seed
        The seed of a new stream to draw from; None for a fixed one that differs
        between the first change of a graph and later ones.
    rng
        A stream to draw from instead.

    Returns
    -------
    ComputationGraph
        The graph with noise. What each replacement stands for is its
        ``tag.replacement_of``.

    Raises
    ------
    TypeError
        If a variable is not a tensor of floats, or `level` not a number.
    ValueError
        If `level` is negative or not finite, a variable is not part of the graph, or
        both `rng` and `seed` are given.

    References
    ----------
    Graves, A. (2011). Practical Variational Inference for Neural Networks. NIPS 24.
    Uses such noise on the weights.

    Examples
    --------
    >>> import numpy as np
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> graph = apply_noise(ComputationGraph(x), [x], level=0.1)
    >>> noisy = evaluate(graph.outputs[0], {x: np.zeros(1000, dtype=x.dtype)})
    >>> round(float(noisy.std()), 1)
    0.1
    """
    require_number(level, "level", "apply_noise")
    if not 0 <= level < float("inf"):
        raise ValueError(
            "apply_noise: level is a standard deviation, so it must be 0 or more and "
            f"finite, got {level}"
        )
    chosen = float_variables(computation_graph, variables, "apply_noise")
    stream = stream_of(rng, seed, computation_graph, "apply_noise")

    def add_noise(variable: TensorVariable) -> TensorVariable:
        return variable + stream.normal(
            0.0, float(level), size=variable.shape, dtype=variable.dtype
        )

    return change_at_random(computation_graph, chosen, add_noise)
