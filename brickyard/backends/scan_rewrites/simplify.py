"""Simplifying what is computed in each step of a loop, before it is taken apart."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytensor
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.scan.op import Scan

from brickyard.backends.exclusions import WRONG
from brickyard.backends.known_shapes import KnownShapes
from brickyard.backends.scan_rewrites.loop import rebuilt

# Up to here PyTensor's rewrites simplify; later ones choose implementations.
SIMPLIFIED = 1.6


@node_rewriter([Scan])
def simplify_step(fgraph: FunctionGraph, node: Apply) -> list[Any] | None:
    """Bring the graph of a step into the form that the other rewrites look for.

    PyTensor rewrites it only when the loop is compiled: until then a product written
    as ``x @ W`` is not a Dot, and what the gradient computes again is there twice.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    list of Variable or None
        What takes the place of its results.
    """
    step = node.op.fgraph.clone()
    step.attach_feature(KnownShapes())
    with pytensor.config.change_flags(on_opt_error="ignore", traceback__limit=0):
        _simplifier()(step)
    op = rebuilt(node.op, step.inputs, step.outputs, node.op.info)
    made = op.make_node(*node.inputs)
    return Apply(op, made.inputs, [v.type() for v in node.outputs]).outputs


@cache
def _simplifier() -> Any:
    query = RewriteDatabaseQuery(
        include=["fast_run"], exclude=["scan", *WRONG], position_cutoff=SIMPLIFIED
    )
    return optdb.query(query)
