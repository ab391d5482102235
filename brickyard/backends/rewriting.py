"""PyTensor's rewrites for XLA, without what XLA repeats."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytensor
from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import dfs_rewriter, in2out
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.link.jax.linker import JAXLinker

from brickyard.backends.channels_last import ChannelsLast
from brickyard.backends.exclusions import LEFT_TO_XLA, REPLACED, WRONG
from brickyard.backends.joined_columns import join_columns, sum_columns
from brickyard.backends.known_shapes import KnownShapes
from brickyard.backends.loop_rewriter import LoopRewriter
from brickyard.backends.provenance import KeepProvenance
from brickyard.backends.scan_rewrites import multiply_stacked, sum_in_order
from brickyard.backends.table_products import (
    compute_on_table,
    multiply_sums,
    multiply_table,
)

# After the graph has been simplified, before PyTensor shortens the buffers of loops.
LOOPS_AT = 1.55

# After the last rewrite that gives rows taken from tables another form.
COLUMNS_AT, TABLES_AT = 4.9, 5

# After everything that moves transpositions towards the inputs, before merging again.
CHANNELS_LAST_AT = 48


def rewrite_for_xla(graph: FunctionGraph, scan_rewrites: bool = True) -> None:
    """Rewrite a graph, in place, into what is lowered to XLA.

    Parameters
    ----------
    graph
        A graph on inputs of known shapes.
    scan_rewrites
        Whether loops over time are rewritten by `brickyard.backends.scan_rewrites`,
        or by PyTensor's own rewrites that move computations out of them.
    """
    graph.attach_feature(KeepProvenance())
    graph.attach_feature(KnownShapes())
    # A rewrite that fails leaves the graph as it was; PyTensor would print about it.
    # And nobody reads on which line of a rewrite a variable was made.
    with pytensor.config.change_flags(on_opt_error="ignore", traceback__limit=0):
        _rewriter(scan_rewrites)(graph)


def rewrite_step(graph: FunctionGraph, scan_rewrites: bool = True) -> FunctionGraph:
    """Return what is computed in each step of a loop, rewritten.

    Parameters
    ----------
    graph
        The graph of one step, which stays as it is.
    scan_rewrites
        As for `rewrite_for_xla`, for loops inside the step.

    Returns
    -------
    FunctionGraph
        A rewritten copy.
    """
    copy = graph.clone()
    rewrite_for_xla(copy, scan_rewrites)
    return copy


def numba_mode(scan_rewrites: bool = True) -> Mode:
    """Return PyTensor's mode for numba.

    Parameters
    ----------
    scan_rewrites
        As for `rewrite_for_xla`.

    Returns
    -------
    Mode
        The mode.
    """
    mode = _with_own_rewrites(get_mode("NUMBA").excluding(*WRONG))
    return _with_scan_rewrites(mode) if scan_rewrites else mode


@cache
def _rewriter(scan_rewrites: bool) -> Any:
    query = RewriteDatabaseQuery(
        include=["fast_run", "jax"], exclude=[*LEFT_TO_XLA, *WRONG]
    )
    mode = _with_own_rewrites(Mode(JAXLinker(), query))
    return (_with_scan_rewrites(mode) if scan_rewrites else mode).optimizer


def _with_own_rewrites(mode: Mode) -> Mode:
    return mode.register(
        (in2out(join_columns, sum_columns, sum_in_order), COLUMNS_AT),
        (
            in2out(multiply_table, compute_on_table, multiply_sums),
            TABLES_AT,
        ),
        (ChannelsLast(), CHANNELS_LAST_AT),
    )


def _with_scan_rewrites(mode: Mode) -> Mode:
    return mode.excluding(*REPLACED).register(
        (LoopRewriter(), LOOPS_AT), (dfs_rewriter(multiply_stacked), LOOPS_AT)
    )
