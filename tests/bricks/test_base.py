import copy

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, shared
from brickyard.bricks import MLP, Brick, Initializable, Linear, Tanh, application, lazy
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import PARAMETER, WEIGHT, get_brick


class Scale(Brick):
    @lazy(allocation=["dim"])
    def __init__(self, dim, factor, **kwargs):
        super().__init__(**kwargs)
        self.dim, self.factor = dim, factor

    def _allocate(self):
        self.add_parameter(self.factor, (self.dim,), "s", WEIGHT)

    @application(outputs=["output"])
    def apply(self, input_):
        return input_ * self.parameters["s"]

    def get_dim(self, name):
        return self.dim if name == "input_" else super().get_dim(name)


def make_mlp(**kwargs):
    kwargs = {"weights_init": IsotropicGaussian(), "biases_init": Constant(0)} | kwargs
    return MLP([Tanh(), Tanh()], [3, 4, 2], **kwargs)


def test_phases_in_order():
    mlp = make_mlp()
    linear = mlp.children[0]
    assert not mlp.allocation_config_pushed
    mlp.push_allocation_config()
    assert (linear.input_dim, linear.output_dim) == (3, 4)
    assert linear.allocation_config_pushed
    mlp.allocate()
    assert mlp.allocated
    assert linear.allocated
    assert np.isnan(linear.W.get_value()).all()
    assert not mlp.initialized
    mlp.initialize()
    assert mlp.initialized
    assert linear.initialized
    assert np.isfinite(linear.W.get_value()).all()


def test_what_is_pushed_can_be_overridden():
    mlp = make_mlp()
    mlp.push_allocation_config()
    mlp.children[0].output_dim = mlp.children[2].input_dim = 7
    mlp.push_initialization_config()
    mlp.children[0].weights_init = Constant(2)
    mlp.initialize()
    np.testing.assert_array_equal(mlp.children[0].W.get_value(), np.full((3, 7), 2))
    assert mlp.children[2].W.get_value().std() > 0


def test_a_half_configured_brick_hands_nothing_on():
    mlp = make_mlp()
    mlp.dims = [None, 4, 2]
    mlp.push_allocation_config()
    assert not mlp.allocation_config_pushed
    with pytest.raises(ValueError, match=r"cannot allocate /mlp: dims\[0\] of /mlp is"):
        mlp.allocate()
    mlp.input_dim = 5
    mlp.allocate()
    assert mlp.children[0].W.type.shape == (5, 4)


def test_allocation_keeps_what_is_there():
    linear = Linear(3, 2, weights_init=Constant(1), biases_init=Constant(0))
    linear.initialize()
    W = linear.W
    Brick("root", [linear]).allocate()
    assert linear.W is W
    linear.input_dim = 4
    with pytest.raises(
        ValueError, match=r"/root/linear was allocated with input_dim=3, now it is 4"
    ):
        linear.allocate()


def test_a_shared_brick_is_configured_and_initialized_by_its_owner():
    linear = Linear(3, 3)
    owner = Initializable(
        name="owner",
        children=[linear],
        weights_init=Constant(1),
        biases_init=Constant(1),
    )
    other = Initializable(
        name="other",
        children=[linear],
        weights_init=Constant(2),
        biases_init=Constant(2),
    )
    owner.initialize()
    other.initialize()
    assert linear.W.get_value()[0, 0] == 1


def test_an_application_allocates_but_does_not_initialize():
    linear = Linear(3, 2)
    linear.apply(pt.matrix("x"))
    assert linear.allocated
    assert not linear.initialized


def test_parameters_from_specifications():
    x = pt.vector("x")
    scale = Scale(2, factor=np.array([2, 3]))
    np.testing.assert_array_equal(evaluate(scale.apply(x), {x: [1, 1]}), [2, 3])
    drawn = Scale(2, factor=IsotropicGaussian(), name="drawn")
    drawn.initialize()
    first = drawn.parameters["s"].get_value()
    assert np.isfinite(first).all()
    drawn.initialize()
    np.testing.assert_array_equal(drawn.parameters["s"].get_value(), first)


def test_tied_parameters():
    source = shared(np.ones(2, "float32"), name="v")
    first, second = Scale(2, source, name="first"), Scale(2, source, name="second")
    first.allocate()
    second.allocate()
    assert second.parameters["s"] is source
    assert get_brick(source) is first
    assert source.tag.roles == [WEIGHT]
    assert first.get_hierarchical_name(source) == "/first.s"
    tied = Scale(2, source * 2, name="tied")
    tied.allocate()
    assert list(tied.parameters) == []


def test_role_of_a_parameter_is_parameter_by_default():
    brick = Brick("brick")
    assert brick.add_parameter(0, (1,), "p").tag.roles == [PARAMETER]
    with pytest.raises(ValueError, match=r"/brick.q has shape \(2,\), the given array"):
        brick.add_parameter([1, 2, 3], (2,), "q")


def test_hierarchical_names():
    mlp = make_mlp(name="net")
    mlp.allocate()
    linear = mlp.children[2]
    assert linear.get_hierarchical_name(linear.W) == "/net/linear_1.W"
    assert linear.get_hierarchical_name(linear.b, "|") == "|net|linear_1.b"
    with pytest.raises(ValueError, match=r"W is not a parameter of /net, which has \["):
        mlp.get_hierarchical_name(linear.W)


def test_get_dim():
    scale = Scale(2, 1)
    assert scale.get_dims(["input_", "input_"]) == [2, 2]
    with pytest.raises(ValueError, match=r"/scale \(Scale\) does not know.*'y'"):
        scale.get_dim("y")


def test_a_deep_copy_has_the_configuration_alone():
    root = make_mlp()
    root.initialize()
    linear = root.children[0]
    twin = copy.deepcopy(linear)
    assert twin.parents == []
    assert not twin.allocated
    assert (twin.input_dim, twin.output_dim) == (3, 4)
    assert len(twin.parameters) == 0
    whole = copy.deepcopy(root)
    assert whole.children[0].parents == [whole]
    assert whole.application_methods[0].brick is whole.children[0]
    assert whole.linear_transformations[1] is whole.children[2]
    whole.initialize()
    assert whole.children[0].W is not linear.W


def test_misspelt_arguments():
    with pytest.raises(
        TypeError,
        match=r"Linear takes no argument 'weight_init'; did you mean 'weights_",
    ):
        Linear(3, 2, weight_init=Constant(0))
    with pytest.raises(
        TypeError, match=r"Tanh takes no argument 'x'; it takes \['name"
    ):
        Tanh(x=3)


def test_repr():
    assert repr(make_mlp(name="net").children[1]) == "<Tanh /net/tanh_0>"


def test_the_inherited_constructor_is_needed():
    class Forgetful(Brick):
        def __init__(self):
            self.factor = 2

        @application(outputs=["output"])
        def apply(self, input_):
            return self.factor * input_

    class Hasty(Brick):
        def __init__(self, **kwargs):
            self.children = [Brick(name="child")]
            super().__init__(**kwargs)

    with pytest.raises(TypeError, match=r"Forgetful is used .*call super\(\).__init__"):
        Forgetful().apply(pt.vector("x"))
    with pytest.raises(TypeError, match=r"Hasty is used .*call super\(\).__init__"):
        Hasty()
