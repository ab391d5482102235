"""A language model of source code: an Elman network with a class-factored softmax.

It reads the tokens of Python's own standard library, split by package, and learns to
say the next one, by gradient descent through a few steps of time at once; the state is
carried on from batch to batch. Two numbers of units and two depths of time are
compared with each other and with Kneser-Ney 3-grams on packages that none has seen,
after White, Vendome, Linares-Vásquez and Poshyvanyk (2015), Toward Deep Learning
Software Repositories. Stop it and start it again: it continues.

    python examples/code_model.py --output output
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from ngrams import KneserNey
from pytensor import tensor as pt
from python_tokens import Corpus, read_corpus

from brickyard.backends import SharedTensor, shared
from brickyard.bricks import Linear, Logistic, LookupTable, Softmax
from brickyard.bricks.class_factored_softmax import (
    ClassFactoredSoftmax,
    equal_size_classes,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.recurrent import SimpleRecurrent
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialExampleScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    FinishAfter,
    Printing,
    ProgressBar,
    SimpleExtension,
    TrainingDataMonitoring,
)
from brickyard.graph import ComputationGraph
from brickyard.training import (
    CompositeRule,
    GradientDescent,
    MainLoop,
    Model,
    Scale,
    StepClipping,
)
from brickyard.training.monitoring import mean
from brickyard.training.schedules import ExponentialSchedule

VOCABULARY_SIZE = 10_000
TOKENS_PER_STEP = 640
EVALUATION_SHAPE = (50, 20)  # time, batch
HIDDEN_SIZES, DEPTHS = (100, 200), (2, 10)
RATE = 10.0


class Reset(SimpleExtension):
    """Sets states to zero.

    Parameters
    ----------
    states
        Shared variables.
    **kwargs
        When: see `SimpleExtension`.
    """

    def __init__(self, states: list[SharedTensor], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.states = states

    def do(self, which_callback: str, *args: Any) -> None:
        """Set them to zero."""
        for state in self.states:
            state.set_value(np.zeros_like(state.get_value()))


class Network:
    """Embedding, Elman network and class-factored softmax.

    Parameters
    ----------
    dim
        The number of units, and of features of a token.
    counts
        How often each token occurs in the training part, ``(vocabulary,)``.
    """

    def __init__(self, dim: int, counts: np.ndarray) -> None:
        how: dict[str, Any] = {
            "weights_init": IsotropicGaussian(0.1),
            "biases_init": Constant(0),
            "seed": 1,
        }
        self.dim = dim
        self.lookup = LookupTable(len(counts), dim, name="lookup", **how)
        self.hidden = SimpleRecurrent(dim, Logistic(), name="hidden", **how)
        classes = equal_size_classes(counts)
        self.output = ClassFactoredSoftmax(dim, classes, name="output", **how)
        for brick in (self.lookup, self.hidden, self.output):
            brick.initialize()

    def costs(self, tokens, targets, state):
        """Return the cost of each target, ``(time, batch)``, and the last state."""
        states = self.hidden.apply(self.lookup.apply(tokens), states=state)
        return self.output.cost_matrix(states, targets), states[-1]


def pieces(texts: list[np.ndarray], depth: int, batch_size: int) -> DataStream:
    """Return texts as a stream of pieces, ``(depth, batch_size)``, in their order.

    Each column goes on, piece after piece, where it stopped in the one before. Tokens
    at the end that fill no piece are left out.
    """
    tokens = np.concatenate(texts)
    count = (len(tokens) - 1) // (depth * batch_size)
    used = count * depth * batch_size
    inputs, targets = (
        part.reshape(batch_size, count, depth).transpose(1, 2, 0)
        for part in (tokens[:used], tokens[1 : used + 1])
    )
    dataset = IndexableDataset({"tokens": inputs, "targets": targets})
    return DataStream(dataset, SequentialExampleScheme(count))


def state_of(batch_size: int, dim: int, name: str) -> SharedTensor:
    """Return a state that is carried from piece to piece."""
    return shared(np.zeros((batch_size, dim)), name=name, dtype="floatX")


def build(
    corpus: Corpus, dim: int, depth: int, num_epochs: int, checkpoint: Path
) -> MainLoop:
    """Assemble network, cost, algorithm, data and extensions."""
    network = Network(dim, corpus.counts)
    batch_size = TOKENS_PER_STEP // depth
    train = pieces(corpus.train, depth, batch_size)
    tokens, targets = pt.lmatrix("tokens"), pt.lmatrix("targets")

    state = state_of(batch_size, dim, "training_state")
    costs, last = network.costs(tokens, targets, state)
    training_cost = mean(costs.sum(), costs.size).copy(name="nats_per_token")
    steps = num_epochs * train.epoch_length
    rule = CompositeRule(
        [StepClipping(1.0), Scale(ExponentialSchedule(RATE, steps, 0.02))]
    )
    algorithm = GradientDescent(
        cost=training_cost,
        parameters=ComputationGraph(training_cost).parameters,
        step_rule=rule,
    )
    algorithm.add_updates([(state, last)])

    monitors, states = [], [state]
    for part in ("valid", "test"):
        length, width = EVALUATION_SHAPE
        stream = pieces(getattr(corpus, part), length, width)
        state = state_of(width, dim, f"{part}_state")
        costs, last = network.costs(tokens, targets, state)
        cost = mean(costs.sum(), costs.size).copy(name="nats_per_token")
        updates = [(state, last)]
        monitors.append(
            DataStreamMonitoring([cost], stream, updates=updates, prefix=part)
        )
        states.append(state)
    return MainLoop(
        algorithm,
        train,
        model=Model(cost),
        extensions=[
            Reset(states, before_epoch=True),
            FinishAfter(after_n_epochs=num_epochs),
            TrainingDataMonitoring([training_cost], prefix="train", after_epoch=True),
            *monitors,
            Checkpoint(checkpoint, every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )


def step_seconds(corpus: Corpus, dim: int, factored: bool, repeats: int = 7) -> float:
    """Return how long a step of training takes with, or without, the classes."""
    depth, batch_size = 10, TOKENS_PER_STEP // 10
    network = Network(dim, corpus.counts)
    tokens, targets = pt.lmatrix("tokens"), pt.lmatrix("targets")
    if factored:
        costs, _ = network.costs(tokens, targets, None)
    else:
        output = Linear(
            dim,
            VOCABULARY_SIZE,
            weights_init=IsotropicGaussian(0.1),
            biases_init=Constant(0),
            seed=1,
        )
        output.initialize()
        states = network.hidden.apply(network.lookup.apply(tokens))
        scores = output.apply(states).reshape((-1, VOCABULARY_SIZE))
        costs = Softmax().categorical_cross_entropy(targets.flatten(), scores)
    cost = costs.mean()
    algorithm = GradientDescent(
        cost=cost, parameters=ComputationGraph(cost).parameters, step_rule=Scale(0.1)
    )
    algorithm.initialize()
    stream = pieces(corpus.valid, depth, batch_size)
    batches = list(stream.get_epoch_iterator(as_dict=True))[:repeats]
    return seconds_per_batch(algorithm, batches)


def seconds_per_batch(algorithm: GradientDescent, batches: list) -> float:
    """Return the median time of a batch, the first not counted, which compiles."""
    seconds = []
    for batch in batches:
        started = time.perf_counter()
        algorithm.process_batch(batch)
        algorithm.flush()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def main() -> None:
    """Read the library, train all networks, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--output", type=Path, default=Path("output"), help="where to save (output)"
    )
    parser.add_argument(
        "--library", type=Path, help="a directory of Python packages to read instead"
    )
    parser.add_argument("--epochs", type=int, default=6, help="6 by default")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    corpus = read_corpus(VOCABULARY_SIZE, options.library)
    for part in ("train", "valid", "test"):
        texts = getattr(corpus, part)
        print(
            f"{part:6} {len(texts):5} files {sum(map(len, texts)):9,} tokens, "
            f"{100 * corpus.unknown_rate(part):.1f} % of them <UNK>"
        )
    results = {}
    for dim in HIDDEN_SIZES:
        for depth in DEPTHS:
            print(f"\n{dim} units, {depth} steps of time at once", flush=True)
            checkpoint = options.output / f"code_model_{dim}_{depth}.ckpt"
            main_loop = build(corpus, dim, depth, options.epochs, checkpoint)
            main_loop.run()
            row = main_loop.log.last_epoch_row
            results[dim, depth] = [
                row["valid_nats_per_token"],
                row["test_nats_per_token"],
            ]
    report(corpus, results)


