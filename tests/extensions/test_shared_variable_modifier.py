"""Changing shared variables."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.extensions import FinishAfter, SharedVariableModifier
from brickyard.testing.extensions import check_extension, idle_main_loop


def run(modifier, epochs=2):
    idle_main_loop([modifier, FinishAfter(after_n_epochs=epochs)], 3).run()


def make_rate(value=1.0):
    return shared(value, name="rate", dtype="float32")


def test_function_of_the_count():
    rate = make_rate()
    run(SharedVariableModifier(rate, lambda n: 1 / n))
    assert rate.get_value() == np.float32(1 / 6)


def test_function_of_count_and_value():
    rate = make_rate()
    run(SharedVariableModifier(rate, lambda n, old: old * 0.5, after_epoch=True))
    assert rate.get_value() == 0.25
    assert rate.get_value().dtype == "float32"


def test_number_of_arguments_can_be_given():
    rate = make_rate()
    run(SharedVariableModifier(rate, lambda *args: len(args), num_args=2))
    assert rate.get_value() == 2


def test_defaults_of_the_function_are_left_alone():
    rate = make_rate()
    assert SharedVariableModifier(rate, lambda n, base=2: n).num_args == 1


def test_resumes_exactly():
    check_extension(
        lambda: SharedVariableModifier(make_rate(), lambda n, old: old * 0.9 + n)
    )


def test_errors():
    rate = make_rate()
    with pytest.raises(TypeError, match="modifies a shared variable, got rate"):
        SharedVariableModifier(pt.scalar("rate"), lambda n: n)
    with pytest.raises(TypeError, match=r"1 argument .* or 2 .*, not with 3"):
        SharedVariableModifier(rate, lambda a, b, c: 0)
    with pytest.raises(TypeError, match=r"cannot see how many arguments .* num_args"):
        SharedVariableModifier(rate, 5)
    with pytest.raises(
        ValueError, match=r"shape \(2,\) for 'rate', which has shape \("
    ):
        run(SharedVariableModifier(rate, lambda n: [1, 2]))
    with pytest.raises(TypeError, match=r"must return a number .* 'rate', got 'low'"):
        run(SharedVariableModifier(rate, lambda n: "low"))
    with pytest.raises(ValueError, match=r"has int64 of shape \(\) for 'rate'"):
        SharedVariableModifier(rate, lambda n: n).set_state({"value": np.int64(1)})
