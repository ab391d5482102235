import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Merge
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
INPUTS = {"a": RNG.normal(size=(4, 2)), "b": RNG.normal(size=(4, 3))}


def make_merge():
    return Merge(["a", "b"], [2, 3], 5, weights_init=IsotropicGaussian(), seed=1)


def test_checks():
    shapes = {"/merge/transform_a.W": (2, 5), "/merge/transform_b.W": (3, 5)}
    check_brick(make_merge, INPUTS, parameters=shapes)


def test_values():
    merge = make_merge()
    merge.initialize()
    a, b = pt.matrix("a"), pt.matrix("b")
    W, V = (child.W.get_value() for child in merge.children)
    np.testing.assert_allclose(
        evaluate(merge.apply(b=b, a=a), {a: INPUTS["a"], b: INPUTS["b"]}),
        INPUTS["a"] @ W + INPUTS["b"] @ V,
        rtol=1e-4,
        atol=1e-5,
    )


def test_names_and_dimensions():
    merge = make_merge()
    assert merge.apply.inputs == ["a", "b"]
    assert merge.apply.outputs == ["output"]
    assert merge.get_dims(["a", "b", "output"]) == [2, 3, 5]
    with pytest.raises(ValueError, match="does not know the dimension of 'c'"):
        merge.get_dim("c")


def test_late_dimensions():
    merge = Merge(["a", "b"])
    with pytest.raises(
        ValueError, match=r": input_dims, output_dim of /merge is missin"
    ):
        merge.allocate()
    with pytest.raises(TypeError, match="/merge has one output: assign output_dim"):
        merge.output_dims = [1, 2]


def test_missing_input():
    with pytest.raises(TypeError, match=r"/merge needs the inputs .*missing \['b'\]"):
        make_merge().apply(pt.matrix())
