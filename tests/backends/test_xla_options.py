from __future__ import annotations

import jax
import pytensor
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph

from brickyard.backends import xla_options
from brickyard.backends.convolution import convolution
from brickyard.backends.xla_options import (
    WIDE_VECTORS,
    WITHOUT_CONVOLUTIONS,
    compiler_options,
)


def _graph(inside_a_loop=False):
    x, w = pt.tensor4("x"), pt.tensor4("w")
    y = convolution(x, w)
    if inside_a_loop:
        y = pytensor.scan(
            lambda x, w: convolution(x, w),
            sequences=[pt.tensor5("x")],
            non_sequences=[w],
            return_updates=False,
        )
    return FunctionGraph(outputs=[y], clone=False)


def test_convolutions_have_options_where_xla_knows_them(monkeypatch):
    monkeypatch.setattr(xla_options, "_are_known", lambda options: True)
    assert compiler_options(_graph()) == WITHOUT_CONVOLUTIONS
    assert compiler_options(_graph(inside_a_loop=True)) == WITHOUT_CONVOLUTIONS
    monkeypatch.setattr(xla_options, "_are_known", lambda options: False)
    assert compiler_options(_graph()) is None


def test_loops_compute_with_wide_vectors(monkeypatch):
    x = pt.matrix("x")
    y = pytensor.scan(lambda x: x + 1, sequences=[x], return_updates=False)
    assert compiler_options(FunctionGraph([x], [y], clone=False)) == WIDE_VECTORS
    monkeypatch.setattr(xla_options, "_are_known", lambda options: False)
    assert compiler_options(FunctionGraph([x], [y], clone=False)) is None


def test_other_graphs_and_other_devices_have_none(monkeypatch):
    x = pt.vector("x")
    assert compiler_options(FunctionGraph([x], [x + 1], clone=False)) is None
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert compiler_options(_graph()) is None


def test_an_option_that_xla_does_not_know_is_found_out(monkeypatch):
    unknown = {"xla_cpu_no_such_option": "1"}
    monkeypatch.setattr(xla_options, "WITHOUT_CONVOLUTIONS", unknown)
    xla_options._are_known.cache_clear()
    try:
        assert compiler_options(_graph()) is None
    finally:
        xla_options._are_known.cache_clear()
