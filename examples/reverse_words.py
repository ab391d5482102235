"""Teach a network to reverse the letters of each word, and look where it looks.

A bidirectional network reads a phrase letter by letter; a second one with attention
writes it again with every word turned around: "to be" becomes "ot eb". It is tried, by
beam search, on words that it has never seen, and a picture shows what it looked at
for each letter it wrote. Stop it and start it again: it continues.

    python examples/reverse_words.py --output output

Words come from the docstrings of Python's own standard library, or from a text.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np
from author import docstrings
from pytensor import tensor as pt

from brickyard.backends import compile
from brickyard.bricks import Initializable, LookupTable
from brickyard.bricks.application import application
from brickyard.bricks.attention import SequenceContentAttention
from brickyard.bricks.fork import Fork
from brickyard.bricks.initialization import Constant, IsotropicGaussian, Orthogonal
from brickyard.bricks.recurrent import Bidirectional, GatedRecurrent
from brickyard.bricks.search import BeamSearch
from brickyard.bricks.sequence_generators import (
    LookupFeedback,
    Readout,
    SequenceGenerator,
    SoftmaxEmitter,
)
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialExampleScheme, ShuffledExampleScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import BucketBatch
from brickyard.extensions import (
    Checkpoint,
    DataStreamMonitoring,
    FinishAfter,
    Printing,
    ProgressBar,
    TrainingDataMonitoring,
)
from brickyard.graph import ComputationGraph, VariableFilter
from brickyard.training import (
    Adam,
    CompositeRule,
    GradientDescent,
    MainLoop,
    Model,
    StepClipping,
)
from brickyard.training.monitoring import mean
from brickyard.training.schedules import CosineSchedule

END = 0
ALPHABET = "$ abcdefghijklmnopqrstuvwxyz"  # $ stands for the end
MOST_WORDS = 3
NUM_PHRASES = {"train": 40_000, "valid": 1_000, "test": 500}
LENGTHS = [12, 20, 28, 40]  # what phrases are padded to
BATCH_SIZE = 64


class Reverser(Initializable):
    """An encoder in both directions, and a generator that attends to its states.

    Parameters
    ----------
    dim
        The number of units of each recurrent brick.
    **kwargs
        See `Initializable`.
    """

    def __init__(self, dim: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.lookup = LookupTable(len(ALPHABET), dim, name="lookup")
        self.encoder = Bidirectional(GatedRecurrent(dim), name="encoder")
        names = [name for name in self.encoder.apply.sequences if name != "mask"]
        dims = [self.encoder.get_dim(name) for name in names]
        self.fork = Fork(names, input_dim=dim, output_dims=dims, name="fork")
        transition = GatedRecurrent(dim, name="transition")
        attention = SequenceContentAttention(
            match_dim=dim,
            state_names=transition.apply.states,
            attended_dim=2 * dim,
            name="attention",
        )
        readout = Readout(
            source_names=["states", "feedback", *attention.take_glimpses.outputs[:1]],
            readout_dim=len(ALPHABET),
            emitter=SoftmaxEmitter(name="emitter", graph_seed=1),
            feedback_brick=LookupFeedback(len(ALPHABET), dim, name="feedback"),
            name="readout",
        )
        self.generator = SequenceGenerator(
            readout, transition, attention, name="generator"
        )
        self.children = [self.lookup, self.fork, self.encoder, self.generator]

    @application
    def encode(self, letters, mask):
        """Return what the encoder makes of letters, ``(time, batch, 2 * dim)``."""
        inputs = self.fork.apply(self.lookup.apply(letters), as_dict=True)
        return self.encoder.apply(**inputs, mask=mask)

    @application
    def costs(self, letters, mask, targets, targets_mask):
        """Return the cost of each letter of the targets, ``(time, batch)``."""
        return self.generator.cost_matrix(
            targets,
            targets_mask,
            attended=self.encode(letters, mask),
            attended_mask=mask,
        )

    def write(self, letters, mask):
        """Return letters drawn one after the other, ``(time, batch)``."""
        results = self.generator.generate(
            n_steps=LENGTHS[-1],
            batch_size=letters.shape[1],
            attended=self.encode(letters, mask),
            attended_mask=mask,
            as_dict=True,
        )
        return results["outputs"]


def reverse(phrase: str) -> str:
    """Return a phrase with the letters of each word turned around."""
    return " ".join(word[::-1] for word in phrase.split(" "))


def numbers(phrase: str) -> np.ndarray:
    """Return the numbers of letters with the end behind them, ``(time,)``."""
    return np.array([ALPHABET.index(letter) for letter in phrase] + [END])


def letters_of(codes) -> str:
    """Return the letters before the end."""
    text = "".join(ALPHABET[code] for code in codes)
    return text.split(ALPHABET[END])[0]


def phrases_of(text: str) -> dict[str, list[str]]:
    """Return phrases for training and others, of words that training has not seen."""
    words = sorted(set(re.findall(r"\b[a-z]{2,12}\b", text.lower())))
    parts: dict[str, list[str]] = {part: [] for part in NUM_PHRASES}
    for word in words:
        digit = hashlib.sha256(word.encode()).digest()[0] % 10
        parts[{0: "valid", 1: "test"}.get(digit, "train")].append(word)
    rng = np.random.default_rng(1)
    phrases = {}
    for part, count in NUM_PHRASES.items():
        known = np.array(parts[part])
        phrases[part] = [
            " ".join(rng.choice(known, size=rng.integers(1, MOST_WORDS + 1)))
            for _ in range(count)
        ]
    return phrases


def batches(phrases: list[str], shuffled: bool) -> BucketBatch:
    """Return phrases and what they become, padded, with masks."""
    examples = {
        "letters": [numbers(phrase) for phrase in phrases],
        "targets": [numbers(reverse(phrase)) for phrase in phrases],
    }
    scheme = (
        ShuffledExampleScheme(len(phrases), seed=1)
        if shuffled
        else SequentialExampleScheme(len(phrases))
    )
    stream = DataStream(IndexableDataset(examples), scheme)
    return BucketBatch(stream, BATCH_SIZE, LENGTHS, seed=1)


def build(
    reverser: Reverser, phrases: dict[str, list[str]], checkpoint: Path, num_epochs: int
) -> tuple[MainLoop, list]:
    """Assemble cost, algorithm, data and extensions; return the inputs, too."""
    train = batches(phrases["train"], shuffled=True)
    inputs = [
        pt.lmatrix("letters"),
        pt.matrix("letters_mask"),
        pt.lmatrix("targets"),
        pt.matrix("targets_mask"),
    ]
    # Batches come with the examples in front; recurrent bricks want time there.
    costs = reverser.costs(*(variable.T for variable in inputs))
    cost = mean(costs.sum(), inputs[-1].sum()).copy(name="nats_per_letter")
    steps = num_epochs * len(phrases["train"]) // BATCH_SIZE
    algorithm = GradientDescent(
        cost=cost,
        parameters=ComputationGraph(cost).parameters,
        step_rule=CompositeRule(
            [StepClipping(1.0), Adam(CosineSchedule(0.002, num_steps=steps))]
        ),
    )
    main_loop = MainLoop(
        algorithm,
        train,
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=num_epochs),
            TrainingDataMonitoring([cost], prefix="train", after_epoch=True),
            DataStreamMonitoring(
                [cost], batches(phrases["valid"], shuffled=False), prefix="valid"
            ),
            Checkpoint(checkpoint, every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )
    return main_loop, inputs


def search(reverser: Reverser, phrases: list[str], beam_size: int) -> list[str]:
    """Return the most probable output for each phrase."""
    letters, mask = pt.lmatrix("letters"), pt.matrix("mask")
    beam_search = BeamSearch(reverser.write(letters, mask), beam_size)
    found: list[str] = []
    for start in range(0, len(phrases), BATCH_SIZE):
        part = phrases[start : start + BATCH_SIZE]
        codes, kept = padded(part)
        outputs, _ = beam_search.search(
            {letters: codes, mask: kept}, END, max_length=LENGTHS[-1]
        )
        found.extend(letters_of(best[0]) for best in outputs)
    return found


def padded(phrases: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of phrases and their mask, both ``(time, batch)``."""
    codes = np.full((LENGTHS[-1], len(phrases)), END)
    mask = np.zeros(codes.shape, "float32")
    for column, phrase in enumerate(phrases):
        row = numbers(phrase)
        codes[: len(row), column], mask[: len(row), column] = row, 1
    return codes, mask


