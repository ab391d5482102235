"""Train a classifier of handwritten digits; stop it, start it again, it continues.

1,797 real digits of 8 x 8 pixels come with the package. Interrupt the run with Ctrl-C
(once: after this epoch, twice: after this batch) or kill it: the same command
continues from the last checkpoint and ends with the same bits.

    python examples/digits.py --output output
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pytensor import tensor as pt

from brickyard.bricks import MLP, Rectifier, Softmax
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import Constant, HeNormal
from brickyard.datasets import Digits
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import Flatten, ScaleAndShift
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    FinishAfter,
    LearningCurve,
    Printing,
    ProgressBar,
    TrainingDataMonitoring,
)
from brickyard.graph import INPUT, ComputationGraph, VariableFilter, apply_dropout
from brickyard.training import Adam, GradientDescent, MainLoop, Model
from brickyard.training.schedules import CosineSchedule

BATCH_SIZE = 64
NUM_EPOCHS = 30


def stream(dataset: Digits, scheme: object) -> ScaleAndShift:
    """Return batches of flat images with pixels between 0 and 1."""
    images = Flatten(DataStream(dataset, scheme), which_sources=("features",))
    return ScaleAndShift(images, 1 / 16, 0, which_sources=("features",))


def build(output: Path) -> MainLoop:
    """Assemble network, cost, algorithm, data and extensions."""
    train, test = Digits(("train",)), Digits(("test",))

    x, y = pt.matrix("features"), pt.lmatrix("targets")
    mlp = MLP(
        [Rectifier(), Softmax()],
        [64, 128, 10],
        weights_init=HeNormal(),
        biases_init=Constant(0),
        seed=1,
    )
    mlp.initialize()
    probabilities = mlp.apply(x)
    cost = CategoricalCrossEntropy().apply(y.flatten(), probabilities).copy(name="cost")
    error = MisclassificationRate().apply(y.flatten(), probabilities).copy(name="error")

    graph = ComputationGraph(cost)
    hidden = VariableFilter(roles=[INPUT], bricks=mlp.linear_transformations[1:])
    training_graph = apply_dropout(graph, hidden(graph.variables), 0.3, seed=1)
    (training_cost,) = training_graph.outputs

    steps = NUM_EPOCHS * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=training_cost,
        parameters=graph.parameters,
        step_rule=Adam(CosineSchedule(0.003, num_steps=steps)),
    )
    return MainLoop(
        algorithm,
        stream(train, ShuffledScheme(train.num_examples, BATCH_SIZE, seed=1)),
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=NUM_EPOCHS),
            TrainingDataMonitoring([training_cost], prefix="train", after_epoch=True),
            DataStreamMonitoring(
                [cost, error],
                stream(test, SequentialScheme(test.num_examples, 360)),
                prefix="test",
            ),
            Checkpoint(output / "digits.ckpt", every_n_epochs=1, resume=True),
            LearningCurve(output / "digits.png", ["train_cost", "test_cost"]),
            ProgressBar(),
            Printing(),
        ],
    )


def main() -> None:
    """Train, then say how well it went and where everything is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("output"),
        help="directory for the checkpoint and the picture (default: output)",
    )
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    main_loop = build(output)
    main_loop.run()
    error = main_loop.log.last_epoch_row["test_error"]
    print(f"held-out error: {100 * error:.2f} %")
    print(f"checkpoint:     {output / 'digits.ckpt'}")
    print(f"learning curve: {output / 'digits.png'}")


if __name__ == "__main__":
    main()
