import pytest

from brickyard.backends import shared
from brickyard.training.algorithms import (
    Adam,
    CompositeRule,
    Momentum,
    Restrict,
    Scale,
    StepRule,
    add_buffer,
)
from brickyard.training.algorithms.state_names import StateNames, numbered


def names_of(rule, *names):
    parameters = [shared([1.0], name=name) for name in names]
    steps, updates = rule.compute_steps({p: 1 * p for p in parameters})
    updates = [*((p, p - step) for p, step in steps.items()), *updates]
    return StateNames("Test", updates, {p: f"/mlp.{p.name}" for p in parameters})


def test_names_of_buffers_and_rates():
    names = names_of(Adam(), "W", "b")
    assert list(names.buffers) == [
        "/mlp.W/adam/mean",
        "/mlp.W/adam/variance",
        "/mlp.b/adam/mean",
        "/mlp.b/adam/variance",
        "adam/step",
    ]
    assert list(names.hyperparameters) == ["adam/learning_rate"]
    assert names.others == {}


def test_rules_of_one_name_are_numbered():
    names = names_of(CompositeRule([Momentum(0.1, 0.9), Momentum(0.2, 0.5)]), "W")
    assert list(names.buffers) == [
        "/mlp.W/basic_momentum_0/velocity",
        "/mlp.W/basic_momentum_1/velocity",
    ]
    assert sorted(names.hyperparameters) == [
        "basic_momentum_0/momentum",
        "basic_momentum_1/momentum",
        "scale_0/learning_rate",
        "scale_1/learning_rate",
    ]


def test_an_assigned_name_stays():
    rule = Adam()
    rule.name = "of_the_encoder"
    assert "W" not in names_of(rule, "W").buffers
    assert "/mlp.W/of_the_encoder/mean" in names_of(rule, "W").buffers


def test_a_rate_of_the_user_has_its_own_name():
    rate = shared(0.5, name="my_rate")
    names = names_of(CompositeRule([Scale(rate), Scale(rate)]), "W")
    assert names.hyperparameters == {"my_rate": rate}


def test_the_same_names_for_the_same_rules():
    W, V = shared([1.0], name="W"), shared([1.0], name="V")

    def names():
        rule = CompositeRule([Restrict(Adam(), [W]), Restrict(Adam(), [V])])
        _, updates = rule.compute_steps({W: 1 * W, V: 1 * V})
        return list(StateNames("Test", updates, {W: "W", V: "V"}).buffers)

    assert names() == names()
    assert "V/adam_1/mean" in names()


def test_two_buffers_of_one_name():
    class Twice(StepRule):
        def compute_step(self, parameter, previous_step):
            buffers = [add_buffer(self, parameter, "mean") for _ in range(2)]
            return previous_step, [(buffer, buffer + 1) for buffer in buffers]

    with pytest.raises(
        ValueError, match=r"Test: two buffers are called '/mlp.W/twice/me"
    ):
        names_of(Twice(), "W")


def test_other_updates_are_numbered():
    first, second, third = shared(0, name="n"), shared(0), shared(0, name="n")
    assert numbered([first, second, third]) == {
        "n_0": first,
        "nameless": second,
        "n_1": third,
    }
