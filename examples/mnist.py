"""Train two multilayer perceptrons on MNIST: a small one, and one with dropout.

The small one (100 hidden units) ends at about 2 % test error; the wide one, with
dropout applied to the finished graph, below 1.6 %. Convert the four original files
once, then train:

    brickyard data convert mnist --directory DIRECTORY --output-directory DATA
    BRICKYARD_DATA_PATH=DATA python examples/mnist.py
    BRICKYARD_DATA_PATH=DATA python examples/mnist.py --wide
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pytensor import tensor as pt

from brickyard.bricks import MLP, Rectifier, Softmax
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import Constant, HeNormal
from brickyard.datasets import MNIST
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import Flatten, ScaleAndShift
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    FinishAfter,
    Printing,
    ProgressBar,
    TrainingDataMonitoring,
)
from brickyard.graph import INPUT, ComputationGraph, VariableFilter, apply_dropout
from brickyard.training import Adam, GradientDescent, MainLoop, Model
from brickyard.training.schedules import CosineSchedule

BATCH_SIZE = 128
SMALL = {"dims": [784, 100, 10], "num_epochs": 15, "rate": 0.002, "dropout": {}}
WIDE = {
    "dims": [784, 800, 800, 10],
    "num_epochs": 30,
    "rate": 0.001,
    "dropout": {0: 0.2, 1: 0.5, 2: 0.5},
}


def stream(dataset: MNIST, scheme: object) -> ScaleAndShift:
    """Return batches of flat images with pixels between 0 and 1."""
    images = Flatten(DataStream(dataset, scheme), which_sources=("features",))
    return ScaleAndShift(images, 1 / 255, 0, which_sources=("features",))


def build(
    checkpoint: Path,
    dims: list[int],
    num_epochs: int,
    rate: float,
    dropout: dict[int, float],
) -> MainLoop:
    """Assemble network, cost, algorithm, data and extensions."""
    train = MNIST(("train",), load_in_memory=True)
    test = MNIST(("test",), load_in_memory=True)

    x, y = pt.matrix("features"), pt.lmatrix("targets")
    mlp = MLP(
        [Rectifier() for _ in dims[1:-1]] + [Softmax()],
        dims,
        weights_init=HeNormal(),
        biases_init=Constant(0),
        seed=1,
    )
    mlp.initialize()
    probabilities = mlp.apply(x)
    cost = CategoricalCrossEntropy().apply(y.flatten(), probabilities)
    cost = cost.copy(name="cost")
    error = MisclassificationRate().apply(y.flatten(), probabilities)
    error = error.copy(name="error")

    graph = training_graph = ComputationGraph(cost)
    for layer, drop_prob in dropout.items():
        inputs = VariableFilter(
            roles=[INPUT], bricks=[mlp.linear_transformations[layer]]
        )
        training_graph = apply_dropout(
            training_graph, inputs(training_graph.variables), drop_prob, seed=1 + layer
        )
    (training_cost,) = training_graph.outputs

    steps = num_epochs * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=training_cost,
        parameters=graph.parameters,
        step_rule=Adam(CosineSchedule(rate, num_steps=steps)),
    )
    return MainLoop(
        algorithm,
        stream(train, ShuffledScheme(train.num_examples, BATCH_SIZE, seed=1)),
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=num_epochs),
            TrainingDataMonitoring([training_cost], prefix="train", after_epoch=True),
            DataStreamMonitoring(
                [cost, error],
                stream(test, SequentialScheme(test.num_examples, 500)),
                prefix="test",
            ),
            Checkpoint(checkpoint, every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )


def main() -> None:
    """Train the network that was asked for and print its test error."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--wide", action="store_true", help="train the wide network with dropout"
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="where to save, and to continue from (default: mnist[-wide].ckpt)",
    )
    options = parser.parse_args()
    checkpoint = options.checkpoint or Path(
        "mnist-wide.ckpt" if options.wide else "mnist.ckpt"
    )
    main_loop = build(checkpoint, **(WIDE if options.wide else SMALL))
    main_loop.run()
    error = main_loop.log.last_epoch_row["test_error"]
    print(f"test error: {100 * error:.2f} %")
    print(f"checkpoint: {checkpoint}")


if __name__ == "__main__":
    main()
