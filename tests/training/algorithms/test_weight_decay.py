import pytest

from brickyard.backends import shared
from brickyard.training.algorithms import AdamW, Lion


@pytest.mark.parametrize("rule", [AdamW, Lion])
def test_parameters_must_be_trained(rule):
    W, V = shared([1.0], name="W"), shared([1.0], name="V")
    with pytest.raises(ValueError, match=f"{rule.__name__}: parameters holds V, which"):
        rule(parameters=[V]).compute_steps({W: 1 * W})


@pytest.mark.parametrize("rule", [AdamW, Lion])
def test_parameters_must_be_a_list(rule):
    with pytest.raises(TypeError, match=r"must be a list of parameters.*pass \[W\]"):
        rule(parameters=shared([1.0], name="W"))


def test_all_parameters_by_default():
    W, b = shared([1.0], name="W"), shared([1.0], name="b")
    assert AdamW().decayed.among({W: W, b: b}) == {W, b}