def share_of_right_words(phrases: list[str], outputs: list[str]) -> float:
    """Return how many of all words were reversed correctly, each in its place."""
    right = total = 0
    for phrase, output in zip(phrases, outputs, strict=True):
        expected = reverse(phrase).split(" ")
        came = output.split(" ")
        total += len(expected)
        right += sum(a == b for a, b in zip(expected, came, strict=False))
    return right / total


def draw_attention(reverser: Reverser, phrase: str, path: Path) -> None:
    """Write a picture of the weights with which each letter was written."""
    from matplotlib.figure import Figure

    inputs = [pt.lmatrix("letters"), pt.matrix("mask"), pt.lmatrix("targets")]
    letters, mask, targets = inputs
    costs = reverser.costs(letters, mask, targets, None)
    (weights,) = VariableFilter(
        name="weights", applications=[reverser.generator.cost_matrix]
    )(ComputationGraph(costs).auxiliary_variables)
    codes, target = numbers(phrase)[:, None], numbers(reverse(phrase))[:, None]
    ones = np.ones(codes.shape, "float32")
    values = np.asarray(compile(inputs, weights)(codes, ones, target))[:, 0]

    figure = Figure(figsize=(7, 7), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(values, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(codes)), [*phrase.replace(" ", "\N{OPEN BOX}"), "$"])
    axes.set_yticks(
        range(len(target)), [*reverse(phrase).replace(" ", "\N{OPEN BOX}"), "$"]
    )
    axes.set_xlabel("read")
    axes.set_ylabel("written")
    axes.set_title("attention weights")
    figure.savefig(path)