def report(corpus: Corpus, results: dict[tuple[int, int], list[float]]) -> None:
    """Print perplexities, and what the classes save."""
    grams = KneserNey(corpus.train, len(corpus.vocabulary), order=3)
    costs = [grams.cost(corpus.valid), grams.cost(corpus.test)]
    print("\nperplexity on packages not seen in training:   valid    test")
    print(f"  interpolated Kneser-Ney 3-grams            {perplexities(costs)}")
    for (dim, depth), costs in results.items():
        name = f"{dim} units, {depth} steps of time at once"
        print(f"  {name:42} {perplexities(costs)}")
    dim = HIDDEN_SIZES[-1]
    factored = step_seconds(corpus, dim, factored=True)
    full = step_seconds(corpus, dim, factored=False)
    print(
        f"\na step of {TOKENS_PER_STEP} tokens with {dim} units: "
        f"{1000 * factored:.1f} ms with classes, {1000 * full:.1f} ms with a softmax "
        f"over all {VOCABULARY_SIZE:,} tokens: {full / factored:.1f} times"
    )


def perplexities(costs: list[float]) -> str:
    """Return costs in nats as perplexities, side by side."""
    return "  ".join(f"{np.exp(cost):6.2f}" for cost in costs)


if __name__ == "__main__":
    main()
