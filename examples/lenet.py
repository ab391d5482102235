"""Train LeNet on MNIST: two convolutions with pooling, two fully connected layers.

Convert the four original files once, then train:

    brickyard data convert mnist --directory DIRECTORY --output-directory DATA
    BRICKYARD_DATA_PATH=DATA python examples/lenet.py

Stop it and start it again: it continues.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pytensor import tensor as pt

from brickyard.bricks import (
    MLP,
    Convolutional,
    ConvolutionalSequence,
    Flattener,
    MaxPooling,
    Rectifier,
    Sequence,
    Softmax,
)
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import Constant, HeNormal
from brickyard.datasets import MNIST, IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import ScaleAndShift
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
IMAGE = (1, 28, 28)
NUM_FILTERS, NUM_HIDDEN = (20, 50), 500


def stream(dataset: IndexableDataset | MNIST, scheme: object) -> ScaleAndShift:
    """Return batches of images with pixels between 0 and 1."""
    return ScaleAndShift(
        DataStream(dataset, scheme), 1 / 255, 0, which_sources=("features",)
    )


def network() -> tuple[Sequence, MLP]:
    """Return the initialized network, and the part of it that is fully connected."""
    channels, *image_size = IMAGE
    initial = {"weights_init": HeNormal(), "biases_init": Constant(0), "seed": 1}
    layers = [
        layer
        for filters in NUM_FILTERS
        for layer in (Convolutional((5, 5), filters), Rectifier(), MaxPooling((2, 2)))
    ]
    convolutions = ConvolutionalSequence(
        layers, channels, image_size=tuple(image_size), **initial
    )
    filters, height, width = convolutions.get_dim("output")
    mlp = MLP(
        [Rectifier(), Softmax()], [filters * height * width, NUM_HIDDEN, 10], **initial
    )
    lenet = Sequence([convolutions, Flattener(), mlp], name="lenet")
    lenet.initialize()
    return lenet, mlp


def build(
    checkpoint: Path,
    train: IndexableDataset | MNIST,
    test: IndexableDataset | MNIST,
    num_epochs: int,
) -> MainLoop:
    """Assemble network, cost, algorithm, data and extensions."""
    x, y = pt.tensor("features", shape=(None, *IMAGE)), pt.lmatrix("targets")
    lenet, mlp = network()
    probabilities = lenet.apply(x)
    cost = CategoricalCrossEntropy().apply(y.flatten(), probabilities)
    cost = cost.copy(name="cost")
    error = MisclassificationRate().apply(y.flatten(), probabilities)
    error = error.copy(name="error")

    graph = ComputationGraph(cost)
    hidden = VariableFilter(roles=[INPUT], bricks=[mlp.linear_transformations[1]])
    training_graph = apply_dropout(graph, hidden(graph.variables), 0.5, seed=1)
    (training_cost,) = training_graph.outputs

    steps = num_epochs * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=training_cost,
        parameters=graph.parameters,
        step_rule=Adam(CosineSchedule(0.002, num_steps=steps)),
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
    """Train, and print the test error."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--epochs", type=int, default=8, help="8 by default")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=Path("lenet.ckpt"),
        help="where to save, and to continue from (lenet.ckpt)",
    )
    options = parser.parse_args()
    main_loop = build(
        options.checkpoint, MNIST(("train",)), MNIST(("test",)), options.epochs
    )
    main_loop.run()
    error = main_loop.log.last_epoch_row["test_error"]
    print(f"test error: {100 * error:.2f} %")
    print(f"checkpoint: {options.checkpoint}")


if __name__ == "__main__":
    main()
