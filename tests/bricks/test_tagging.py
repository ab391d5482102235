import pytest
from pytensor import tensor as pt

from brickyard.bricks import Brick, Tanh, application
from brickyard.bricks.cost import SquaredError
from brickyard.graph import COST, OUTPUT

x = pt.vector("x")


class Returning(Brick):
    def __init__(self, value):
        super().__init__()
        self.value = value

    @application
    def anything(self, input_):
        return self.value

    @application(outputs=["one", "two"])
    def two(self, input_):
        return self.value

    @application
    def variadic(self, *args):
        return args[1]


def test_undeclared_outputs_are_numbered():
    outputs = Returning((x, x + 1)).anything(x)
    assert [v.tag.name for v in outputs] == ["output_0", "output_1"]
    assert Returning([x]).anything(x).tag.name == "output"


def test_an_input_that_is_returned_stays_as_it_is():
    output = Returning(x).anything(x)
    assert output is not x
    assert not hasattr(x.tag, "roles")
    assert output.tag.roles == [OUTPUT]


def test_variadic_inputs_are_numbered():
    output = Returning(None).variadic(x, x + 1)
    assert output.owner.inputs[0].tag.name == "args_1"


def test_returning_something_else():
    with pytest.raises(
        TypeError, match=r"/returning.anything must return variables, g"
    ):
        Returning(3).anything(x)
    with pytest.raises(TypeError, match="got None of type NoneType"):
        Returning(None).anything(x)


def test_returning_another_number_of_outputs():
    with pytest.raises(
        ValueError, match=r"/returning.two declares the outputs \['one', 'two'\], but r"
    ):
        Returning([x]).two(x)


def test_outputs_have_the_roles_that_the_brick_says():
    class Loss(Brick):
        def output_roles(self, application_name, output):
            return [COST] if (application_name, output.ndim) == ("apply", 0) else []

        @application
        def apply(self, x):
            return x, x.sum()

        @application
        def other(self, x):
            return x.sum()

    x = pt.vector("x")
    roles = [output.tag.roles for output in [*Loss().apply(x), Loss().other(x)]]
    assert roles == [[OUTPUT], [OUTPUT, COST], [OUTPUT]]


def test_a_brick_is_no_input():
    cost = SquaredError()
    with pytest.raises(
        TypeError, match=r"/squarederror.cost_matrix .* brick /tanh as y_hat"
    ):
        cost.apply(pt.matrix("y"), Tanh())
