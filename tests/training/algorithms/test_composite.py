import numpy as np
import pytest

from brickyard.backends import evaluate, shared
from brickyard.training.algorithms import CompositeRule, Scale, StepClipping


def test_rules_act_in_order():
    W = shared([3.0, 4.0], name="W", dtype="floatX")
    clip_last = CompositeRule([Scale(2), StepClipping(1.0)])
    clip_first = CompositeRule([StepClipping(1.0), Scale(2)])
    np.testing.assert_allclose(
        evaluate(clip_last.compute_step(W, 1 * W)[0]), [0.6, 0.8], rtol=1e-6
    )
    np.testing.assert_allclose(
        evaluate(clip_first.compute_step(W, 1 * W)[0]), [1.2, 1.6], rtol=1e-6
    )


def test_no_components():
    with pytest.raises(ValueError, match="CompositeRule: components is empty"):
        CompositeRule([])


def test_components_must_be_rules():
    with pytest.raises(TypeError, match="must have a method compute_steps, got 3"):
        CompositeRule([Scale(), 3])
    with pytest.raises(TypeError, match=r"got the class Scale; call it: Scale\(\)"):
        CompositeRule([Scale])
    with pytest.raises(TypeError, match=r"got one, Scale; pass \[Scale\(\.\.\.\)\]"):
        CompositeRule(Scale(0.1))
