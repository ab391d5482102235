"""Dropout, applied to a graph that exists already."""

from __future__ import annotations

from collections.abc import Iterable

from pytensor import tensor as pt
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
from brickyard.graph.roles import DROPOUT, add_role


def apply_dropout(
    computation_graph: ComputationGraph,
    variables: Iterable[Variable],
    drop_prob: float,
    rng: RandomStream | None = None,
    seed: int | None = None,
    custom_divisor: float | None = None,
) -> ComputationGraph:
    r"""Return a graph in which some variables are dropped at random.

    Each variable :math:`x` becomes

    .. math:: x \odot m / (1 - p), \qquad m_i \sim \mathrm{Bernoulli}(1 - p)

    with a mask of its own, drawn anew in every call, where :math:`p` is `drop_prob`.
    Dividing while training keeps the expectation of :math:`x`, so the original graph
    is the one to test with.

    Parameters
    ----------
    computation_graph
        The graph; it stays as it is.
    variables
        The variables to drop elements of, floating-point and part of the graph.
    drop_prob
        The probability of dropping an element, in [0, 1).
    rng
        Where the masks are drawn from; None for a new stream.
    seed
        The seed of that new stream; None for a fixed one that differs between the first
        change of a graph and later ones.
    custom_divisor
        What to divide by instead of ``1 - drop_prob``, not 0.

    Returns
    -------
    ComputationGraph
        The graph with dropout. The replacements have the role ``DROPOUT``, and what
        each replaces is its ``tag.replacement_of``.

    Raises
    ------
    TypeError
        If a variable is not a tensor of floats, or `drop_prob` not a number.
    ValueError
        If `drop_prob` is outside [0, 1), `custom_divisor` is 0, a variable is not part
        of the graph, or both `rng` and `seed` are given.

    References
    ----------
    Srivastava, N., Hinton, G., Krizhevsky, A., Sutskever, I., Salakhutdinov, R.
    (2014). Dropout: A Simple Way to Prevent Neural Networks from Overfitting. JMLR 15,
    section 4. The paper scales the weights when testing; here, as section 10 of it
    proposes, the activations are scaled while training.

    Examples
    --------
    >>> import numpy as np
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> x = pt.vector("x")
    >>> graph = apply_dropout(ComputationGraph(x), [x], drop_prob=0.5, seed=1)
    >>> dropped = evaluate(graph.outputs[0], {x: np.ones(100, dtype=x.dtype)})
    >>> np.unique(dropped)
    array([0., 2.], dtype=float32)
    """
    require_number(drop_prob, "drop_prob", "apply_dropout")
    if not 0 <= drop_prob < 1:
        raise ValueError(f"apply_dropout: drop_prob must be in [0, 1), got {drop_prob}")
    divisor = 1 - drop_prob
    if custom_divisor is not None:
        require_number(custom_divisor, "custom_divisor", "apply_dropout")
        divisor = custom_divisor
    if divisor == 0:
        raise ValueError("apply_dropout: custom_divisor must not be 0")
    chosen = float_variables(computation_graph, variables, "apply_dropout")
    stream = stream_of(rng, seed, computation_graph, "apply_dropout")

    def drop(variable: TensorVariable) -> TensorVariable:
        dtype = variable.dtype
        mask = stream.bernoulli(1 - drop_prob, size=variable.shape, dtype=dtype)
        dropped = variable * (mask * pt.constant(1 / divisor, dtype=dtype))
        add_role(dropped, DROPOUT)
        return dropped

    return change_at_random(computation_graph, chosen, drop)
