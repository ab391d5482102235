"""Applying rewrites of loops to graphs."""

from types import SimpleNamespace

import pytest
from pytensor.compile.mode import optdb
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import graph_inputs
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot

from brickyard.backends.known_shapes import KnownShapes
from brickyard.backends.loop_rewriter import LoopRewriter
from brickyard.backends.specialise import specialise


def _described(graph):
    """Return what a graph consists of: its loops, and its products outside them."""
    loops = [node for node in graph.toposort() if isinstance(node.op, Scan)]
    return SimpleNamespace(
        graph=graph,
        loops=loops,
        dots=sum(isinstance(node.op, Dot) for node in graph.apply_nodes),
        dots_inside=[
            sum(isinstance(node.op, Dot) for node in loop.op.fgraph.apply_nodes)
            for loop in loops
        ],
        scalar_inside=[
            sorted(
                type(node.op.scalar_op).__name__
                for node in loop.op.fgraph.apply_nodes
                if isinstance(node.op, Elemwise)
            )
            for loop in loops
        ],
    )


@pytest.fixture
def rewritten():
    """Return a function from outputs and rewrites to a description of the graph."""

    def rewrite(outputs, *rewrites):
        inputs = [v for v in graph_inputs(outputs) if v.owner is None and v.name]
        twins = {v: v.type() for v in inputs}
        graph = FunctionGraph(list(twins.values()), specialise(outputs, twins))
        graph.attach_feature(KnownShapes())
        simplify = RewriteDatabaseQuery(
            include=["fast_run"], exclude=["scan"], position_cutoff=1.55
        )
        optdb.query(simplify)(graph)
        LoopRewriter(rewrites)(graph)
        return _described(graph)

    return rewrite
