"""What the main loop costs for each batch, beyond the function and the stream.

A tiny MLP is trained epoch after epoch by a `MainLoop`; after each epoch the compiled
function of the same algorithm is called in a bare ``for`` loop over the same stream.
The difference is the loop's own cost: matching sources, watching for costs that are
not finite, extensions, log. What extensions do once an epoch (evaluating, saving,
printing) is not part of it.

The two sides wait for the device at different moments, which can hide or add some
microseconds. So the same is measured once more with the function replaced by one that
returns at once: what is left is the time of the processor alone. Both must pass.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
from pathlib import Path

import numpy as np
from harness import report

BATCHES, BATCH, ROUNDS = 1000, 8, 31
DIMS = [10, 10, 3]


def build():
    """Return cost, error rate and parameters of a tiny MLP."""
    from pytensor import tensor as pt

    from brickyard.bricks import MLP, Rectifier, Softmax
    from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
    from brickyard.bricks.initialization import Constant, IsotropicGaussian
    from brickyard.graph import ComputationGraph

    x, y = pt.matrix("features"), pt.lvector("targets")
    mlp = MLP(
        [Rectifier(), Softmax()],
        DIMS,
        weights_init=IsotropicGaussian(0.1),
        biases_init=Constant(0),
        seed=1,
    )
    mlp.initialize()
    probabilities = mlp.apply(x)
    cost = CategoricalCrossEntropy().apply(y, probabilities).copy(name="cost")
    error = MisclassificationRate().apply(y, probabilities).copy(name="error")
    return cost, error, ComputationGraph(cost).parameters


def make_stream(num_batches: int):
    """Return a stream of slices of arrays in memory."""
    from brickyard.datasets import IndexableDataset
    from brickyard.datasets.schemes import SequentialScheme
    from brickyard.datasets.streams import DataStream

    rng = np.random.default_rng(1)
    examples = num_batches * BATCH
    data = IndexableDataset(
        {
            # In the order of the compiled function's inputs, as `bare_epoch` checks.
            "targets": rng.integers(0, DIMS[-1], examples),
            "features": rng.normal(size=(examples, DIMS[0])).astype("float32"),
        }
    )
    return DataStream(data, SequentialScheme(examples, BATCH))


def usual_extensions(cost, error, folder: str):
    """Return nine extensions that most training scripts have."""
    from brickyard.extensions import (
        Checkpoint,
        DataStreamMonitoring,
        FinishIfNoImprovementAfter,
        Printing,
        ProgressBar,
        Timestamp,
        Timing,
        TrackTheBest,
        TrainingDataMonitoring,
    )

    return [
        Timing(),
        TrainingDataMonitoring([cost], prefix="train", after_epoch=True),
        DataStreamMonitoring([cost, error], make_stream(4), prefix="test"),
        TrackTheBest("test_error"),
        FinishIfNoImprovementAfter("test_error_best_so_far", epochs=1000),
        Checkpoint(Path(folder) / "run.ckpt", every_n_epochs=1),
        Timestamp(),
        ProgressBar(),
        Printing(),
    ]


def make_clocks(stream, algorithm):
    """Return extensions that time the loop's epochs, and bare epochs in between."""
    from brickyard.extensions import TrainingExtension

    times: dict[str, list[float]] = {"loop": [], "bare": []}

    class Start(TrainingExtension):
        """The last extension: starts the clock when all others are done."""

        def before_epoch(self):
            times["start"] = time.perf_counter()

    class Stop(TrainingExtension):
        """The first extension: stops the clock, then runs a bare epoch."""

        def after_epoch(self):
            times["loop"].append(time.perf_counter() - times["start"])
            times["bare"].append(bare_epoch(stream, algorithm))

    return Stop(), Start(), times


def bare_epoch(stream, algorithm) -> float:
    """Call the algorithm's compiled function on every batch; return the seconds."""
    function = algorithm._function
    names = [variable.name for variable in function.inputs]
    if names != list(stream.sources):
        raise RuntimeError(f"the inputs of the function are {names}, in this order")
    started = time.perf_counter()
    for arrays in stream.get_epoch_iterator(epoch=0):
        result = function(*arrays)
    if result is not None:
        np.asarray(result)
    return time.perf_counter() - started


class InstantFunction:
    """Stands for a compiled function that takes no time."""

    def __init__(self, function):
        self.inputs = function.inputs
        self._result = np.True_

    def __call__(self, *arrays):
        """Return that the cost was finite."""
        return self._result


def measure(case: str, limit: float, *, with_extensions: bool) -> None:
    """Train for some epochs and print one JSON line with microseconds a batch."""
    from brickyard.extensions import FinishAfter
    from brickyard.training import GradientDescent, MainLoop, Scale

    cost, error, parameters = build()
    stream = make_stream(BATCHES)
    algorithm = GradientDescent(cost=cost, parameters=parameters, step_rule=Scale(0.01))
    with tempfile.TemporaryDirectory() as folder:
        usual = usual_extensions(cost, error, folder) if with_extensions else []
        stop, start, times = make_clocks(stream, algorithm)
        # The first epoch compiles.
        finish = FinishAfter(after_n_epochs=ROUNDS + 1)
        loop = MainLoop(algorithm, stream, extensions=[stop, finish, *usual, start])
        screen = io.StringIO()
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            loop.run()
            algorithm._function = InstantFunction(algorithm._function)
            finish.set_conditions(after_n_epochs=2 * ROUNDS + 2)
            loop.run()
    whole, bare = (1e6 / BATCHES * np.array(times[side]) for side in ("loop", "bare"))
    real, host = slice(1, ROUNDS + 1), slice(ROUNDS + 2, None)
    overhead = float(np.median(whole[real] - bare[real]))
    host_overhead = float(np.median(whole[host] - bare[host]))
    report(
        case,
        microseconds_a_batch=overhead,
        host_microseconds_a_batch=host_overhead,
        limit=limit,
        passed=max(overhead, host_overhead) <= limit,
        bare_microseconds=float(np.median(bare[real])),
        spread=[round(float(f(whole[real] - bare[real])), 2) for f in (np.min, np.max)],
        rounds=ROUNDS,
    )


if __name__ == "__main__":
    measure("main loop, FinishAfter alone", 20.0, with_extensions=False)
    measure("main loop, ten usual extensions", 50.0, with_extensions=True)
