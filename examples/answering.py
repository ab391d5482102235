"""Networks that answer questions about pictures, for `vqa.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
from eye import Eye
from pytensor import tensor as pt
from scenes import ANSWERS, CELLS

from brickyard.bricks import (
    MLP,
    BatchNormalization,
    Initializable,
    Linear,
    LookupTable,
    Rectifier,
    Softmax,
)
from brickyard.bricks.application import application
from brickyard.bricks.recurrent import LSTM

NUM_GLIMPSES = 4
# Column and row of each cell of a flattened picture, each as one of `CELLS` numbers
# that stands out; with mean 0 and standard deviation 1, as what the eye finds begins.
PLACES = np.concatenate(
    [np.tile(np.eye(CELLS), (CELLS, 1)), np.repeat(np.eye(CELLS), CELLS, axis=0)],
    axis=1,
)
PLACES = (PLACES - PLACES.mean()) / PLACES.std()


class Head(Initializable):
    """What puts a question and the cells of a picture together.

    Parameters
    ----------
    cell_dim, question_dim
        How many numbers describe a cell, and a question.
    dim
        The size of the result.
    **kwargs
        See `Initializable`.
    """

    def __init__(
        self, cell_dim: int, question_dim: int, dim: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cell_dim, self.question_dim, self.dim = cell_dim, question_dim, dim
        # Most of a mean over cells is the same for all pictures, and drowns the rest.
        self.normalization = BatchNormalization(dim, name="normalization")
        self.question = Linear(question_dim, dim, name="question")


class Plain(Head):
    """What the cells of a picture are on average, times the question."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dims = [self.cell_dim, self.dim, self.dim]
        self.cell = MLP([Rectifier(), Rectifier()], dims, name="cell")
        self.children = [self.cell, self.normalization, self.question]

    @application
    def apply(self, cells, question):
        """Put cells ``(batch, cells, features)`` and a question together."""
        picture = self.normalization.apply(self.cell.apply(cells).mean(axis=1))
        return picture * self.question.apply(question)


class Relational(Plain):
    """The same, and what is in the cells that the question makes it look at.

    Each glimpse is a mean of all cells, weighted by how well they fit what the
    question looks for; all glimpses together, times the question, can be compared.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        width = NUM_GLIMPSES * self.dim
        self.wanted = Linear(self.question_dim, width, name="wanted")
        self.offered = Linear(self.cell_dim, self.dim, name="offered")
        self.seen = Linear(self.cell_dim, self.dim, name="seen")
        self.compared = Linear(width, self.dim, name="compared")
        self.relation = Linear(self.question_dim, self.dim, name="relation")
        self.normalization_of_glimpses = BatchNormalization(
            self.dim, name="normalization_of_glimpses"
        )
        self.children = [
            *self.children,
            self.wanted,
            self.offered,
            self.seen,
            self.compared,
            self.relation,
            self.normalization_of_glimpses,
        ]

    @application
    def apply(self, cells, question):
        """Put cells ``(batch, cells, features)`` and a question together."""
        batch = cells.shape[0]
        wanted = self.wanted.apply(question).reshape((batch, NUM_GLIMPSES, self.dim))
        offered = self.offered.apply(cells).transpose(0, 2, 1)
        weights = pt.special.softmax(pt.matmul(wanted, offered) / self.dim**0.5, axis=2)
        glimpses = pt.matmul(weights, self.seen.apply(cells))
        compared = self.compared.apply(glimpses.reshape((batch, -1)))
        related = compared * self.relation.apply(question)
        return super().apply(cells, question) + self.normalization_of_glimpses.apply(
            related
        )


class Blind(Head):
    """The question, whatever the picture."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.children = [self.question, self.normalization]

    @application
    def apply(self, cells, question):
        """Return what becomes of the question alone."""
        return self.normalization.apply(self.question.apply(question))


HEADS = {"plain": Plain, "relational": Relational, "no picture": Blind}


class Answerer(Initializable):
    """An eye, a reader of questions, a head for both, and the answers.

    Parameters
    ----------
    head
        The name of the head, of `HEADS`.
    num_words
        How many words there are.
    length
        How many words a question has, with its end.
    num_filters
        How many filters each of the convolutions has.
    dim
        The number of units of the LSTM and the head.
    **kwargs
        See `Initializable`.
    """

    def __init__(
        self,
        head: str,
        num_words: int,
        length: int,
        num_filters: int,
        dim: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.eye = Eye(num_filters, name="eye")
        self.lookup = LookupTable(num_words, dim, name="lookup")
        self.gates = Linear(dim, 4 * dim, name="gates")
        self.lstm = LSTM(dim, name="lstm")
        self.head = HEADS[head](
            num_filters + PLACES.shape[1], length * dim, dim, name="head"
        )
        self.answer = MLP([Rectifier(), Softmax()], [dim, dim, len(ANSWERS)])
        self.children = [
            self.eye,
            self.lookup,
            self.gates,
            self.lstm,
            self.head,
            self.answer,
        ]

    @application
    def look(self, pictures):
        """Return what is in the cells and where they are, ``(batch, cells, dim)``."""
        seen = self.eye.apply(pictures)
        cells = seen.transpose(0, 2, 3, 1).reshape((seen.shape[0], CELLS**2, -1))
        places = pt.constant(PLACES.astype("float32"))
        places = pt.broadcast_to(places, (seen.shape[0], *PLACES.shape))
        return pt.concatenate([cells, places], axis=2)

    @application
    def read(self, words, mask):
        """Return what questions ``(time, batch)`` ask, ``(batch, time * dim)``."""
        inputs = self.gates.apply(self.lookup.apply(words))
        states, _ = self.lstm.apply(inputs, mask=mask)
        # The state after each word: until a head uses what an early word says, nothing
        # teaches the LSTM to keep it to the end.
        return states.transpose(1, 0, 2).reshape((words.shape[1], -1))

    @application
    def apply(self, pictures, words, mask):
        """Return the probability of each answer, ``(batch, answers)``."""
        question = self.read(words, mask)
        return self.answer.apply(self.head.apply(self.look(pictures), question))
