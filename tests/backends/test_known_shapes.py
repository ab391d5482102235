import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.tensor.rewriting.shape import ShapeFeature

from brickyard.backends import evaluate
from brickyard.backends.known_shapes import KnownShapes


def lengths(feature, variable):
    return [getattr(length, "data", None) for length in feature.shape_of[variable]]


def test_known_lengths_are_constants_and_others_are_what_pytensor_says():
    x, y = pt.tensor("x", shape=(3, 4)), pt.tensor("y", shape=(None, 4))
    known, unknown = pt.exp(x).sum(axis=0), pt.exp(y)
    graph = FunctionGraph([x, y], [known, unknown], clone=False)
    feature = KnownShapes()
    graph.attach_feature(feature)
    assert graph.shape_feature is feature
    assert lengths(feature, x) == [3, 4]
    assert lengths(feature, known) == [4]
    assert lengths(feature, unknown) == [None, 4]
    assert evaluate(feature.shape_of[unknown][0], {y: np.ones((5, 4))}) == 5
    graph.attach_feature(ShapeFeature())
    assert graph.shape_feature is feature


def test_rewriting_gives_what_it_gives_with_pytensor_s_own_shapes():
    x, W = pt.tensor("x", shape=(3, 4)), pt.tensor("W", shape=(4, 2))
    cost = pt.special.log_softmax(x @ W, axis=-1)[pt.arange(x.shape[0]), 0].mean()
    outputs = [cost, *pytensor.grad(cost, [x, W])]
    rewritten = []
    for feature in (KnownShapes(), ShapeFeature()):
        graph = FunctionGraph([x, W], outputs, clone=True)
        graph.attach_feature(feature)
        rewrite_graph(graph, include=("fast_run",), exclude=("inplace", "fusion"))
        rewritten.append([str(node.op) for node in graph.toposort()])
    assert rewritten[0] == rewritten[1]
