import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms.gradients import check_cost, compute_gradients


class Undefined(Op):
    """Nobody knows the gradient of this."""

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0]

    def pullback(self, inputs, outputs, cotangents):
        return [grad_undefined(self, 0, inputs[0], "no idea")]


@pytest.fixture
def W():
    return shared([1.0, 2.0], name="W")


def test_known_grads_and_constants(W):
    hidden = 3 * W
    known = compute_gradients(
        (hidden**2).sum(), {W: "W"}, {hidden: pt.ones(2)}, None, "Test"
    )
    assert evaluate(known[W]).tolist() == [3.0, 3.0]
    constant = compute_gradients((hidden * W).sum(), {W: "W"}, None, [hidden], "Test")
    np.testing.assert_allclose(evaluate(constant[W]), [3.0, 6.0])


def test_a_parameter_the_cost_does_not_depend_on(W):
    V, b = shared([1.0], name="V"), shared([1.0], name="b")
    paths = {W: "/mlp.W", V: "/mlp.V", b: "/mlp.b"}
    with pytest.raises(
        ValueError, match=r"cost does not depend on /mlp.V, /mlp.b\. Train what"
    ):
        compute_gradients(W.sum().copy(name="cost"), paths, None, None, "Test")


def test_a_parameter_behind_an_operation_without_gradient(W):
    V = pytensor.shared(np.ones(2), name="V")
    cost = (W * V.shape[0]).sum().copy(name="cost")
    with pytest.raises(ValueError, match=r"cost depends on /mlp.V only through oper"):
        compute_gradients(cost, {W: "/mlp.W", V: "/mlp.V"}, None, None, "Test")


def test_a_parameter_behind_a_constant(W):
    hidden = 2 * W
    with pytest.raises(ValueError, match=r"/mlp.W only .* through consider_constant"):
        compute_gradients(hidden.sum(), {W: "/mlp.W"}, None, [hidden], "Test")


def test_an_undefined_gradient(W):
    cost = Undefined()(W).sum()
    with pytest.raises(
        ValueError, match=r"respect to /mlp.W is not defined: .* no idea"
    ):
        compute_gradients(cost, {W: "/mlp.W"}, None, None, "Test")


def test_the_cost_must_be_a_float_scalar(W):
    with pytest.raises(
        TypeError, match="Test: cost must be a scalar variable, got flo"
    ):
        check_cost(0.5, "Test")
    with pytest.raises(ValueError, match=r"got loss with 1 dimensions.*loss\.mean\(\)"):
        check_cost((W * 2).copy(name="loss"), "Test")
    with pytest.raises(ValueError, match=r"must be of a float dtype, got .* of int64"):
        check_cost(pt.argmax(W), "Test")
