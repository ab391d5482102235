import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.gradient import grad_clip

from brickyard.backends import shared
from brickyard.bricks import Brick, Feedforward, Linear, application
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick
from brickyard.testing.bricks import (
    build_brick,
    cast_floats,
    check_batch_sizes,
    check_numeric_gradients,
    check_parameter_names,
    check_static_shapes,
)

INPUTS = {"input_": np.random.default_rng(1).normal(size=(3, 2))}


class Trial(Brick):
    """A brick that does what it is told."""

    def __init__(self, function, value=1):
        super().__init__()
        self.function, self.value = function, value

    def _allocate(self):
        self.add_parameter(self.value, (2,), "p")

    @application
    def apply(self, input_):
        return self.function(self, input_)


def make(function, value=1):
    return lambda: Trial(function, value)


def plain(brick, x):
    return x * brick.parameters["p"]


def test_a_good_brick_passes():
    check_brick(make(plain), INPUTS, parameters={"/trial.p": (2,)})


def test_other_applications_and_several_inputs():
    class Twice(Feedforward):
        @application
        def both(self, left, right):
            return [left * right, left + right]

    arrays = {"left": np.ones((2, 3)), "right": np.full((2, 3), 2.0)}
    check_brick(Twice, arrays, application="both", parameters={})


@pytest.mark.parametrize(
    ("brick", "message"),
    [
        (make(plain, None), r"/trial.p has no finite value after initialize\(\)"),
        (make(lambda b, x: x.astype("float64")), "is float64, though floatX"),
        (make(lambda b, x: plain(b, x) - x.mean(0)), "depend on the size of the batch"),
        (make(lambda b, x: grad_clip(plain(b, x), -0.1, 0.1)), "the gradient by"),
        (make(lambda b, x: (x > 0).astype("int8")), "no output is differentiable"),
    ],
)
def test_bad_bricks_fail(brick, message):
    with pytest.raises(AssertionError, match=message):
        check_brick(brick, INPUTS)


def test_unexpected_parameters():
    with pytest.raises(AssertionError, match=r"expected parameters \{\}, found"):
        check_brick(make(plain), INPUTS, parameters={})
    built = build_brick(make(plain), INPUTS)
    built.parameters()["/trial.p"].tag.roles = []
    with pytest.raises(AssertionError, match="does not have role PARAMETER"):
        check_parameter_names(built)


def test_no_seed():
    rng = np.random.default_rng(1)
    with pytest.raises(AssertionError, match=r"/trial.p has other first values"):
        check_brick(lambda: Trial(plain, rng.normal(size=2)), INPUTS)
    with pytest.raises(AssertionError, match="give the brick a seed"):
        check_brick(
            lambda: Linear(
                2, 2, weights_init=IsotropicGaussian(), biases_init=Constant(0)
            ),
            INPUTS,
        )


def test_state_that_is_no_parameter():
    values = iter(range(100))

    class Hidden(Trial):
        def _allocate(self):
            self.hidden = shared(np.float32(next(values)), name="hidden")

        @application
        def apply(self, input_):
            return input_ * self.hidden

    with pytest.raises(AssertionError, match="some state is not among the parameters"):
        check_brick(lambda: Hidden(None), INPUTS)


def test_static_shapes_are_compared():
    built = build_brick(make(plain), INPUTS)
    check_static_shapes(built, INPUTS)
    built.outputs = [pt.zeros((3, 2))]
    built.compute = lambda arrays: [np.zeros((3, 3), "float32")]
    with pytest.raises(AssertionError, match=r"\(3, 2\) in the graph, but float32 \(3"):
        check_static_shapes(built, INPUTS)


def test_rows_may_depend_on_each_other():
    built = build_brick(make(lambda b, x: plain(b, x).sum()), INPUTS)
    check_batch_sizes(built, INPUTS, rows_are_independent=False)


def test_gradients_in_float64():
    with pytensor.config.change_flags(floatX="float64"):
        built = build_brick(make(lambda b, x: pt.exp(plain(b, x))), INPUTS)
        check_numeric_gradients(built, INPUTS)


def test_cast_floats():
    arrays = cast_floats({"x": np.zeros(2), "i": np.zeros(2, "int64")})
    assert arrays["x"].dtype == "float32"
    assert arrays["i"].dtype == "int64"
