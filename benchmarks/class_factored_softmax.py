"""A training step of an output over 10,000 words: factored through classes, and full.

1,000 positions of 200 features, words that occur as Zipf says, float32, plain SGD on
the parameters of the output; the gradient by the features is computed too.
"""

from __future__ import annotations

import numpy as np
from harness import measure

WORDS, DIM, POSITIONS = 10_000, 200, 1_000
RATE = 0.1


def data():
    """Return features, words and how often each word occurs."""
    rng = np.random.default_rng(0)
    counts = 1e6 / np.arange(1, WORDS + 1)
    words = rng.choice(WORDS, size=POSITIONS, p=counts / counts.sum())
    return rng.normal(size=(POSITIONS, DIM)).astype("float32"), words, counts


def side(build):
    """Return a function that prepares a training step of an output brick."""

    def prepare():
        from pytensor import tensor as pt

        from brickyard.backends import compile as compile_graph
        from brickyard.graph import ComputationGraph

        features, words, counts = data()
        x, y = pt.matrix("features"), pt.lvector("words")
        cost = build(x, y, counts)
        parameters = ComputationGraph(cost).parameters
        *gradients, by_x = pt.grad(cost, [*parameters, x])
        step = compile_graph(
            [x, y],
            [cost, by_x.sum()],
            updates=[
                (parameter, parameter - RATE * gradient)
                for parameter, gradient in zip(parameters, gradients, strict=True)
            ],
        )

        def run(steps: int) -> None:
            for _ in range(steps):
                cost_value, _ = step(features, words)
            np.asarray(cost_value)
            parameters[0].get_value()

        return run

    return prepare


def factored(x, y, counts):
    """Return the cost of words factored through equally large classes."""
    from brickyard.bricks.class_factored_softmax import (
        ClassFactoredSoftmax,
        equal_size_classes,
    )
    from brickyard.bricks.initialization import Constant, IsotropicGaussian

    output = ClassFactoredSoftmax(
        DIM,
        equal_size_classes(counts),
        weights_init=IsotropicGaussian(0.01),
        biases_init=Constant(0),
    )
    output.initialize()
    return output.cost(x, y)


def full(x, y, counts):
    """Return the cost of words by a softmax over all of them."""
    from brickyard.bricks import Linear, Softmax
    from brickyard.bricks.initialization import Constant, IsotropicGaussian

    linear = Linear(
        DIM, WORDS, weights_init=IsotropicGaussian(0.01), biases_init=Constant(0)
    )
    linear.initialize()
    return Softmax().categorical_cross_entropy(y, linear.apply(x)).mean()


if __name__ == "__main__":
    measure(
        "class-factored softmax, 10000 words, 200 features, 1000 positions",
        {"factored": side(factored), "full": side(full)},
        limits={"full": 0.2},
        rounds=7,
    )
