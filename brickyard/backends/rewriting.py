"""PyTensor's rewrites for XLA, without what XLA repeats."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytensor
from pytensor.compile.mode import Mode
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.link.jax.linker import JAXLinker

from brickyard.backends.known_shapes import KnownShapes
from brickyard.backends.provenance import KeepProvenance

# What XLA does itself: fusing loops and reusing memory.
LEFT_TO_XLA = ("fusion", "inplace")
# Takes the wrong row of a reversed slice of length one: squeeze(x[:-2:-1]) is x[-1].
WRONG = ("local_dimshuffle_subtensor",)


def rewrite_for_xla(graph: FunctionGraph) -> None:
    """Rewrite a graph, in place, into what is lowered to XLA.

    Parameters
    ----------
    graph
        A graph on inputs of known shapes.
    """
    graph.attach_feature(KeepProvenance())
    graph.attach_feature(KnownShapes())
    # A rewrite that fails leaves the graph as it was; PyTensor would print about it.
    # And nobody reads on which line of a rewrite a variable was made.
    with pytensor.config.change_flags(on_opt_error="ignore", traceback__limit=0):
        _rewriter()(graph)


def rewrite_step(graph: FunctionGraph) -> FunctionGraph:
    """Return what is computed in each step of a loop, rewritten.

    Parameters
    ----------
    graph
        The graph of one step, which stays as it is.

    Returns
    -------
    FunctionGraph
        A rewritten copy.
    """
    copy = graph.clone()
    rewrite_for_xla(copy)
    return copy


@cache
def _rewriter() -> Any:
    query = RewriteDatabaseQuery(include=["fast_run", "jax"], exclude=[*LEFT_TO_XLA, *WRONG])
    return Mode(JAXLinker(), query).optimizer
