from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.elemwise import DimShuffle

from brickyard.backends import evaluate
from brickyard.backends.channels_last import ChannelsLast
from brickyard.backends.convolution import convolution
from brickyard.backends.pooling import max_pooling
from brickyard.backends.rewriting import rewrite_for_xla

X = pt.tensor("x", shape=(2, 3, 8, 8), dtype="float64")
W = pt.tensor("W", shape=(3, 3, 3, 4), dtype="float64")
V = pt.tensor("V", shape=(3, 3, 4, 4), dtype="float64")
B = pt.tensor("b", shape=(4,), dtype="float64")
MASK = pt.tensor("mask", shape=(2, 4, 8, 8), dtype="float64")
INPUTS = [X, W, V, B, MASK]


def _last(images):
    return images.dimshuffle(0, 2, 3, 1)


def _first(images):
    return images.dimshuffle(0, 3, 1, 2)


def _layer(images, filters):
    return _first(convolution(_last(images), filters, padding="half"))


def _branches():
    """Return what residual blocks do: two users of one activation, added up."""
    x = pt.maximum(_layer(X, W) + B.dimshuffle("x", 0, "x", "x"), 0)
    return _layer(pt.tanh(_layer(x, V)) + x, V)


def _normalized():
    """Return an image with mean 0 and variance 1 in each channel."""
    x = _layer(X, W)
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    variance = pt.sqr(x - mean).mean(axis=(0, 2, 3), keepdims=True)
    return _layer((x - mean) / pt.sqrt(variance + 1), V)


def _joined():
    """Return what inception modules do: branches side by side, and parts of them."""
    x = _layer(X, W)
    both = pt.tanh(pt.concatenate([x, pt.exp(-pt.sqr(x))], axis=1))
    first, second = pt.split(both, [4, 4], axis=1)
    return _layer(first * second, V)


def _dropped_out():
    return _layer(_layer(X, W) * MASK, V)


def _pooled():
    pooled = _first(max_pooling(_last(pt.tanh(_layer(X, W))), (2, 2)))
    return _layer(pt.sqr(pooled), V)


GRAPHS = {
    "branches": _branches,
    "normalization": _normalized,
    "joining": _joined,
    "dropout": _dropped_out,
    "pooling": _pooled,
}


def _large_reorderings(outputs, rewrite):
    """Return the images reordered within a graph, channels last or first."""
    graph = FunctionGraph(INPUTS, outputs, clone=True)
    rewrite(graph)
    ends = {*graph.inputs, *graph.outputs}
    return [
        node
        for node in graph.toposort()
        if isinstance(node.op, DimShuffle)
        and node.op.new_order in [(0, 2, 3, 1), (0, 3, 1, 2)]
        and not ends & {*node.inputs, *node.outputs}
        and 1 not in node.outputs[0].type.shape[1:]
    ]


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_is_reordered_between_layers(name):
    y = GRAPHS[name]()
    outputs = [y, *pytensor.grad(pt.sqr(y).sum(), [W, V])]
    assert _large_reorderings(outputs, rewrite_for_xla) == []


@pytest.mark.parametrize("name", GRAPHS)
def test_values_and_gradients_stay_the_same(name, monkeypatch):
    rng = np.random.default_rng(0)
    y = GRAPHS[name]()
    weights = pt.constant(rng.normal(size=y.type.shape))
    gradients = pytensor.grad(
        (y * weights).sum(), [X, W, V, B, MASK], disconnected_inputs="ignore"
    )
    values = {v: rng.normal(size=v.type.shape) for v in INPUTS}
    rewritten = evaluate([y, *gradients], values)
    monkeypatch.setattr(ChannelsLast, "apply", lambda self, fgraph: None)
    as_written = evaluate([y, *gradients], values)
    for value, expected in zip(rewritten, as_written, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9)


def test_the_same_on_numba():
    rng = np.random.default_rng(0)
    values = {v: rng.normal(size=v.type.shape) for v in INPUTS}
    y = _branches()
    np.testing.assert_allclose(
        evaluate(y, values, backend="numba"), evaluate(y, values), atol=1e-9
    )


def test_reductions_keep_their_axes_in_order():
    y = _first(convolution(_last(X), W))
    axes = (None, 0, 1, 2, (0, 1), (2, 3))
    sums = [y.sum(axis=axis) for axis in axes]
    maxima = [y.max(axis=axis) for axis in axes]
    values = {X: np.arange(384.0).reshape(2, 3, 8, 8), W: np.ones((3, 3, 3, 4))}
    image, *found = evaluate([y, *sums, *maxima], values)
    for axis, total, largest in zip(axes, found[:6], found[6:], strict=True):
        np.testing.assert_allclose(total, image.sum(axis=axis))
        np.testing.assert_allclose(largest, image.max(axis=axis))


def _unchanged(outputs):
    graph = FunctionGraph(INPUTS, outputs, clone=True)
    before = graph.toposort()
    ChannelsLast().rewrite(graph)
    return graph.toposort() == before


def test_reorderings_of_what_is_no_image_stay():
    assert _unchanged([pt.exp(_first(X)) + 1])
    assert _unchanged([pt.exp(W.dimshuffle(3, 2, 0, 1))])


def test_nothing_moves_where_it_would_reorder_more():
    image = _layer(X, W)
    assert _unchanged([pt.switch(MASK > 0, image, MASK)])
    narrow = _first(convolution(_last(X), V[:, :, :3, :1], padding="half"))
    assert _unchanged([narrow * MASK])


def test_a_variable_axis_of_joining_stays():
    axis = pt.lscalar("axis")
    image = _layer(X, W)
    graph = FunctionGraph([*INPUTS, axis], [pt.join(axis, image, image)], clone=True)
    before = graph.toposort()
    ChannelsLast().rewrite(graph)
    assert graph.toposort() == before
