import pytest
from pytensor import tensor as pt

from brickyard.bricks import Brick, Linear, Tanh, application
from brickyard.bricks.calls import ApplicationCall, has_parameters


class Caller(Brick):
    def __init__(self, other, **kwargs):
        super().__init__(**kwargs)
        self.other = other

    @application
    def apply(self, input_):
        return self.other.apply(input_)


x = pt.matrix("x")


def test_only_bricks_below_may_have_parameters():
    with pytest.raises(
        ValueError, match=r"/caller.apply calls /linear.apply, a brick with parameters"
    ):
        Caller(Linear(2, 2)).apply(x)
    Caller(Tanh()).apply(x)
    linear = Linear(2, 2)
    middle = Brick("middle", [linear])
    Caller(linear, children=[middle]).apply(x)


def test_an_error_does_not_leave_the_call_open():
    with pytest.raises(ValueError, match="not among its children"):
        Caller(Linear(2, 2)).apply(x)
    Linear(2, 2).apply(x)


def test_has_parameters():
    root = Brick("root", [Linear(2, 2)])
    assert not has_parameters(root)
    root.allocate()
    assert has_parameters(root)


def test_a_call_prints_as_its_path_at_that_time():
    tanh = Tanh()
    call = ApplicationCall(tanh.apply, call_id=7)
    assert call.metadata == {"call_id": 7}
    Brick("root", [tanh])
    assert str(call) == "/root/tanh.apply"
