import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import MLP, Brick, Merge, application

x = pt.vector("x")


class Mixed(Brick):
    @application
    def fixed(self, left, right):
        return left + right

    @application
    def undeclared(self, **kwargs):
        return kwargs["anything"]

    @application
    def routed(self, first, **rest):
        return first + rest["second"]

    @routed.property("inputs")
    def routed_inputs(self):
        return ["first", "second"]


def test_too_few_and_too_many():
    with pytest.raises(
        TypeError,
        match=r"/mixed.fixed takes the inputs \(left, right\): missing .*'right'",
    ):
        Mixed().fixed(x)
    with pytest.raises(TypeError, match=r"too many positional arguments"):
        Mixed().fixed(x, x, x)
    with pytest.raises(TypeError, match=r"/mixed.routed .* got 3 positional inputs"):
        Mixed().routed(x, x, x)


def test_unknown_names():
    with pytest.raises(TypeError, match=r"got 'rigth', did you mean 'right'\?"):
        Mixed().fixed(x, rigth=x)
    with pytest.raises(
        TypeError, match=r"unexpected 'secund'; got 'secund', did you mean 'second'\?"
    ):
        Mixed().routed(x, secund=x)


def test_positional_arguments_stand_for_declared_names():
    merge = Merge(["a", "b"], [2, 3], 4)
    output = merge.apply(pt.matrix(shape=(None, 2)), pt.matrix(shape=(None, 3)))
    assert output.type.shape == (None, 4)
    with pytest.raises(TypeError, match=r"got multiple values for 'b'"):
        merge.apply(pt.matrix(), pt.matrix(), b=pt.matrix())


def test_anything_goes_where_nothing_is_declared():
    assert Mixed().undeclared(anything=x).type == x.type


def test_options_pass_through():
    class Options(Mixed):
        @application
        def routed(self, first, **rest):
            return first + 1 if rest["add"] else first

        @routed.property("inputs")
        def routed_inputs(self):
            return ["first"]

    assert Options().routed(x, add=True).type == x.type


def test_named_arguments_of_variadic_methods():
    mlp = MLP([None], [2, 3])
    output = mlp.apply(input_=pt.matrix("x"))
    assert output.type.shape == (None, 3)
    with pytest.raises(TypeError, match=r"/mlp.apply takes the inputs \(input_\): got"):
        mlp.apply(inputs=pt.matrix("x"))


def test_options_take_no_positional_inputs():
    class Sum(Brick):
        @application
        def apply(self, *, scale=1, **terms):
            return scale * sum(terms.values())

        @apply.property("inputs")
        def apply_inputs(self):
            return ["left", "right"]

    x, y = pt.scalars("x", "y")
    assert evaluate(Sum().apply(x, y, scale=2), {x: 1, y: 2}) == 6
