"""What XLA is told about a graph besides the graph."""

from __future__ import annotations

from functools import cache
from typing import Any

from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import HasInnerGraph
from pytensor.scan.op import Scan

from brickyard.backends.convolution.ops import BilinearOp

# XLA hands matrix products, reductions and convolutions on the CPU to YNNPACK. Without
# YNNPACK a convolution of 128 images of 12 x 12 x 20 with 5 x 5 x 50 filters took
# 4.7 ms on two cores, with it 8.6 ms. What this list alone saves was not measured.
WITHOUT_CONVOLUTIONS = {
    "xla_cpu_experimental_ynn_fusion_type": (
        "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_REDUCE"
    )
}


# XLA computes with 256 bits at a time also where the processor can do 512. With 512 a
# training step of an LSTM took 0.96 of the time, one of a small GRU 0.9; one of a
# small ResNet 1.04.
WIDE_VECTORS = {"xla_cpu_prefer_vector_width": 512}


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

    if jax.default_backend() != "cpu":
        return None
    options: dict[str, Any] = {}
    if _has(graph, BilinearOp):
        options |= WITHOUT_CONVOLUTIONS
    elif _has(graph, Scan):
        options |= WIDE_VECTORS
    return options if options and _are_known(tuple(options.items())) else None


def _has(graph: Any, kind: type) -> bool:
    return any(
        isinstance(node.op, kind)
        or (isinstance(node.op, HasInnerGraph) and _has(node.op.fgraph, kind))
        for node in graph.apply_nodes
    )


@cache
def _are_known(options: tuple[tuple[str, Any], ...]) -> bool:
    """Return whether this version of XLA has the options."""
    import jax

    try:
        jax.jit(lambda: 0, compiler_options=dict(options))()
    except (ValueError, RuntimeError):
        return False
    return True
