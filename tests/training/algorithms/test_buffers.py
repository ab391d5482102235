import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.graph.roles import ALGORITHM_BUFFER, has_roles
from brickyard.training.algorithms import Scale, add_buffer


@pytest.mark.parametrize("shape", [(), (3,), (1, 4), (2, 1, 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_buffer_is_like_its_parameter(shape, dtype):
    rule, parameter = Scale(), shared(np.ones(shape), name="W", dtype=dtype)
    buffer = add_buffer(rule, parameter, "mean")
    assert buffer.type == parameter.type
    assert buffer.name == "mean"
    assert has_roles(buffer, [ALGORITHM_BUFFER])
    assert buffer.tag.for_parameter is parameter
    assert buffer.tag.step_rule is rule
    np.testing.assert_array_equal(buffer.get_value(), np.zeros(shape))


def test_unknown_lengths_stay_unknown():
    parameter = pytensor.shared(np.ones((1, 2)), name="W", shape=(1, None))
    assert add_buffer(Scale(), parameter, "mean").type.shape == (1, None)


def test_the_parameter_must_be_shared():
    with pytest.raises(TypeError, match="Scale: a parameter must be a shared variable"):
        add_buffer(Scale(), pt.vector("v"), "mean")
