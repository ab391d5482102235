import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.bricks import Linear, Parallel, Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.parallel import check_names, require_inputs
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
INPUTS = {"a": RNG.normal(size=(4, 2)), "b": RNG.normal(size=(4, 3))}


def make_parallel(**kwargs):
    return Parallel(
        ["a", "b"],
        [2, 3],
        [4, 5],
        Linear(),
        weights_init=IsotropicGaussian(),
        biases_init=Constant(1),
        seed=1,
        **kwargs,
    )


def test_checks():
    shapes = {
        "/parallel/transform_a.W": (2, 4),
        "/parallel/transform_a.b": (4,),
        "/parallel/transform_b.W": (3, 5),
        "/parallel/transform_b.b": (5,),
    }
    check_brick(make_parallel, INPUTS, parameters=shapes)


def test_names():
    parallel = make_parallel(child_prefix="map")
    assert [child.name for child in parallel.children] == ["map_a", "map_b"]
    assert parallel.apply.inputs == parallel.apply.outputs == ["a", "b"]
    outputs = parallel.apply(pt.matrix("x"), pt.matrix("y"), as_dict=True)
    assert outputs["b"].type.shape == (None, 5)
    assert parallel.get_dims(["a", "b"]) == [2, 3]
    with pytest.raises(ValueError, match="does not know the dimension of 'c'"):
        parallel.get_dim("c")


def test_late_dimensions():
    parallel = Parallel(["a", "b"], prototype=Linear())
    with pytest.raises(
        ValueError, match="input_dims, output_dims of /parallel is miss"
    ):
        parallel.allocate()
    parallel.input_dims, parallel.output_dims = [1, 2], [3, 4, 5]
    with pytest.raises(
        ValueError, match=r"one of output_dims for each of \['a', 'b'\]"
    ):
        parallel.allocate()
    parallel.output_dims = [3, 4]
    parallel.allocate()
    assert parallel.children[1].W.type.shape == (2, 4)


def test_bad_arguments():
    with pytest.raises(
        ValueError, match=r"/parallel needs one of input_dims.*got 1: \[2"
    ):
        Parallel(["a", "b"], [2], [4, 5], Linear())
    with pytest.raises(
        TypeError, match=r"/parallel: the prototype must be a Feedf.*Tanh"
    ):
        Parallel(["a"], [2], [4], Tanh())
    with pytest.raises(
        TypeError, match=r"takes the inputs \(a, b\): got unexpected 'c'"
    ):
        make_parallel().apply(a=pt.matrix(), b=pt.matrix(), c=pt.matrix())
    with pytest.raises(
        TypeError, match=r"/parallel needs the inputs .*missing \['b'\]"
    ):
        make_parallel().apply(a=pt.matrix())


def test_dimensions_are_lists():
    with pytest.raises(
        TypeError, match=r"/parallel: input_dims must be a list .*got 2"
    ):
        Parallel(["a", "b"], 2, [4, 5], Linear())


def test_check_names():
    assert check_names(("a", "b"), "/p") == ["a", "b"]
    with pytest.raises(TypeError, match=r"/p needs a list of names, got 'ab'"):
        check_names("ab", "/p")
    with pytest.raises(ValueError, match=r"none twice, got \['a', 'a'\]"):
        check_names(["a", "a"], "/p")


def test_require_inputs():
    require_inputs("/p", {"a": 1}, ["a"])
    with pytest.raises(TypeError, match=r"missing \['a'\], unknown \['b'\]"):
        require_inputs("/p", {"a": None, "b": 1}, ["a"])
