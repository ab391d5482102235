"""Teach a network to say what is in a picture: a red square above a blue circle.

A convolutional network looks at a small picture of coloured shapes; what it saw is the
state that an LSTM starts from, which writes a sentence word by word. Many sentences are
valid for a picture; in training it is shown one of them. Then it captions, by beam
search, pictures it has not seen: of things that it knows, of pairs of things that it
never saw together, and of things whose colour and shape it never saw together. Stop
it and start it again: it continues.

    python examples/caption.py --output output
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from eye import Eye
from pytensor import tensor as pt
from scenes import (
    CELLS,
    COLOURS,
    KINDS,
    RELATIONS,
    SHAPES,
    Scene,
    Vocabulary,
    captions_of,
    draw,
    is_valid,
    kinds_are_right,
    scene_of,
)

from brickyard.bricks import (
    MLP,
    Flattener,
    Fork,
    Initializable,
    Rectifier,
)
from brickyard.bricks.application import application
from brickyard.bricks.initialization import Constant, HeNormal, Orthogonal
from brickyard.bricks.recurrent import LSTM
from brickyard.bricks.search import BeamSearch
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
from brickyard.training.monitoring import mean
from brickyard.training.schedules import CosineSchedule

Kind = tuple[str, str]
# One shape of each colour that training does not show.
NEW_KINDS = [
    (colour, SHAPES[number % len(SHAPES)]) for number, colour in enumerate(COLOURS)
]
KNOWN_KINDS = [kind for kind in KINDS if kind not in NEW_KINDS]
# One pair of known things in eight is not shown together.
NEW_PAIRS = set(list(combinations(KNOWN_KINDS, 2))[::8])
NUM_SCENES = {"train": 120_000, "valid": 1_000, "test": 2_000}
TESTS = {
    "test": "known things, new scenes",
    "pairs": "things never seen together",
    "kinds": "a thing of a colour and shape never seen together",
}
VOCABULARY = Vocabulary([*COLOURS, *SHAPES, *RELATIONS, "a"])
LENGTH = 10  # of the longest caption, with its end
BATCH_SIZE = 64


class Captioner(Initializable):
    """A convolutional network, and a generator that starts from what it saw.

    Parameters
    ----------
    num_filters
        How many filters each of the convolutions has.
    dim
        The number of units of the LSTM.
    **kwargs
        See `Initializable`.
    """

    def __init__(self, num_filters: int, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.eye = Eye(num_filters, name="eye")
        self.flattener = Flattener(name="flattener")
        self.summary = MLP(
            [Rectifier()], [num_filters * CELLS**2, 2 * dim], name="summary"
        )
        lstm = LSTM(dim, name="lstm")
        names = lstm.apply.states
        self.start = Fork(
            names, input_dim=2 * dim, output_dims=lstm.get_dims(names), name="start"
        )
        readout = Readout(
            source_names=["states"],
            readout_dim=len(VOCABULARY.words),
            emitter=SoftmaxEmitter(name="emitter", graph_seed=1),
            feedback_brick=LookupFeedback(len(VOCABULARY.words), dim, name="feedback"),
            name="readout",
        )
        self.generator = SequenceGenerator(readout, lstm, name="generator")
        self.children = [
            self.eye,
            self.flattener,
            self.summary,
            self.start,
            self.generator,
        ]

    @application
    def look(self, pictures):
        """Return the states that a caption starts from, each ``(batch, dim)``."""
        seen = self.flattener.apply(self.eye.apply(pictures))
        summary = self.summary.apply(seen)
        return self.start.apply(summary, as_list=True)

    def first_states(self, pictures) -> dict[str, Any]:
        """Return the same states by name."""
        states = self.look(pictures)
        return dict(zip(self.start.output_names, states, strict=True))

    @application
    def costs(self, pictures, words, mask):
        """Return the cost of each word of captions, ``(time, batch)``."""
        return self.generator.cost_matrix(words, mask, **self.first_states(pictures))

    def write(self, pictures):
        """Return words drawn one after the other, ``(time, batch)``."""
        results = self.generator.generate(
            n_steps=LENGTH,
            batch_size=pictures.shape[0],
            as_dict=True,
            **self.first_states(pictures),
        )
        return results["outputs"]


def network(num_filters: int, dim: int) -> Captioner:
    """Return an initialized network."""
    captioner = Captioner(
        num_filters, dim, weights_init=HeNormal(), biases_init=Constant(0), seed=1
    )
    captioner.push_initialization_config()
    captioner.generator.transition.transition.weights_init = Orthogonal()
    captioner.initialize()
    return captioner


def known_kinds(rng: np.random.Generator) -> list[Kind]:
    """Return two or three kinds of things that training may show together."""
    while True:
        count = rng.integers(2, 4)
        drawn = rng.choice(len(KNOWN_KINDS), size=count, replace=False)
        pairs = combinations([KNOWN_KINDS[number] for number in sorted(drawn)], 2)
        if NEW_PAIRS.isdisjoint(pairs):
            return [KNOWN_KINDS[number] for number in drawn]


def new_pair(rng: np.random.Generator) -> list[Kind]:
    """Return two known kinds that training does not show together."""
    pairs = sorted(NEW_PAIRS)
    pair = pairs[rng.integers(len(pairs))]
    return [pair[number] for number in rng.permutation(2)]


def new_kind(rng: np.random.Generator) -> list[Kind]:
    """Return one kind that training does not show, and a known one."""
    pair = [
        NEW_KINDS[rng.integers(len(NEW_KINDS))],
        KNOWN_KINDS[rng.integers(len(KNOWN_KINDS))],
    ]
    return [pair[number] for number in rng.permutation(2)]


def scenes_for(num_scenes: dict[str, int]) -> dict[str, list[Scene]]:
    """Return the scenes of each part; none that is tried is in training."""
    rng = np.random.default_rng(1)
    drawers = {"pairs": new_pair, "kinds": new_kind, "test": known_kinds}
    parts = {
        part: [scene_of(drawer(rng), rng) for _ in range(num_scenes["test"])]
        for part, drawer in drawers.items()
    }
    tried = {frozenset(scene) for scene in parts["test"]}
    for part in ("valid", "train"):
        parts[part] = []
        while len(parts[part]) < num_scenes[part]:
            scene = scene_of(known_kinds(rng), rng)
            if frozenset(scene) not in tried:
                parts[part].append(scene)
        tried |= {frozenset(scene) for scene in parts[part]}
    return parts


def examples(scenes: list[Scene], seed: int) -> IndexableDataset:
    """Return pictures of scenes, each with one of its valid captions."""
    rng = np.random.default_rng(seed)
    captions = [str(rng.choice(captions_of(scene))) for scene in scenes]
    words = VOCABULARY.numbers(captions, LENGTH)
    return IndexableDataset(
        {
            "pictures": draw(scenes, rng),
            "words": words,
            "words_mask": VOCABULARY.mask(words),
        }
    )


def build(
    captioner: Captioner,
    train: IndexableDataset,
    valid: IndexableDataset,
    checkpoint: Path,
    num_epochs: int,
) -> MainLoop:
    """Assemble cost, algorithm, data and extensions."""
    pictures = pt.tensor4("pictures", dtype="uint8")
    words, mask = pt.lmatrix("words"), pt.matrix("words_mask")
    # Batches come with the examples in front; recurrent bricks want time there.
    costs = captioner.costs(pictures, words.T, mask.T)
    cost = mean(costs.sum(), mask.sum()).copy(name="nats_per_word")
    graph = ComputationGraph(cost)
    training = apply_batch_normalization(graph)
    steps = num_epochs * -(-train.num_examples // BATCH_SIZE)
    algorithm = GradientDescent(
        cost=training.outputs[0],
        parameters=graph.parameters,
        step_rule=CompositeRule(
            [StepClipping(1.0), Adam(CosineSchedule(0.002, num_steps=steps))]
        ),
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
                [cost],
                DataStream(valid, SequentialScheme(valid.num_examples, 250)),
                prefix="valid",
            ),
            Checkpoint(checkpoint, every_n_epochs=1, resume=True),
            ProgressBar(),
            Printing(),
        ],
    )


def caption(captioner: Captioner, pictures: np.ndarray, beam_size: int) -> list[str]:
    """Return the most probable caption of each picture."""
    variable = pt.tensor4("pictures", dtype="uint8")
    search = BeamSearch(captioner.write(variable), beam_size)
    found: list[str] = []
    for start in range(0, len(pictures), 250):
        outputs, _ = search.search(
            {variable: pictures[start : start + 250]}, Vocabulary.END, LENGTH
        )
        found.extend(VOCABULARY.text(best[0]) for best in outputs)
    return found


def shares(captions: list[str], scenes: list[Scene]) -> tuple[float, float]:
    """Return how many captions are valid, and how many speak of what is there."""
    pairs = list(zip(captions, scenes, strict=True))
    return (
        sum(is_valid(*pair) for pair in pairs) / len(pairs),
        sum(kinds_are_right(*pair) for pair in pairs) / len(pairs),
    )


def draw_captions(
    pictures: np.ndarray, captions: list[str], scenes: list[Scene], path: Path
) -> None:
    """Write a picture of scenes with their captions, the wrong ones in red."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.5), dpi=120, layout="constrained")
    places = figure.subplots(3, 4).ravel()
    for axes, picture, text, scene in zip(
        places, pictures, captions, scenes, strict=False
    ):
        axes.imshow(picture.transpose(1, 2, 0))
        color = "black" if is_valid(text, scene) else "red"
        axes.set_title(text, fontsize=7, color=color)
    for axes in places:
        axes.set_axis_off()
    figure.savefig(path)


