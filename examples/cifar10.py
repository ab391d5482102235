"""Train a convolutional network with batch normalization on CIFAR-10.

Each epoch sees every image shifted and mirrored in another way. Convert the original
files once, `--partial` where some are missing, then train:

    brickyard data convert cifar10 --directory DIRECTORY --output-directory DATA
    BRICKYARD_DATA_PATH=DATA python examples/cifar10.py
    BRICKYARD_DATA_PATH=DATA python examples/cifar10.py --inception

Stop it and start it again: it continues.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from pytensor import tensor as pt

from brickyard.bricks import (
    MLP,
    Convolutional,
    ConvolutionalSequence,
    Flattener,
    GlobalAveragePooling,
    Inception,
    MaxPooling,
    Rectifier,
    Sequence,
    Softmax,
    SpatialBatchNormalization,
)
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import Constant, HeNormal
from brickyard.datasets import CIFAR10, IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import AbstractDataStream, DataStream
from brickyard.datasets.transformers import (
    RandomFixedSizeCrop,
    RandomHorizontalFlip,
    ScaleAndShift,
)
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    FinishAfter,
    Printing,
    ProgressBar,
    TrainingDataMonitoring,
)
from brickyard.graph import (
    INPUT,
    ComputationGraph,
    VariableFilter,
    apply_batch_normalization,
    apply_dropout,
    get_batch_normalization_updates,
    moving_averages,
)
from brickyard.training import Adam, GradientDescent, MainLoop, Model
from brickyard.training.schedules import CosineSchedule

BATCH_SIZE = 128
IMAGE = (3, 32, 32)
IMAGES = {"which_sources": ("features",)}


def scaled(images: AbstractDataStream) -> ScaleAndShift:
    """Return batches with pixels of mean 0 and standard deviation 1, about."""
    return ScaleAndShift(images, 1 / 64, -120 / 64, **IMAGES)


def augmented(images: AbstractDataStream, padding: int) -> RandomHorizontalFlip:
    """Return batches of images shifted by up to `padding` pixels, half mirrored."""
    shifted = RandomFixedSizeCrop(images, IMAGE[1:], padding=padding, seed=1, **IMAGES)
    return RandomHorizontalFlip(shifted, seed=2, **IMAGES)


def plain() -> ConvolutionalSequence:
    """Return three convolutions, each with pooling and batch normalization."""
    layers = []
    for filters in (32, 64, 128):
        layers += [
            Convolutional((3, 3), filters, border_mode="half", use_bias=False),
            MaxPooling((2, 2)),
            SpatialBatchNormalization(),
            Rectifier(),
        ]
    return ConvolutionalSequence(layers, IMAGE[0], image_size=IMAGE[1:])


def inception() -> ConvolutionalSequence:
    """Return a convolution and three inception modules, batches normalized between."""
    layers = [
        Convolutional((3, 3), 32, border_mode="half", use_bias=False),
        MaxPooling((2, 2)),
        SpatialBatchNormalization(),
        Rectifier(),
        Inception(32, 32, 48, 8, 16, 16),
        MaxPooling((2, 2)),
        SpatialBatchNormalization(),
        Inception(48, 48, 96, 16, 32, 32),
        SpatialBatchNormalization(),
        Inception(64, 48, 96, 16, 48, 48),
        SpatialBatchNormalization(),
        GlobalAveragePooling(),
    ]
    return ConvolutionalSequence(layers, IMAGE[0], image_size=IMAGE[1:])


def initialized(convolutions: ConvolutionalSequence, hidden: list[int]) -> Sequence:
    """Return the initialized network: convolutions, then fully connected layers."""
    dim = convolutions.get_dim("output")
    features = math.prod(dim) if isinstance(dim, tuple) else dim
    mlp = MLP([Rectifier() for _ in hidden] + [Softmax()], [features, *hidden, 10])
    for part in (convolutions, mlp):
        part.weights_init, part.biases_init = HeNormal(), Constant(0)
        part.seed = 1
    network = Sequence([convolutions, Flattener(), mlp], name="network")
    network.initialize()
    return network


def build(
    network: Sequence,
    checkpoint: Path,
    train: IndexableDataset | CIFAR10,
    test: IndexableDataset | CIFAR10,
    num_epochs: int,
) -> MainLoop:
    """Assemble cost, algorithm, data and extensions."""
    x, y = pt.tensor("features", shape=(None, *IMAGE)), pt.lmatrix("targets")
    probabilities = network.apply(x)
    cost = CategoricalCrossEntropy().apply(y.flatten(), probabilities)
    cost = cost.copy(name="cost")
    error = MisclassificationRate().apply(y.flatten(), probabilities)
    accuracy = (1 - error).copy(name="accuracy")

    graph = ComputationGraph(cost)
    linear = network.children[-1].linear_transformations
    inputs = VariableFilter(roles=[INPUT], bricks=linear)
    training_graph = apply_dropout(graph, inputs(graph.variables), 0.3, seed=1)
    training_graph = apply_batch_normalization(training_graph)
    (training_cost,) = training_graph.outputs

    steps = num_epochs * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=training_cost,
        parameters=graph.parameters,
        step_rule=Adam(CosineSchedule(0.003, num_steps=steps)),
    )
    algorithm.add_updates(
        moving_averages(get_batch_normalization_updates(training_graph), 0.9)
    )
    shuffled = ShuffledScheme(train.num_examples, BATCH_SIZE, seed=1)
    in_order = SequentialScheme(test.num_examples, 500)
    return MainLoop(
        algorithm,
        scaled(augmented(DataStream(train, shuffled), padding=4)),
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=num_epochs),
            TrainingDataMonitoring([training_cost], prefix="train", after_epoch=True),
            DataStreamMonitoring(
                [cost, accuracy], scaled(DataStream(test, in_order)), prefix="test"
            ),
            Checkpoint(checkpoint, every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )


def main() -> None:
    """Train, and print the test accuracy."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--inception", action="store_true", help="train the net of inception modules"
    )
    parser.add_argument("--epochs", type=int, default=25, help="25 by default")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="where to save, and to continue from (default: cifar10[-inception].ckpt)",
    )
    options = parser.parse_args()
    checkpoint = options.checkpoint or Path(
        "cifar10-inception.ckpt" if options.inception else "cifar10.ckpt"
    )
    network = (
        initialized(inception(), [])
        if options.inception
        else initialized(plain(), [256])
    )
    main_loop = build(
        network, checkpoint, CIFAR10(("train",)), CIFAR10(("test",)), options.epochs
    )
    main_loop.run()
    accuracy = main_loop.log.last_epoch_row["test_accuracy"]
    print(f"test accuracy: {100 * accuracy:.1f} %")
    print(f"checkpoint: {checkpoint}")


if __name__ == "__main__":
    main()
