"""Counting how much of the batches is padding."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from brickyard.datasets.request_iterators import check_cursor
from brickyard.state import State, require_keys


class PaddingCost:
    """How much of some batches was padding, and how many shapes they had.

    Attributes
    ----------
    steps : int
        How many steps of sequences the batches had, padding included.
    padded_steps : int
        How many of them were padding.
    shapes : set of tuple
        The shapes of the batches: how many sequences, and the length in steps of each
        source with a mask.

    Examples
    --------
    >>> cost = PaddingCost()
    >>> cost.add([np.array([[1, 1, 1, 0], [1, 0, 0, 0]])])
    >>> cost.padding_rate
    0.5
    >>> print(cost)
    50.0 % of 8 steps were padding, in batches of 1 shape
    """

    def __init__(self) -> None:
        self.steps = 0
        self.padded_steps = 0
        self.shapes: set[tuple[int, ...]] = set()

    @property
    def padding_rate(self) -> float:
        """Which share of the steps was padding, in [0, 1]."""
        return self.padded_steps / self.steps if self.steps else 0.0

    def add(self, masks: Iterable[np.ndarray]) -> None:
        """Count a batch.

        Parameters
        ----------
        masks
            The masks of its sources, shape ``(batch, time)``, zero where there is
            padding.
        """
        shape: list[int] = []
        for mask in masks:
            self.steps += mask.size
            self.padded_steps += mask.size - int(np.count_nonzero(mask))
            shape += mask.shape[1:] if shape else mask.shape
        self.shapes.add(tuple(shape))

    def __str__(self) -> str:
        number = len(self.shapes)
        return (
            f"{100 * self.padding_rate:.1f} % of {self.steps:,} steps were padding, in "
            f"batches of {number} {'shape' if number == 1 else 'shapes'}"
        )

    def get_state(self) -> State:
        """Return what was counted.

        Returns
        -------
        State
            ``{"steps": ..., "padded_steps": ..., "shapes": sorted lists}``.
        """
        return {
            "steps": self.steps,
            "padded_steps": self.padded_steps,
            "shapes": [list(shape) for shape in sorted(self.shapes)],
        }

    def set_state(self, state: State) -> None:
        """Go on from what was counted before.

        Parameters
        ----------
        state
            What `get_state` gave.

        Raises
        ------
        ValueError
            If keys are missing or unknown, or a number makes no sense.
        TypeError
            If a number is not an integer.
        """
        owner = "the cost of padding"
        require_keys(state, ["steps", "padded_steps", "shapes"], owner)
        steps = check_cursor(state["steps"], None, "steps", owner)
        padded = check_cursor(state["padded_steps"], steps, "padded_steps", owner)
        shapes = {
            tuple(check_cursor(number, None, "shapes", owner) for number in shape)
            for shape in state["shapes"]
        }
        self.steps, self.padded_steps, self.shapes = steps, padded, shapes