def main() -> None:
    """Train, caption what was never seen, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--output", type=Path, default=Path("output"), help="where to save (output)"
    )
    parser.add_argument("--epochs", type=int, default=9, help="9 by default")
    parser.add_argument("--filters", type=int, default=32, help="of each layer (32)")
    parser.add_argument("--dim", type=int, default=128, help="units of the LSTM (128)")
    parser.add_argument("--beam-size", type=int, default=3, help="hypotheses (3)")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    parts = scenes_for(NUM_SCENES)
    captioner = network(options.filters, options.dim)
    checkpoint = options.output / "caption.ckpt"
    train, valid = examples(parts["train"], 1), examples(parts["valid"], 2)
    build(captioner, train, valid, checkpoint, options.epochs).run()

    samples = []
    print("valid captions (things named rightly):")
    for number, (part, meaning) in enumerate(TESTS.items()):
        pictures = draw(parts[part], np.random.default_rng(3 + number))
        captions = caption(captioner, pictures, options.beam_size)
        valid_share, kinds_share = shares(captions, parts[part])
        print(f"  {100 * valid_share:5.1f} % ({100 * kinds_share:5.1f} %) {meaning}")
        four = slice(4)
        samples.append((pictures[four], captions[four], parts[part][four]))
    pictures, captions, scenes = (
        [each for sample in column for each in sample]
        for column in zip(*samples, strict=True)
    )
    for text, scene in zip(captions, scenes, strict=True):
        things = ", ".join(" ".join(map(str, thing)) for thing in scene)
        print(f"  {things}  ->  {text}")
    picture = options.output / "caption.png"
    draw_captions(pictures, captions, scenes, picture)
    print(f"pictures:   {picture}")
    print(f"checkpoint: {checkpoint}")


if __name__ == "__main__":
    main()
