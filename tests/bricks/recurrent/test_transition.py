import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.bricks import Tanh
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.recurrent import GatedRecurrent, SimpleRecurrent
from brickyard.bricks.recurrent.transition import Transition, input_of


def test_initial_states_start_at_zero_again():
    brick = SimpleRecurrent(2, Tanh(), weights_init=Constant(1))
    brick.initialize()
    state = brick.parameters["initial_state"]
    state.set_value(np.ones(2, state.dtype))
    brick.initialize()
    assert state.get_value().tolist() == [0, 0]


def test_weights_are_required():
    assert Transition().missing_arguments("initialization") == ["weights_init"]
    assert Transition().missing_arguments("allocation") == []
    init = IsotropicGaussian()
    assert Transition(weights_init=init).missing_arguments("initialization") == []


def test_inputs_of_a_step():
    brick = GatedRecurrent(3, name="gru")
    brick.allocate()
    x = pt.matrix("x", dtype="int8")
    assert input_of(brick, "inputs", x).dtype == brick.parameters[0].dtype
    with pytest.raises(ValueError, match=r"/gru needs .* 6 features .*, got 3"):
        input_of(brick, "gate_inputs", pt.matrix("g", shape=(None, 3)))
    with pytest.raises(ValueError, match=r"/gru needs inputs with the axes \(batch"):
        input_of(brick, "inputs", pt.vector("x"))
    with pytest.raises(TypeError, match=r"/gru needs a tensor, got 3"):
        input_of(brick, "inputs", 3)
