"""Seeds: which random numbers a brick gets.

Every brick has a stream of its own, a function of a seed and the brick's path. The
seed is the brick's own, or that of the nearest owner that has one, or `DEFAULT_SEED`.
Two roots of one name that both fall back on the default seed are told apart by the
order in which they first asked for numbers, so that five networks made in a loop do
not start from the same values.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick

DEFAULT_SEED = 1

# How many roots of a name have asked so far, and which number each of them was given.
_roots_of_name: dict[str, int] = {}
_number_of_root: WeakKeyDictionary[Brick, int] = WeakKeyDictionary()


def generator_for(brick: Brick) -> np.random.Generator:
    """Return a generator at the beginning of a brick's stream.

    Parameters
    ----------
    brick
        The brick.

    Returns
    -------
    numpy.random.Generator
        A new generator.
    """
    return np.random.default_rng(_entropy(brick, brick.nearest_seed(), "initial"))


def graph_seed_for(brick: Brick, seed: int | None) -> int:
    """Return the seed of a brick's random numbers inside of graphs.

    Parameters
    ----------
    brick
        The brick.
    seed
        The seed it was given, or None.

    Returns
    -------
    int
        At least 0 and below 2**31.
    """
    sequence = np.random.SeedSequence(_entropy(brick, seed, "graph"))
    return int(sequence.generate_state(1)[0] >> 1)


def _entropy(brick: Brick, seed: int | None, purpose: str) -> list[int]:
    root = brick.get_unique_path()[0]
    number = _claim_number(root) if seed is None else 0
    digest = hashlib.sha256(f"{purpose} {brick.path}".encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return [DEFAULT_SEED if seed is None else seed, number, *words]


def _claim_number(root: Brick) -> int:
    number = _number_of_root.get(root)
    if number is None:
        number = _roots_of_name.get(root.name, 0)
        _roots_of_name[root.name] = number + 1
        _number_of_root[root] = number
    return number


def check_seed(seed: object, who: str) -> int | None:
    """Return a seed, or say what is wrong with it.

    Parameters
    ----------
    seed
        An integer of at least 0, or None.
    who
        The path of the brick, for messages.

    Returns
    -------
    int or None
        The seed.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is negative.
    """
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(
            f"{who}: a seed must be an integer, got {seed!r} of type "
            f"{type(seed).__name__}"
        )
    if seed < 0:
        raise ValueError(f"{who}: a seed must be at least 0, got {seed}")
    return int(seed)
