import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.training import GradientDescent
from brickyard.training.algorithms.choices import check_choice


def test_a_choice_is_returned():
    assert check_choice("GD", "on_nan", "skip", ["raise", "skip"]) == "skip"


def test_anything_else_is_refused_with_the_near_match():
    message = "GD: on_nan must be one of 'raise', 'skip', got 'skipp'; did you mean 'sk"
    with pytest.raises(ValueError, match=message):
        check_choice("GD", "on_nan", "skipp", ["raise", "skip"])


@pytest.mark.parametrize("argument", ["on_nan", "on_unused_sources"])
def test_algorithms_check_their_options(argument):
    a = shared(0.0, "a", dtype="floatX")
    cost = (pt.scalar("x") - a) ** 2
    with pytest.raises(ValueError, match=f"{argument} must be one of 'raise', "):
        GradientDescent(cost=cost, parameters=[a], **{argument: "warm"})
