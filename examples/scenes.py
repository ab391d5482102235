"""Small pictures of coloured shapes, and what can be said and asked about them.

A scene is a few things in the cells of a grid. It is drawn with a little noise, each
thing near the middle of its cell; `captions_of` knows all sentences about it that are
valid, and `ask` asks questions whose answers nothing but the picture gives away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

COLOURS = {
    "red": (230, 40, 40),
    "green": (40, 200, 60),
    "blue": (60, 90, 240),
    "yellow": (235, 215, 50),
    "purple": (170, 60, 200),
    "white": (240, 240, 240),
}
SHAPES = ("circle", "square", "triangle", "cross")
KINDS = [(colour, shape) for colour in COLOURS for shape in SHAPES]
CELLS, CELL = 4, 6  # cells along an axis, pixels along a cell
SIDE = CELLS * CELL
# The words for a relation, with the axis and the sign of the step to the other thing.
RELATIONS = {
    "left of": (0, 1),
    "right of": (0, -1),
    "above": (1, 1),
    "over": (1, 1),
    "below": (1, -1),
    "under": (1, -1),
}


class Thing(NamedTuple):
    """A coloured shape in a cell, column and row counted from the upper left."""

    colour: str
    shape: str
    column: int
    row: int

    @property
    def kind(self) -> tuple[str, str]:
        """The colour and the shape."""
        return self.colour, self.shape


Scene = tuple[Thing, ...]


def scene_of(kinds: Sequence[tuple[str, str]], rng: np.random.Generator) -> Scene:
    """Return things of some kinds in cells of their own."""
    cells = rng.choice(CELLS**2, size=len(kinds), replace=False).tolist()
    return tuple(
        Thing(*kind, cell % CELLS, cell // CELLS)
        for kind, cell in zip(kinds, cells, strict=True)
    )


def draw(scenes: Sequence[Scene], rng: np.random.Generator) -> np.ndarray:
    """Return pictures, uint8, ``(scenes, colours, rows, columns)``."""
    return np.concatenate(
        [
            _draw_some(scenes[start : start + 1000], rng)
            for start in range(0, len(scenes), 1000)
        ]
    )


def _draw_some(scenes: Sequence[Scene], rng: np.random.Generator) -> np.ndarray:
    count = len(scenes)
    pictures = np.broadcast_to(
        rng.uniform(0, 50, size=(count, 1, 1, 1)), (count, 3, SIDE, SIDE)
    ).copy()
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    for number in range(max(map(len, scenes))):
        which = [i for i, scene in enumerate(scenes) if len(scene) > number]
        things = [scenes[i][number] for i in which]
        places = np.array([(thing.column, thing.row) for thing in things])
        middles = CELL * (places + 0.5) + rng.uniform(-0.7, 0.7, size=places.shape)
        sizes = rng.uniform(1.9, 2.4, size=(len(things), 1, 1))
        x = columns - middles[:, 0, None, None]
        y = rows - middles[:, 1, None, None]
        inks = np.array([COLOURS[thing.colour] for thing in things])[:, :, None, None]
        cover = np.zeros(x.shape)
        for shape in SHAPES:
            mine = [i for i, thing in enumerate(things) if thing.shape == shape]
            cover[mine] = _cover(shape, x[mine], y[mine], sizes[mine])
        pictures[which] += cover[:, None] * (inks - pictures[which])
    pictures += rng.normal(0, 6, size=pictures.shape)
    return np.clip(pictures, 0, 255).astype("uint8")


def _cover(shape: str, x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return how much of each pixel a shape covers, from the distance to its edge."""
    if shape == "circle":
        distance = np.hypot(x, y) - size
    elif shape == "square":
        distance = np.maximum(abs(x), abs(y)) - 0.9 * size
    elif shape == "triangle":
        distance = np.maximum(y - 0.9 * size, 0.9 * abs(x) - 0.45 * y - 0.5 * size)
    else:
        bar, length = 0.3 * size, size
        distance = np.minimum(
            np.maximum(abs(x) - bar, abs(y) - length),
            np.maximum(abs(y) - bar, abs(x) - length),
        )
    return np.clip(0.5 - distance, 0, 1)


# Captions


def captions_of(scene: Scene) -> list[str]:
    """Return all valid captions: one thing, and where it is from another one."""
    captions = {
        f"a {one.colour} {one.shape} {words} a {other.colour} {other.shape}"
        for one, other in permutations(scene, 2)
        for words, (axis, sign) in RELATIONS.items()
        if sign * (other[2 + axis] - one[2 + axis]) > 0
    }
    return sorted(captions)


def is_valid(caption: str, scene: Scene) -> bool:
    """Return whether a caption is a sentence of the grammar and true of a scene."""
    for words, (axis, sign) in RELATIONS.items():
        first, found, second = caption.partition(f" {words} ")
        if found:
            return any(
                sign * (other[2 + axis] - one[2 + axis]) > 0
                for one in _meant(first, scene)
                for other in _meant(second, scene)
            )
    return False


def kinds_are_right(caption: str, scene: Scene) -> bool:
    """Return whether all things that a caption mentions are there."""
    for words in RELATIONS:
        first, found, second = caption.partition(f" {words} ")
        if found:
            return bool(_meant(first, scene) and _meant(second, scene))
    return False


def _meant(words: str, scene: Scene) -> list[Thing]:
    return [thing for thing in scene if words == f"a {thing.colour} {thing.shape}"]


