import pytest

from brickyard.backends import shared
from brickyard.training.algorithms import Scale, StepRule
from brickyard.training.algorithms.step_rule import snake_case


def test_compute_steps_asks_for_each_step():
    class Double(StepRule):
        def compute_step(self, parameter, previous_step):
            return 2 * previous_step, [(count, count + 1)]

    W, b, count = (shared([1.0], name=name) for name in ("W", "b", "count"))
    steps, updates = Double().compute_steps({W: 1 * W, b: 1 * b})
    assert list(steps) == [W, b]
    assert len(updates) == 2


def test_a_rule_must_compute_something():
    class Nothing(StepRule):
        """Overrides neither method."""

    W = shared([1.0], name="W")
    with pytest.raises(NotImplementedError, match="Nothing must override compute_step"):
        Nothing().compute_step(W, W)
    with pytest.raises(NotImplementedError, match="Nothing must override compute_step"):
        Nothing().compute_steps({W: W})


def test_names():
    rule = Scale()
    assert rule.name == "scale"
    rule.name = "outer_scale"
    assert rule.name == "outer_scale"
    assert snake_case("RMSProp") == "rms_prop"
    assert snake_case("AMSGrad") == "ams_grad"


def test_a_pair_must_be_returned():
    class Halve(StepRule):
        def compute_step(self, parameter, previous_step):
            return previous_step / 2

    W = shared([1.0], name="W", dtype="floatX")
    with pytest.raises(TypeError, match=r"Halve.compute_step must return a pair"):
        Halve().compute_steps({W: W})
