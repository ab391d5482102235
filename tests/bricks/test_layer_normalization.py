import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.layer_normalization import LayerNormalization
from brickyard.graph import BIAS, WEIGHT, ComputationGraph, VariableFilter
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
VALUES = RNG.normal(2, 3, size=(4, 5))


def make_brick(**kwargs):
    init = IsotropicGaussian()
    return LayerNormalization(5, scale_init=init, shift_init=init, seed=1, **kwargs)


def reference(x, scale, shift, epsilon):
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * scale + shift


@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 4, 5)])
@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
def test_values(shape, epsilon):
    brick = make_brick(epsilon=epsilon)
    brick.initialize()
    x = pt.tensor("x", shape=(None,) * len(shape))
    values = RNG.normal(2, 3, size=shape)
    scale, shift = (parameter.get_value() for parameter in brick.parameters)
    np.testing.assert_allclose(
        evaluate(brick.apply(x), {x: values}),
        reference(values, scale, shift, epsilon),
        atol=1e-5,
    )


def test_checks():
    shapes = {"/layernormalization.scale": (5,), "/layernormalization.shift": (5,)}
    check_brick(make_brick, {"input_": VALUES}, parameters=shapes)


def test_checks_on_numba():
    check_brick(make_brick, {"input_": VALUES}, backend="numba", check_gradients=False)


def test_agrees_with_torch():
    torch = pytest.importorskip("torch")
    brick = make_brick()
    brick.initialize()
    scale, shift = (torch.tensor(each.get_value()) for each in brick.parameters)
    x = pt.matrix("x")
    values = VALUES.astype("float32")
    expected = torch.nn.functional.layer_norm(torch.tensor(values), (5,), scale, shift)
    found = evaluate(brick.apply(x), {x: values})
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_first_values_and_roles():
    brick = LayerNormalization(3)
    brick.initialize()
    assert brick.parameters["scale"].get_value().tolist() == [1, 1, 1]
    assert brick.parameters["shift"].get_value().tolist() == [0, 0, 0]
    graph = ComputationGraph(brick.apply(pt.matrix("x")))
    assert VariableFilter(roles=[BIAS])(graph.variables) == [brick.parameters["shift"]]
    assert VariableFilter(roles=[WEIGHT])(graph.variables) == []
    assert len(graph.parameters) == 2


def test_without_parameters():
    brick = LayerNormalization(5, learn_scale=False, learn_shift=False)
    brick.initialize()
    assert len(brick.parameters) == 0
    x = pt.matrix("x", dtype="int8")
    output = brick.apply(x)
    assert output.dtype == "float32"
    values = np.int8([[1, 2, 3, 4, 5]])
    np.testing.assert_allclose(
        evaluate(output, {x: values}), reference(values, 1, 0, 1e-5), atol=1e-6
    )


def test_rows_without_variance():
    brick = LayerNormalization(3, shift_init=Constant(2))
    brick.initialize()
    x = pt.matrix("x")
    assert evaluate(brick.apply(x), {x: [[7, 7, 7]]}).tolist() == [[2, 2, 2]]


def test_dimensions():
    brick = LayerNormalization()
    brick.input_dim = 3
    assert brick.output_dim == brick.get_dim("output") == 3
    brick.output_dim = 4
    assert brick.input_dim == brick.get_dim("input_") == 4
    with pytest.raises(ValueError, match="does not know the dimension of 'states'"):
        brick.get_dim("states")


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"/layernormalization: epsilon must be .*, g"):
        LayerNormalization(3, epsilon=0)
    with pytest.raises(ValueError, match=r"/layernormalization needs .* 3 features"):
        LayerNormalization(3).apply(pt.matrix("x", shape=(None, 4)))
