"""Initial values that are known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brickyard.bricks.initialization.base import Generator, NdarrayInitialization


class Constant(NdarrayInitialization):
    """Fill with a constant, :math:`W_{ij} = c`.

    Parameters
    ----------
    constant
        A number, or an array that broadcasts to the shape of the parameter.

    Raises
    ------
    TypeError
        If `constant` is not numeric.
    ValueError
        If an array does not broadcast to the shape asked for.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> Constant(0.5).generate(rng, (3,)).tolist()
    [0.5, 0.5, 0.5]
    >>> Constant([1, 2]).generate(rng, (2, 2)).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """

    def __init__(self, constant: float | Sequence | np.ndarray) -> None:
        values = np.asarray(constant)
        if values.dtype.kind not in "biuf":
            raise TypeError(
                f"Constant needs a number or an array of real numbers, got {constant!r}"
            )
        # A copy: the caller may go on to write into an array that was passed in.
        self.constant = values.copy() if values.ndim else values.item()

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return an array of `shape` that holds the constant."""
        shape = self.check_shape(shape)
        try:
            return self.cast(np.broadcast_to(self.constant, shape)).copy()
        except ValueError as error:
            raise ValueError(
                f"Constant holds an array of shape {np.shape(self.constant)}, which "
                f"does not broadcast to the shape asked for, {shape}"
            ) from error


class Identity(NdarrayInitialization):
    r"""Fill a matrix with a multiple of the identity, :math:`W_{ij} = c\,\delta_{ij}`.

    A matrix that is not square gets ones on its main diagonal.

    Parameters
    ----------
    mult
        The number on the diagonal.

    Raises
    ------
    ValueError
        If the shape asked for does not have two axes.

    Examples
    --------
    >>> Identity(2).generate(np.random.default_rng(1), (2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, mult: float = 1) -> None:
        self.mult = self.check_number(mult, "mult")

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return a matrix of `shape` with `mult` on its diagonal."""
        rows, columns = self.check_shape(shape, ndim=2)
        return self.cast(self.mult * np.eye(rows, columns))


class PermutationMatrix(NdarrayInitialization):
    """Fill a square matrix with a permutation of the identity's columns.

    With a row vector on the left, ``x @ W`` equals ``x[permutation]``.

    Parameters
    ----------
    permutation
        Each of the integers 0 .. n-1 once, in the order wanted. A new one is drawn
        for every matrix unless it is given.

    Raises
    ------
    ValueError
        If `permutation` is not a permutation, or the shape asked for is not
        ``(n, n)``.

    Examples
    --------
    >>> W = PermutationMatrix([2, 0, 1]).generate(np.random.default_rng(1), (3, 3))
    >>> (np.array([10, 20, 30]) @ W).tolist()
    [30.0, 10.0, 20.0]
    """

    def __init__(self, permutation: Sequence[int] | np.ndarray | None = None) -> None:
        self.permutation = None
        if permutation is not None:
            self.permutation = check_permutation(permutation, "PermutationMatrix")

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return a permutation matrix of `shape`."""
        rows, columns = self.check_shape(shape, ndim=2)
        if rows != columns:
            raise ValueError(
                f"PermutationMatrix fills square matrices only, got shape {shape}"
            )
        order = rng.permutation(rows) if self.permutation is None else self.permutation
        if len(order) != rows:
            raise ValueError(
                f"PermutationMatrix permutes {len(order)} elements and cannot fill a "
                f"matrix of shape {shape}; the shape must be {(len(order),) * 2}"
            )
        return self.cast(np.eye(rows)[:, order])


def check_permutation(order: Sequence[int] | np.ndarray, owner: str) -> np.ndarray:
    """Return a permutation as an int64 array, or say why it is none.

    Parameters
    ----------
    order
        Each of the integers 0 .. n-1 once.
    owner
        Who asks, for the message.

    Raises
    ------
    ValueError
        If `order` is not a vector with each of 0 .. n-1 once.

    Examples
    --------
    >>> check_permutation([1, 0], "me")
    array([1, 0])
    """
    values = np.asarray(order)
    if (
        values.ndim != 1
        or values.dtype.kind not in "iu"
        or not np.array_equal(np.sort(values), np.arange(values.size))
    ):
        raise ValueError(
            f"{owner} needs each of the integers 0 .. n-1 exactly once, "
            f"got {np.array2string(values, threshold=20)}"
        )
    return values.astype(np.int64)
