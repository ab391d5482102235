"""All rewrites of loops over time, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.graph.features import ReplaceValidate
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, NodeRewriter
from pytensor.scan.op import Scan

from brickyard.backends.scan_rewrites import (
    compute_known_before_loop,
    derive_after_loop,
    join_products,
    keep_for_gradient,
    project_after_loop,
    separate_columns,
    separate_gradient_states,
    simplify_step,
    sum_after_loop,
)

REWRITES: tuple[NodeRewriter, ...] = (
    simplify_step,
    separate_columns,
    separate_gradient_states,
    keep_for_gradient,
    sum_after_loop,
    project_after_loop,
    derive_after_loop,
    compute_known_before_loop,
    simplify_step,
    join_products,
)


class LoopRewriter(GraphRewriter):
    """Applies rewrites to each loop of a graph, one after the other, once each.

    Parameters
    ----------
    rewrites
        What to apply.
    """

    def __init__(self, rewrites: Sequence[NodeRewriter] = REWRITES) -> None:
        super().__init__()
        self._rewrites = tuple(rewrites)

    def add_requirements(self, fgraph: FunctionGraph) -> None:
        """Prepare a graph for replacing what is checked.

        Parameters
        ----------
        fgraph
            The graph.
        """
        fgraph.attach_feature(ReplaceValidate())

    def apply(self, fgraph: FunctionGraph) -> None:
        """Rewrite the loops of a graph.

        Parameters
        ----------
        fgraph
            The graph.
        """
        for rewrite in self._rewrites:
            loops = [n for n in fgraph.toposort() if isinstance(n.op, Scan)]
            for node in loops:
                if node in fgraph.apply_nodes:
                    _apply(fgraph, rewrite, node)


def _apply(fgraph: FunctionGraph, rewrite: NodeRewriter, node: Apply) -> None:
    found: Any = rewrite.transform(fgraph, node)
    if not found:
        return
    if isinstance(found, dict):
        found.pop("remove", None)
    else:
        found = dict(zip(node.outputs, found, strict=True))
    pairs = [(old, new) for old, new in found.items() if fgraph.clients.get(old)]
    fgraph.replace_all_validate(pairs, reason=str(rewrite))
