import pytest

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms import BasicMomentum, Restrict, Scale


def test_others_pass_unchanged_and_keep_their_place():
    W, b, V = (shared([1.0], name=name) for name in "WbV")
    gradients = {W: 1 * W, b: 1 * b, V: 1 * V}
    steps, updates = Restrict(BasicMomentum(0.5), [V, W]).compute_steps(gradients)
    assert list(steps) == [W, b, V]
    assert steps[b] is gradients[b]
    assert [buffer.tag.for_parameter for buffer, _ in updates] == [W, V]


def test_values():
    W, b = shared([1.0], name="W"), shared([1.0], name="b")
    steps, _ = Restrict(Scale(0.5), [b]).compute_steps({W: 4 * W, b: 4 * b})
    assert [v.tolist() for v in evaluate(list(steps.values()))] == [[4.0], [2.0]]


def test_unknown_variable():
    W, V = shared([1.0], name="W"), shared([1.0], name="V")
    with pytest.raises(
        ValueError, match=r"Restrict: variables holds V, which is not .*W"
    ):
        Restrict(Scale(), [V]).compute_steps({W: W})


def test_wrong_kinds():
    with pytest.raises(TypeError, match=r"must be a list of parameters.*pass \[W\]"):
        Restrict(Scale(), shared([1.0], name="W"))
    with pytest.raises(TypeError, match="Restrict: a step rule must be an instance"):
        Restrict(Scale, [])
