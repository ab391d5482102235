"""Random orders in which converters write examples."""

from __future__ import annotations

import numpy as np


def shuffled_places(count: int, shuffle_seed: int | None) -> np.ndarray:
    """Return where each training image goes.

    Parameters
    ----------
    count
        How many images there are.
    shuffle_seed
        Non-negative integer, for a random order; None for the order of the archive.

    Returns
    -------
    numpy.ndarray
        Shape ``(batch,)``, the same in every version of NumPy.

    Raises
    ------
    TypeError
        If the seed is no integer.
    ValueError
        If it is negative, or does not fit into 32 bits.

    Examples
    --------
    >>> shuffled_places(5, 1)
    array([2, 1, 4, 0, 3])
    """
    if shuffle_seed is None:
        return np.arange(count)
    if isinstance(shuffle_seed, bool) or not isinstance(shuffle_seed, int | np.integer):
        raise TypeError(
            "shuffle_seed must be an integer, or None for the order of the archive, "
            f"got {shuffle_seed!r}"
        )
    if not 0 <= shuffle_seed < 2**32:
        raise ValueError(
            f"shuffle_seed must be from 0 to 2**32 - 1, got {shuffle_seed}"
        )
    return np.random.RandomState(shuffle_seed).permutation(count)


def seed_option(shuffle_seed: int | None) -> list[str]:
    """Return the words of a command line for a seed.

    Parameters
    ----------
    shuffle_seed
        The seed.

    Examples
    --------
    >>> seed_option(3), seed_option(None)
    (['--shuffle-seed', '3'], ['--shuffle-seed', 'none'])
    """
    return ["--shuffle-seed", "none" if shuffle_seed is None else str(shuffle_seed)]


def seed_or_none(word: str) -> int | None:
    """Return the seed that a word of a command line stands for.

    Parameters
    ----------
    word
        A whole number, or ``none``.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> seed_or_none("3"), seed_or_none("none")
    (3, None)
    """
    if word == "none":
        return None
    if not (word.isascii() and word.isdigit()):
        raise ValueError(
            "shuffle_seed must be a whole number, or none for the order of the "
            f"archive, got {word!r}"
        )
    return int(word)
