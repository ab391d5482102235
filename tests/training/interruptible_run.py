"""A small two-epoch training run that a test kills and resumes; run as a script.

usage: interruptible_run.py DIRECTORY BACKEND [KILL_AFTER_BATCH]

It trains with shuffling, dropout, Adam with a schedule, early stopping and an SQLite
log, checkpoints after every batch, and writes what happened into the directory.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
from pytensor import tensor as pt

from brickyard.backends import set_default_backend
from brickyard.bricks import MLP, Rectifier, Softmax
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    EarlyStopping,
    FinishAfter,
    SimpleExtension,
    TrainingDataMonitoring,
)
from brickyard.graph import INPUT, ComputationGraph, VariableFilter, apply_dropout
from brickyard.training import Adam, GradientDescent, MainLoop, Model
from brickyard.training.log import SQLiteLog
from brickyard.training.schedules import CosineSchedule

NUM_EXAMPLES, BATCH_SIZE, EPOCHS = 40, 8, 2


class Witness(SimpleExtension):
    """Writes down a digest of every batch, and ends the process before a given one."""

    def __init__(self, path: Path, kill_after: int | None) -> None:
        super().__init__(before_batch=True)
        self.path = path
        self.kill_after = kill_after

    def do(self, which_callback, *args):
        batch = args[0]
        done = self.main_loop.status["iterations_done"]
        if done == self.kill_after:
            os._exit(9)
        digest = sha256(b"".join(batch[name].tobytes() for name in sorted(batch)))
        with self.path.open("a") as file:
            file.write(f"{done} {digest.hexdigest()}\n")


def build(directory: Path, kill_after: int | None) -> MainLoop:
    """Assemble the run; the same in every process."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(NUM_EXAMPLES, 5)).astype("float32")
    targets = rng.integers(0, 3, NUM_EXAMPLES)
    data = IndexableDataset({"features": features, "targets": targets})
    x, y = pt.matrix("features"), pt.lvector("targets")
    mlp = MLP(
        [Rectifier(), Softmax()],
        [5, 7, 3],
        weights_init=IsotropicGaussian(0.3),
        biases_init=Constant(0),
        seed=1,
    )
    mlp.initialize()
    probabilities = mlp.apply(x)
    cost = CategoricalCrossEntropy().apply(y, probabilities).copy(name="cost")
    error = MisclassificationRate().apply(y, probabilities).copy(name="error")
    graph = ComputationGraph(cost)
    inputs = VariableFilter(roles=[INPUT], bricks=mlp.linear_transformations)
    noisy = apply_dropout(graph, inputs(graph.variables), 0.3, seed=3)
    algorithm = GradientDescent(
        cost=noisy.outputs[0],
        parameters=graph.parameters,
        step_rule=Adam(CosineSchedule(0.05, num_steps=12)),
    )
    test = DataStream(data, SequentialScheme(NUM_EXAMPLES, 16))
    return MainLoop(
        algorithm,
        DataStream(data, ShuffledScheme(NUM_EXAMPLES, BATCH_SIZE, seed=5)),
        model=Model(cost),
        log=SQLiteLog(directory / "log.sqlite"),
        extensions=[
            TrainingDataMonitoring(
                [noisy.outputs[0]], prefix="train", after_batch=True
            ),
            TrainingDataMonitoring([error], prefix="epoch", after_epoch=True),
            DataStreamMonitoring([cost, error], test, prefix="test", every_n_batches=2),
            EarlyStopping("test_cost", iterations=4, every_n_batches=2),
            FinishAfter(after_n_epochs=EPOCHS),
            Checkpoint(
                directory / "run.ckpt",
                every_n_batches=1,
                resume=True,
            ),
            Witness(directory / "batches.txt", kill_after),
        ],
    )


def main() -> None:
    """Train, then write down the final state."""
    directory, backend = Path(sys.argv[1]), sys.argv[2]
    kill_after = int(sys.argv[3]) if len(sys.argv) > 3 else None
    set_default_backend(backend)
    main_loop = build(directory, kill_after)
    main_loop.run()
    log = main_loop.log
    # The one record that names the directory is left out.
    rows = {
        str(time): {k: v for k, v in log[time].items() if k != "saved_to"}
        for time in log
    }
    state = {**main_loop.get_state(), "rows": rows}
    arrays = {}

    def plain(node, path):
        if isinstance(node, dict):
            return {k: plain(v, f"{path}/{k}") for k, v in node.items()}
        if isinstance(node, list | tuple):
            return [plain(v, f"{path}/{i}") for i, v in enumerate(node)]
        if isinstance(node, np.ndarray | np.generic):
            arrays[path] = [str(node.dtype), np.asarray(node).tobytes().hex()]
            return "array"
        return node if isinstance(node, int | str | bool | None) else repr(node)

    tree = plain(state, "")
    result = {"tree": tree, "arrays": arrays}
    (directory / "result.json").write_text(json.dumps(result, sort_keys=True))


if __name__ == "__main__":
    main()
