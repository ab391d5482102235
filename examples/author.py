"""Teach a recurrent network to write like an author, one character at a time.

A GRU reads 90 % of a text and learns to say which character comes next. Now and then
it writes a thousand characters of its own; at the end it is compared, on text it has
not seen, with n-grams of characters. Stop it and start it again: it continues.

    python examples/author.py shakespeare.txt --output output

Without a text it reads the docstrings of Python's own standard library.
"""

from __future__ import annotations

import argparse
import ast
import sysconfig
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from ngrams import KneserNey
from pytensor import tensor as pt
from python_tokens import source_files

from brickyard.backends import (
    compile,
    generators_of,
    get_generator_state,
    set_generator_state,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian, Orthogonal
from brickyard.bricks.recurrent import GatedRecurrent
from brickyard.bricks.sequence_generators import (
    LookupFeedback,
    Readout,
    SequenceGenerator,
    SoftmaxEmitter,
)
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
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
    Adam,
    CompositeRule,
    GradientDescent,
    MainLoop,
    Model,
    StepClipping,
)
from brickyard.training.monitoring import mean
from brickyard.training.schedules import CosineSchedule

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
MOST_CHARACTERS = 256
DOCSTRING_CHARACTERS = 1_000_000
SEQUENCE_LENGTH, BATCH_SIZE = 100, 50