def main() -> None:
    """Train, try on words never seen, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("text", type=Path, nargs="?", help="where words come from")
    parser.add_argument(
        "--output", type=Path, default=Path("output"), help="where to save (output)"
    )
    parser.add_argument("--epochs", type=int, default=3, help="3 by default")
    parser.add_argument("--dim", type=int, default=96, help="units (96)")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    text = options.text.read_text(encoding="utf-8") if options.text else docstrings()
    phrases = phrases_of(text)
    reverser = Reverser(
        options.dim,
        weights_init=IsotropicGaussian(0.1),
        biases_init=Constant(0),
        seed=1,
    )
    reverser.push_initialization_config()
    for brick in (*reverser.encoder.children, reverser.generator.transition.transition):
        brick.weights_init = Orthogonal()
    reverser.initialize()
    checkpoint = options.output / "reverse_words.ckpt"
    main_loop, _ = build(reverser, phrases, checkpoint, options.epochs)
    main_loop.run()

    outputs = search(reverser, phrases["test"], beam_size=5)
    for phrase, output in list(zip(phrases["test"], outputs, strict=True))[:8]:
        print(f"  {phrase}  ->  {output}")
    share = share_of_right_words(phrases["test"], outputs)
    print(f"words never seen in training, reversed correctly: {100 * share:.1f} %")
    picture = options.output / "reverse_words.png"
    longest = max(phrases["test"][:50], key=len)
    draw_attention(reverser, longest, picture)
    print(f"attention weights: {picture}")
    print(f"checkpoint:        {checkpoint}")


if __name__ == "__main__":
    main()
