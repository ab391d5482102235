import pytest

from brickyard.backends import shared
from brickyard.bricks import Brick, Linear
from brickyard.graph import get_brick


def test_by_position_and_name():
    linear = Linear(3, 2)
    linear.allocate()
    W, b = linear.parameters
    assert linear.parameters[0] is W
    assert linear.parameters["b"] is b
    assert linear.parameters[:1] == [W]
    assert W in linear.parameters
    assert shared(1.0) not in linear.parameters
    assert repr(linear.parameters) == "Parameters([W, b])"


def test_append_annotates():
    brick = Brick("brick")
    variable = shared(1.0, name="scale")
    brick.parameters.append(variable)
    assert get_brick(variable) is brick
    assert brick.parameters["scale"] is variable
    brick.parameters.clear()
    assert len(brick.parameters) == 0


def test_expressions_are_reached_by_name_only():
    brick = Brick("brick")
    expression = shared(1.0, name="scale") * 2
    brick.parameters.add(expression, "double")
    assert brick.parameters["double"] is expression
    assert list(brick.parameters) == []


def test_refusals():
    brick = Brick("brick")
    with pytest.raises(TypeError, match="/brick: a parameter must be a variable"):
        brick.parameters.append(1.0)
    with pytest.raises(ValueError, match=r"needs a name without '/' and '.', got None"):
        brick.parameters.append(shared(1.0))
    with pytest.raises(ValueError, match="got 'a/b'"):
        brick.parameters.append(shared(1.0, name="a/b"))
    brick.parameters.append(shared(1.0, name="a"))
    with pytest.raises(ValueError, match="there is a parameter named 'a' already"):
        brick.parameters.append(shared(1.0, name="a"))


def test_a_name_that_is_not_there():
    linear = Linear(3, 2)
    with pytest.raises(ValueError, match="/linear has no parameter 'W' yet"):
        _ = linear.W
    linear.allocate()
    with pytest.raises(ValueError, match=r"no parameter 'w', only \['W', 'b'\]"):
        linear.parameters["w"]