# Questions


class Question(NamedTuple):
    """A question, what kind of question it is, and its answer."""

    kind: str
    text: str
    answer: str


def what_colour(scene: Scene, rng: np.random.Generator) -> Question | None:
    """Ask for the colour of the only thing of a shape."""
    shape = SHAPES[rng.integers(len(SHAPES))]
    colours = [thing.colour for thing in scene if thing.shape == shape]
    if len(colours) != 1:
        return None
    return Question("colour", f"what colour is the {shape}", colours[0])


def how_many(scene: Scene, rng: np.random.Generator) -> Question | None:
    """Ask how many things of a shape there are, at most three."""
    shape = SHAPES[rng.integers(len(SHAPES))]
    count = sum(thing.shape == shape for thing in scene)
    if count > 3:
        return None
    return Question("count", f"how many {shape} things are there", str(count))


def is_there(scene: Scene, rng: np.random.Generator) -> Question:
    """Ask whether there is a thing of a kind."""
    kind = KINDS[rng.integers(len(KINDS))]
    answer = "yes" if any(thing.kind == kind for thing in scene) else "no"
    return Question("existence", f"is there a {' '.join(kind)}", answer)


def left_of(scene: Scene, rng: np.random.Generator) -> Question | None:
    """Ask whether one of two things is left of, right of, above or below the other."""
    first, second = rng.choice(len(scene), size=2, replace=False)
    one, other = scene[first], scene[second]
    colours = [thing.colour for thing in scene]
    if colours.count(one.colour) > 1 or colours.count(other.colour) > 1:
        return None
    words = ("left of", "right of", "above", "below")[rng.integers(4)]
    axis, sign = RELATIONS[words]
    answer = "yes" if sign * (other[2 + axis] - one[2 + axis]) > 0 else "no"
    text = f"is the {one.colour} thing {words} the {other.colour} thing"
    return Question("direction", text, answer)


def nearest(scene: Scene, rng: np.random.Generator) -> Question | None:
    """Ask for the shape of the thing nearest to the only one of a colour."""
    colour = list(COLOURS)[rng.integers(len(COLOURS))]
    mine = [thing for thing in scene if thing.colour == colour]
    if len(mine) != 1:
        return None
    others = [thing for thing in scene if thing is not mine[0]]
    distances = [
        (thing.column - mine[0].column) ** 2 + (thing.row - mine[0].row) ** 2
        for thing in others
    ]
    if distances.count(min(distances)) > 1:
        return None
    shape = others[distances.index(min(distances))].shape
    return Question("nearest", f"what shape is nearest to the {colour} thing", shape)


Asking = Callable[[Scene, np.random.Generator], Question | None]
NUM_THINGS = 5  # in a scene that is asked about
# The answers of each kind of question, and how it is asked.
QUESTIONS: dict[str, tuple[tuple[str, ...], Asking]] = {
    "colour": (tuple(COLOURS), what_colour),
    "count": (("0", "1", "2", "3"), how_many),
    "existence": (("yes", "no"), is_there),
    "direction": (("yes", "no"), left_of),
    "nearest": (SHAPES, nearest),
}
RELATIONAL = ("direction", "nearest")
ANSWERS = sorted({answer for answers, _ in QUESTIONS.values() for answer in answers})


def ask(count: int, rng: np.random.Generator) -> list[tuple[Scene, Question]]:
    """Return scenes, each with a question.

    The kind is drawn first, relational ones twice as often, then the answer, then
    scenes and questions until one has that answer. Colours, shapes and directions are
    exchangeable: so, whatever the words of a question, all answers of its kind are
    equally probable.
    """
    kinds = [*QUESTIONS, *RELATIONAL]
    return [_ask_one(kinds[rng.integers(len(kinds))], rng) for _ in range(count)]


def _ask_one(kind: str, rng: np.random.Generator) -> tuple[Scene, Question]:
    answers, asking = QUESTIONS[kind]
    wanted = answers[rng.integers(len(answers))]
    while True:
        drawn = rng.integers(len(KINDS), size=NUM_THINGS)
        scene = scene_of([KINDS[number] for number in drawn], rng)
        question = asking(scene, rng)
        if question is not None and question.answer == wanted:
            return scene, question


# Words


class Vocabulary:
    """Words as numbers, 0 for the end and for what comes after it.

    Parameters
    ----------
    texts
        All texts whose words are to be known.
    """

    END = 0

    def __init__(self, texts: Iterable[str]) -> None:
        self.words = ["$", *sorted({word for text in texts for word in text.split()})]
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def numbers(self, texts: Sequence[str], length: int) -> np.ndarray:
        """Return the numbers of words and the end, ``(texts, length)``."""
        rows = np.full((len(texts), length), self.END)
        for row, text in zip(rows, texts, strict=True):
            found = [self._numbers[word] for word in text.split()]
            if len(found) >= length:
                raise ValueError(f"{text!r} has more than {length - 1} words")
            row[: len(found)] = found
        return rows

    def mask(self, rows: np.ndarray) -> np.ndarray:
        """Return 1 for words and the first end, 0 after it, float32."""
        there = np.ones(rows.shape, "float32")
        there[:, 1:] = rows[:, :-1] != self.END
        return there

    def text(self, numbers: Iterable[int]) -> str:
        """Return the words before the end."""
        words = [self.words[number] for number in numbers]
        return " ".join(words[: words.index("$")] if "$" in words else words)
