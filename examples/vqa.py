"""Teach networks to answer questions about pictures, such as what colour a cross is.

A convolutional network looks at a small picture of coloured shapes, an LSTM reads a
question, and a head puts the two together. The plain head sums up the picture and
multiplies that by the question; the relational head also looks at places that the
question chooses (attention over places: Xu et al. 2015, "Show, attend and tell",
arXiv:1502.03044) and compares what it finds there. Two controls tell whether the
answers come from the pictures: a network without an eye, and pictures that belong to
other questions. Stop it and start it again: it continues.

    python examples/vqa.py --output output
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import numpy as np
from answering import HEADS, Answerer
from pytensor import tensor as pt
from scenes import (
    ANSWERS,
    COLOURS,
    QUESTIONS,
    RELATIONAL,
    SHAPES,
    Question,
    Scene,
    Vocabulary,
    ask,
    draw,
)

from brickyard.backends import compile
from brickyard.bricks.cost import CategoricalCrossEntropy, MisclassificationRate
from brickyard.bricks.initialization import (
    Constant,
    GlorotNormal,
    HeNormal,
    IsotropicGaussian,
    Orthogonal,
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
    TrainingDataMonitoring,
)
from brickyard.graph import (
    ComputationGraph,
    apply_batch_normalization,
    get_batch_normalization_updates,
    moving_averages,
)
from brickyard.training import (
    Adam,
    CompositeRule,
    GradientDescent,
    MainLoop,
    Model,
    StepClipping,
)
from brickyard.training.schedules import CosineSchedule

Asked = tuple[Scene, Question]
NUM_QUESTIONS = {"test": 5_000, "valid": 2_000, "train": 100_000}
VOCABULARY = Vocabulary(
    [
        *COLOURS,
        *SHAPES,
        "what colour is the",
        "how many things are there",
        "is there a",
        "is the thing left of right of above below",
        "what shape is nearest to the thing",
    ]
)
LENGTH = 10  # of the longest question, with its end
BATCH_SIZE = 64


def network(head: str, num_filters: int, dim: int) -> Answerer:
    """Return an initialized network."""
    answerer = Answerer(
        head,
        len(VOCABULARY.words),
        LENGTH,
        num_filters,
        dim,
        weights_init=HeNormal(),
        biases_init=Constant(0),
        seed=1,
    )
    answerer.push_initialization_config()
    answerer.lookup.weights_init = IsotropicGaussian(1)
    answerer.gates.weights_init = GlorotNormal()
    answerer.lstm.weights_init = Orthogonal()
    answerer.initialize()
    # Forget little at first: the words that matter come early.
    biases = np.zeros(4 * dim, "float32")
    biases[dim : 2 * dim] = 1
    answerer.gates.b.set_value(biases)
    return answerer


def questions_for(num_questions: dict[str, int]) -> dict[str, list[Asked]]:
    """Return the questions of each part, those of training about other scenes."""
    rng = np.random.default_rng(1)
    parts: dict[str, list[Asked]] = {}
    for part, count in num_questions.items():
        tried = {frozenset(scene) for asked in parts.values() for scene, _ in asked}
        parts[part] = [
            asked for asked in ask(count, rng) if frozenset(asked[0]) not in tried
        ]
    return parts


def examples(asked: list[Asked], seed: int) -> IndexableDataset:
    """Return pictures, questions and answers."""
    scenes, questions = zip(*asked, strict=True)
    words = VOCABULARY.numbers([question.text for question in questions], LENGTH)
    answers = [[ANSWERS.index(question.answer)] for question in questions]
    return IndexableDataset(
        {
            "pictures": draw(scenes, np.random.default_rng(seed)),
            "words": words,
            "words_mask": VOCABULARY.mask(words),
            "answers": np.array(answers),
        }
    )


def build(
    answerer: Answerer,
    train: IndexableDataset,
    valid: IndexableDataset,
    checkpoint: Path,
    num_epochs: int,
) -> MainLoop:
    """Assemble cost, algorithm, data and extensions."""
    pictures = pt.tensor4("pictures", dtype="uint8")
    words, mask = pt.lmatrix("words"), pt.matrix("words_mask")
    answers = pt.lmatrix("answers").flatten()
    # Batches come with the examples in front; recurrent bricks want time there.
    probabilities = answerer.apply(pictures, words.T, mask.T)
    cost = CategoricalCrossEntropy().apply(answers, probabilities).copy(name="cost")
    error = MisclassificationRate().apply(answers, probabilities)
    accuracy = (1 - error).copy(name="accuracy")

    graph = ComputationGraph(cost)
    training = apply_batch_normalization(graph)
    steps = num_epochs * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=training.outputs[0],
        parameters=graph.parameters,
        step_rule=CompositeRule(
            [StepClipping(1.0), Adam(CosineSchedule(0.001, num_steps=steps))]
        ),
        on_unused_sources="ignore",  # without an eye, the pictures
    )
    pairs = get_batch_normalization_updates(training)
    algorithm.add_updates(moving_averages(pairs, 0.9))
    return MainLoop(
        algorithm,
        DataStream(train, ShuffledScheme(train.num_examples, BATCH_SIZE, seed=1)),
        model=Model(cost),
        extensions=[
            FinishAfter(after_n_epochs=num_epochs),
            TrainingDataMonitoring(training.outputs, prefix="train", after_epoch=True),
            DataStreamMonitoring(
                [cost, accuracy],
                DataStream(valid, SequentialScheme(valid.num_examples, 250)),
                prefix="valid",
            ),
            Checkpoint(checkpoint, every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )


def answers_of(
    answerer: Answerer, pictures: np.ndarray, questions: list[Question]
) -> list[str]:
    """Return the most probable answer to each question."""
    variables = [
        pt.tensor4("pictures", dtype="uint8"),
        pt.lmatrix("words"),
        pt.matrix("mask"),
    ]
    images, words, mask = variables
    function = compile(
        variables,
        answerer.apply(images, words.T, mask.T).argmax(axis=1),
    )
    numbers = VOCABULARY.numbers([question.text for question in questions], LENGTH)
    arrays = (pictures, numbers, VOCABULARY.mask(numbers))
    found: list[str] = []
    for start in range(0, len(questions), 250):
        best = function(*(array[start : start + 250] for array in arrays))
        found.extend(ANSWERS[number] for number in np.asarray(best))
    return found


def shares(answers: list[str], questions: list[Question]) -> dict[str, float]:
    """Return how many answers are right: to each kind of question, and to groups."""
    right: dict[str, list[bool]] = {kind: [] for kind in QUESTIONS}
    for answer, question in zip(answers, questions, strict=True):
        right[question.kind].append(answer == question.answer)
    return with_groups({kind: float(np.mean(right[kind])) for kind in QUESTIONS})


def with_groups(of_kinds: dict[str, float]) -> dict[str, float]:
    """Return numbers of kinds of questions, each group's mean behind it."""
    groups = {
        "not relational": [kind for kind in QUESTIONS if kind not in RELATIONAL],
        "relational": list(RELATIONAL),
    }
    rows: dict[str, float] = {}
    for group, kinds in groups.items():
        rows |= {kind: of_kinds[kind] for kind in kinds}
        rows[group] = float(np.mean([of_kinds[kind] for kind in kinds]))
    return rows


