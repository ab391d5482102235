"""Training steps on batches from the host, put on the device ahead, and kept there.

An MLP is trained by a `MainLoop` on 784 float32 numbers per example, 128 at a time, in
random order. On the processor, in whose memory the batches are already, being ahead
wins nothing and costs one copy more of each batch, about a tenth of these steps. So
`ToDevice` is held to the same done by hand, and `OnDevice`, which makes no such copy,
to batches from the host.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from harness import measure

EXAMPLES, DIMS, BATCH = 20_000, [784, 512, 512, 10], 128


def make_loop(stream):
    """Return a main loop that trains an MLP, and what ends it."""
    from pytensor import tensor as pt

    from brickyard.bricks import MLP, Rectifier, Softmax
    from brickyard.bricks.cost import CategoricalCrossEntropy
    from brickyard.bricks.initialization import Constant, IsotropicGaussian
    from brickyard.extensions import FinishAfter
    from brickyard.graph import ComputationGraph
    from brickyard.training import GradientDescent, MainLoop, Scale

    x, y = pt.matrix("features"), pt.lvector("targets")
    mlp = MLP(
        [Rectifier(), Rectifier(), Softmax()],
        DIMS,
        weights_init=IsotropicGaussian(0.05),
        biases_init=Constant(0),
        seed=1,
    )
    mlp.initialize()
    cost = CategoricalCrossEntropy().apply(y, mlp.apply(x)).copy(name="cost")
    parameters = ComputationGraph(cost).parameters
    algorithm = GradientDescent(cost=cost, parameters=parameters, step_rule=Scale(0.01))
    finish = FinishAfter(after_n_batches=1)
    return MainLoop(algorithm, stream, extensions=[finish]), finish


def side(feed: Callable) -> Callable[[], Callable[[int], None]]:
    """Return a function that prepares training on what `feed` makes of a dataset."""

    def prepare():
        from brickyard.datasets import IndexableDataset, ShuffledScheme

        rng = np.random.default_rng(1)
        data = {
            "features": rng.normal(size=(EXAMPLES, DIMS[0])).astype("float32"),
            "targets": rng.integers(0, DIMS[-1], EXAMPLES),
        }
        scheme = ShuffledScheme(EXAMPLES // BATCH * BATCH, BATCH, seed=1)
        loop, finish = make_loop(feed(IndexableDataset(data), scheme))

        def run(steps: int) -> None:
            done = loop.status["iterations_done"]
            finish.set_conditions(after_n_batches=done + steps)
            loop.run()
            for parameter in loop.algorithm.parameters:
                np.asarray(parameter.get_value())

        return run

    return prepare


def from_host(dataset, scheme):
    """Return a stream of NumPy arrays."""
    from brickyard.datasets import DataStream

    return DataStream(dataset, scheme)


def ahead(dataset, scheme):
    """Return a stream that puts two batches ahead."""
    from brickyard.datasets.transformers import ToDevice

    return ToDevice(from_host(dataset, scheme), ahead=2)


def kept(dataset, scheme):
    """Return a stream of a dataset on the device."""
    from brickyard.datasets import OnDevice

    return OnDevice(dataset, scheme)


class ByHand:
    """A stream that puts two batches ahead, written as a generator."""

    epoch = 0

    def __init__(self, stream):
        self.stream = stream

    def get_epoch_iterator(self, as_dict=False):
        """Yield batches as dictionaries."""
        import jax

        waiting = deque()
        for batch in self.stream.get_epoch_iterator(as_dict=as_dict):
            waiting.append({name: jax.device_put(data) for name, data in batch.items()})
            if len(waiting) > 2:
                yield waiting.popleft()
        yield from waiting


def by_hand(dataset, scheme):
    """Return a stream that does what `ToDevice` does, and no more."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return ByHand(from_host(dataset, scheme))


SIDES = {
    "ToDevice": side(ahead),
    "by hand": side(by_hand),
    "OnDevice": side(kept),
    "from the host": side(from_host),
}

if __name__ == "__main__":
    measure(
        "training steps on batches put on the device ahead",
        SIDES,
        limits={"by hand": 1.1},
        rounds=7,
    )
    measure(
        "training steps on batches of a dataset on the device",
        {"OnDevice": SIDES["OnDevice"], **SIDES},
        limits={"from the host": 1.1},
        rounds=7,
    )