class Author(SimpleExtension):
    """Prints what the network writes.

    Parameters
    ----------
    generator
        The network.
    alphabet
        The character of each number.
    num_characters
        How many to write.
    **kwargs
        When: see `SimpleExtension`.
    """

    def __init__(
        self,
        generator: SequenceGenerator,
        alphabet: list[str],
        num_characters: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _, outputs, _ = generator.generate(n_steps=num_characters, batch_size=1)
        self.alphabet = np.array(alphabet)
        self.write = compile([], outputs, name="write")
        self.generators = generators_of([outputs])

    def do(self, which_callback: str, *args: Any) -> None:
        """Write."""
        epochs = self.main_loop.status["epochs_done"]
        text = "".join(self.alphabet[np.asarray(self.write())[:, 0]])
        print(f"\n--- after {epochs} epochs ---\n{text}\n---", flush=True)

    def get_state(self) -> dict[str, Any]:
        """Return where the random numbers are: a continued run writes the same."""
        return {"random": [get_generator_state(rng) for rng in self.generators]}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue with the random numbers of a state."""
        for rng, saved in zip(self.generators, state["random"], strict=True):
            set_generator_state(rng, saved)


def docstrings() -> str:
    """Return the docstrings of the standard library, module after module."""
    texts: list[str] = []
    length = 0
    for path in source_files(Path(sysconfig.get_paths()["stdlib"])):
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node)
                if text:
                    texts.append(text + "\n\n")
                    length += len(texts[-1])
        if length > DOCSTRING_CHARACTERS:
            break
    return "".join(texts)[:DOCSTRING_CHARACTERS]


def split(text: str) -> tuple[str, str, str]:
    """Return the first 90 % of a text, the next 5 %, and the rest."""
    first, second = int(0.9 * len(text)), int(0.95 * len(text))
    return text[:first], text[first:second], text[second:]


def alphabet_of(text: str) -> list[str]:
    """Return the most frequent characters, one for all others in front."""
    counts = Counter(text)
    frequent = sorted(counts, key=lambda character: (-counts[character], character))
    return [UNKNOWN, *frequent[: MOST_CHARACTERS - 1]]


def numbers(text: str, alphabet: list[str]) -> np.ndarray:
    """Return the numbers of characters, ``(time,)``; 0 if not in the alphabet."""
    known = {character: number for number, character in enumerate(alphabet)}
    return np.array([known.get(character, 0) for character in text])


def sequences(codes: np.ndarray) -> IndexableDataset:
    """Return a text cut into sequences of equal length, the last short one left out."""
    count = len(codes) // SEQUENCE_LENGTH
    if count == 0:
        raise SystemExit(
            f"a part of the text has {len(codes)} characters, fewer than one sequence "
            f"of {SEQUENCE_LENGTH}; take a text of at least "
            f"{20 * SEQUENCE_LENGTH + 20} characters"
        )
    rows = codes[: count * SEQUENCE_LENGTH].reshape(count, SEQUENCE_LENGTH)
    return IndexableDataset({"characters": rows})


def network(num_characters: int, dim: int) -> SequenceGenerator:
    """Return an initialized generator of characters."""
    transition = GatedRecurrent(dim, name="transition")
    readout = Readout(
        source_names=["states"],
        readout_dim=num_characters,
        emitter=SoftmaxEmitter(name="emitter", graph_seed=1),
        feedback_brick=LookupFeedback(num_characters, dim, name="feedback"),
        name="readout",
    )
    generator = SequenceGenerator(
        readout,
        transition,
        weights_init=IsotropicGaussian(0.05),
        biases_init=Constant(0),
        seed=1,
        name="generator",
    )
    generator.push_initialization_config()
    transition.weights_init = Orthogonal()
    generator.initialize()
    return generator


def build(
    parts: list[np.ndarray],
    alphabet: list[str],
    output: Path,
    num_epochs: int,
    dim: int,
    write_every: int,
) -> MainLoop:
    """Assemble network, cost, algorithm, data and extensions."""
    train, valid, test = (sequences(part) for part in parts)
    generator = network(len(alphabet), dim)
    characters = pt.lmatrix("characters")
    costs = generator.cost_matrix(characters.T)
    cost = mean(costs.sum(), costs.size).copy(name="nats_per_character")

    steps = num_epochs * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=cost,
        parameters=ComputationGraph(cost).parameters,
        step_rule=CompositeRule(
            [StepClipping(1.0), Adam(CosineSchedule(0.003, num_steps=steps))]
        ),
    )
    monitors = [
        DataStreamMonitoring(
            [cost],
            DataStream(part, SequentialScheme(part.num_examples, 250)),
            prefix=name,
        )
        for name, part in (("valid", valid), ("test", test))
    ]
    return MainLoop(
        algorithm,
        DataStream(train, ShuffledScheme(train.num_examples, BATCH_SIZE, seed=1)),
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=num_epochs),
            TrainingDataMonitoring([cost], prefix="train", after_epoch=True),
            *monitors,
            Author(generator, alphabet, 1000, every_n_epochs=write_every),
            Checkpoint(output / "author.ckpt", every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )


def main() -> None:
    """Read, train, write, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("text", type=Path, nargs="?", help="a text file in UTF-8")
    parser.add_argument(
        "--output", type=Path, default=Path("output"), help="where to save (output)"
    )
    parser.add_argument("--epochs", type=int, default=12, help="12 by default")
    parser.add_argument("--dim", type=int, default=256, help="units of the GRU (256)")
    parser.add_argument(
        "--write-every", type=int, default=3, help="epochs between two texts (3)"
    )
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    text = options.text.read_text(encoding="utf-8") if options.text else docstrings()
    parts = split(text)
    alphabet = alphabet_of(parts[0])
    codes = [numbers(part, alphabet) for part in parts]
    main_loop = build(
        codes,
        alphabet,
        options.output,
        options.epochs,
        options.dim,
        options.write_every,
    )
    main_loop.run()

    network_cost = main_loop.log.last_epoch_row["test_nats_per_character"]
    print("held-out text, nats per character:")
    print(f"  GRU of {options.dim} units        {network_cost:.3f}")
    for order in (3, 5):
        model = KneserNey([codes[0]], len(alphabet), order)
        print(f"  interpolated {order}-grams    {model.cost([codes[2]]):.3f}")
    print(f"checkpoint: {options.output / 'author.ckpt'}")


if __name__ == "__main__":
    main()
