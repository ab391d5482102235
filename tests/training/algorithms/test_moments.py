import numpy as np
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate, shared
from brickyard.training.algorithms import Adam
from brickyard.training.algorithms.moments import (
    MomentsRule,
    one_minus_power,
    running_mean,
    running_moments,
)


def test_running_mean_over_steps():
    W = shared([1.0, 3.0], name="W", dtype="floatX")
    mean, updates = running_mean(Adam(), W, 1 * W, 0.5, "mean")
    function = compile([], mean, updates)
    values = [np.asarray(function()).tolist() for _ in range(3)]
    assert values == [[0.5, 1.5], [0.75, 2.25], [0.875, 2.625]]


def test_running_moments_have_two_buffers():
    W = shared([2.0], name="W", dtype="floatX")
    mean, variance, updates = running_moments(Adam(), W, 3 * W, 0.5, 0.75)
    assert [(buffer.name, value) for buffer, value in updates] == [
        ("mean", mean),
        ("variance", variance),
    ]


def test_one_minus_power():
    t = pt.constant(3.0, dtype="float32")
    assert float(evaluate(one_minus_power(0.5, t))) == 0.875


def test_corrected_root():
    variance = pt.constant(np.array([0.25, 1.0]), dtype="float64")
    correction = pt.constant(np.float32(0.5))
    root = MomentsRule(0.1, 0.9, 0.999, 0.125).corrected_root(variance, correction)
    assert root.type.dtype == "float64"
    assert evaluate(root).tolist() == [1.125, 2.125]
