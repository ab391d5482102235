import numpy as np

from brickyard.backends import compile, shared
from brickyard.training.algorithms import Adam
from brickyard.training.algorithms.moments import running_mean, running_moments


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