def guessing() -> dict[str, float]:
    """Return how many answers are right when the kind of question is all one knows."""
    return with_groups({kind: 1 / len(known) for kind, (known, _) in QUESTIONS.items()})


def table(columns: dict[str, dict[str, float]]) -> str:
    """Return a table in percent, a row for each kind of question and group."""
    widths = [max(len(name), 5) for name in columns]
    heads = (f"{name:>{width}}" for name, width in zip(columns, widths, strict=True))
    lines = ["  ".join([" " * 14, *heads])]
    for row in guessing():
        shown = zip(columns.values(), widths, strict=True)
        numbers = (f"{100 * column[row]:{width}.1f}" for column, width in shown)
        lines.append("  ".join([f"{row:14}", *numbers]))
    return "\n".join(lines)


def draw_answers(
    pictures: np.ndarray,
    questions: list[Question],
    answers: dict[str, list[str]],
    path: Path,
) -> None:
    """Write a picture of scenes, questions and answers, wrong ones in red."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 8), dpi=120, layout="constrained")
    places = figure.subplots(3, 4).ravel()
    for number, (axes, question) in enumerate(zip(places, questions, strict=False)):
        axes.imshow(pictures[number].transpose(1, 2, 0))
        axes.set_title(f"{question.text}?\n{question.answer}", fontsize=7)
        for line, (name, given) in enumerate(answers.items()):
            color = "black" if given[number] == question.answer else "red"
            axes.text(
                0.5,
                -0.02 - 0.08 * line,
                f"{name}: {given[number]}",
                color=color,
                fontsize=7,
                ha="center",
                va="top",
                transform=axes.transAxes,
            )
    for axes in places:
        axes.set_axis_off()
    figure.savefig(path)


def main() -> None:
    """Train, answer questions about new scenes, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--output", type=Path, default=Path("output"), help="where to save (output)"
    )
    parser.add_argument("--epochs", type=int, default=12, help="12 by default")
    parser.add_argument("--filters", type=int, default=32, help="of each layer (32)")
    parser.add_argument(
        "--dim", type=int, default=128, help="units of each layer (128)"
    )
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    parts = questions_for(NUM_QUESTIONS)
    datasets = [examples(parts["train"], 1), examples(parts["valid"], 2)]
    scenes, questions = map(list, zip(*parts["test"], strict=True))
    pictures = draw(scenes, np.random.default_rng(3))
    others = pictures[np.random.default_rng(4).permutation(len(pictures))]

    answers, columns = {}, {"guessing": guessing()}
    for head in HEADS:
        print(f"# {head}")
        answerer = network(head, options.filters, options.dim)
        checkpoint = options.output / f"vqa-{head.replace(' ', '-')}.ckpt"
        build(answerer, *datasets, checkpoint, options.epochs).run()
        answers[head] = answers_of(answerer, pictures, questions)
        columns[head] = shares(answers[head], questions)
        if head != "no picture":
            guesses = answers_of(answerer, others, questions)
            columns[f"{head}, shuffled"] = shares(guesses, questions)
    print(f"right answers to {len(questions)} questions about new scenes, in percent:")
    print(table(columns))
    picture = options.output / "vqa.png"
    shown = [
        next(islice((i for i, q in enumerate(questions) if q.kind == kind), turn, None))
        for turn in range(3)
        for kind in QUESTIONS
    ]
    draw_answers(
        pictures[shown],
        [questions[i] for i in shown],
        {
            head: [answers[head][i] for i in shown]
            for head in HEADS
            if head != "no picture"
        },
        picture,
    )
    print(f"pictures:    {picture}")
    print(f"checkpoints: {options.output / 'vqa-*.ckpt'}")


if __name__ == "__main__":
    main()
