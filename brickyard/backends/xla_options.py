"""What XLA is told about a graph besides the graph."""

from __future__ import annotations

from functools import cache
from typing import Any

from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import HasInnerGraph

from brickyard.backends.convolution.ops import BilinearOp

# XLA hands matrix products, reductions and convolutions on the CPU to YNNPACK. Without
# YNNPACK a convolution of 128 images of 12 x 12 x 20 with 5 x 5 x 50 filters took
# 4.7 ms on two cores, with it 8.6 ms. What this list alone saves was not measured.
WITHOUT_CONVOLUTIONS = {
    "xla_cpu_experimental_ynn_fusion_type": (
        "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_REDUCE"
    )
}


def compiler_options(graph: FunctionGraph) -> dict[str, Any] | None:
    """Return the options with which a graph is compiled.

    Parameters
    ----------
    graph
        A graph rewritten for XLA.

    Returns
    -------
    dict or None
        Options of `jax.jit`; None for XLA's own.
    """
    import jax

    if jax.default_backend() != "cpu" or not _has_convolutions(graph):
        return None
    return WITHOUT_CONVOLUTIONS if _are_known() else None


def _has_convolutions(graph: Any) -> bool:
    return any(
        isinstance(node.op, BilinearOp)
        or (isinstance(node.op, HasInnerGraph) and _has_convolutions(node.op.fgraph))
        for node in graph.apply_nodes
    )


@cache
def _are_known() -> bool:
    """Return whether this version of XLA has the options."""
    import jax

    try:
        jax.jit(lambda: 0, compiler_options=WITHOUT_CONVOLUTIONS)()
    except (ValueError, RuntimeError):
        return False
    return True
