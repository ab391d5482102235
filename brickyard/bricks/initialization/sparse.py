"""Matrices and tensors of which only some elements are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from brickyard.bricks.initialization.base import Generator, NdarrayInitialization
from brickyard.bricks.initialization.constant import Constant


class Sparse(NdarrayInitialization):
    """Fill a few random places of every row, and the rest with something else.

    Parameters
    ----------
    num_init
        An integer: how many elements of every row are filled by `weights_init`. A
        float in [0, 1]: which share of the row, rounded down.
    weights_init
        The recipe for the chosen elements.
    sparse_init
        The recipe for all others, ``Constant(0)`` unless given.

    Raises
    ------
    TypeError
        If `num_init` is not a number or a recipe is not an initializer.
    ValueError
        If `num_init` is negative, a share above 1, or more than a row holds, or the
        shape asked for does not have two axes.

    References
    ----------
    J. Martens (2010). "Deep learning via Hessian-free optimization", section 5.

    Examples
    --------
    >>> recipe = Sparse(2, weights_init=Constant(1))
    >>> recipe.generate(np.random.default_rng(1), (3, 5)).sum(axis=1).tolist()
    [2.0, 2.0, 2.0]
    """

    def __init__(
        self,
        num_init: int | float,
        weights_init: NdarrayInitialization,
        sparse_init: NdarrayInitialization | None = None,
    ) -> None:
        self.num_init = _check_num_init(num_init, type(self).__name__)
        self.weights_init = weights_init
        self.sparse_init = Constant(0) if sparse_init is None else sparse_init
        for name in ("weights_init", "sparse_init"):
            recipe = getattr(self, name)
            if not callable(getattr(recipe, "generate", None)):
                raise TypeError(
                    f"{type(self).__name__} needs an initializer for {name}, "
                    f"got {recipe!r} ({type(recipe).__name__})"
                )

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return a matrix of `shape` with `num_init` drawn elements in each row."""
        return self._fill_rows(rng, self.check_shape(shape, ndim=2))

    def _fill_rows(self, rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
        rows, columns = shape
        count = self.num_init
        if not isinstance(count, int):
            count = int(count * columns)
        if count > columns:
            raise ValueError(
                f"{type(self).__name__} is to draw {count} elements out of {columns}; "
                "num_init may not exceed the number of elements of one unit"
            )
        weights = np.array(self.sparse_init.generate(rng, shape))
        values = self.weights_init.generate(rng, (rows, count))
        # The first `count` entries of a random order: distinct, equally likely.
        chosen = np.argsort(rng.uniform(size=shape), axis=1)[:, :count]
        np.put_along_axis(weights, chosen, values, axis=1)
        return self.cast(weights)


class SparseND(Sparse):
    """Fill a few random places of every unit of a tensor.

    Parameters
    ----------
    axis
        The axis or axes that number the units. With ``axis=(0, 1)`` and a tensor of
        shape ``(num_filters, num_channels, height, width)`` every filter of every
        channel gets `num_init` drawn elements; ``axis=0`` on a matrix is
        :class:`Sparse`.
    **kwargs
        `num_init`, `weights_init` and `sparse_init` as for :class:`Sparse`.

    Raises
    ------
    TypeError
        If `axis` is not an integer or a sequence of them.
    ValueError
        If an axis is named twice or the shape asked for does not have it.

    Examples
    --------
    >>> recipe = SparseND(axis=(0, 1), num_init=3, weights_init=Constant(1))
    >>> W = recipe.generate(np.random.default_rng(1), (2, 2, 5, 5))
    >>> W.sum(axis=(2, 3)).tolist()
    [[3.0, 3.0], [3.0, 3.0]]
    """

    def __init__(self, axis: int | Sequence[int], **kwargs: Any) -> None:
        axes = (axis,) if isinstance(axis, Integral) else axis
        if not isinstance(axes, Sequence) or not all(
            isinstance(number, Integral) for number in axes
        ):
            raise TypeError(
                "SparseND needs an integer or a sequence of them for axis, "
                f"got {axis!r}"
            )
        self.axis = tuple(int(number) for number in axes)
        super().__init__(**kwargs)

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return a tensor of `shape` with `num_init` drawn elements in each unit."""
        shape = self.check_shape(shape)
        wrong = [a for a in self.axis if not -len(shape) <= a < len(shape)]
        if wrong:
            raise ValueError(
                f"SparseND numbers its units along axes {self.axis}, which shape "
                f"{shape} does not all have"
            )
        units = [a % len(shape) for a in self.axis]
        if len(set(units)) < len(units):
            raise ValueError(f"SparseND got an axis twice for shape {shape}: {units}")
        order = units + [a for a in range(len(shape)) if a not in units]
        sizes = [shape[a] for a in order]
        rows = int(np.prod(sizes[: len(units)]))
        flat = self._fill_rows(rng, (rows, int(np.prod(sizes[len(units) :]))))
        return np.ascontiguousarray(flat.reshape(sizes).transpose(np.argsort(order)))


def _check_num_init(num_init: int | float, owner: str) -> int | float:
    if isinstance(num_init, bool) or not isinstance(num_init, Real):
        raise TypeError(
            f"{owner} needs a number for num_init, got {num_init!r} "
            f"({type(num_init).__name__})"
        )
    if isinstance(num_init, Integral):
        if num_init < 0:
            raise ValueError(f"{owner} needs num_init of at least 0, got {num_init}")
        return int(num_init)
    if not 0 <= num_init <= 1:
        raise ValueError(
            f"{owner} needs a share in [0, 1] when num_init is a float, "
            f"got {num_init!r}; give an integer for a number of elements"
        )
    return float(num_init)
