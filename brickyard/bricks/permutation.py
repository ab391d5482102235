"""Features in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.initialization.constant import check_permutation
from brickyard.bricks.interfaces import Feedforward


class FixedPermutation(Feedforward):
    """Put the features in a fixed order, ``output[..., j] = input_[..., order[j]]``.

    Parameters
    ----------
    order
        Each of the integers 0 .. dim-1 once.
    dot
        Multiply by a permutation matrix, ``(dim, dim)``, instead of indexing. It takes
        more memory, and an input that is infinite or NaN spoils its whole row, but the
        gradient of a product is faster than that of indexing where scattering is slow.
    **kwargs
        See `Brick`.

    Raises
    ------
    TypeError
        If `dot` is not a bool.
    ValueError
        If `order` is not a permutation.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.matrix("x")
    >>> evaluate(FixedPermutation([2, 0, 1]).apply(x), {x: [[10, 20, 30]]}).tolist()
    [[30.0, 10.0, 20.0]]
    """

    def __init__(
        self, order: Sequence[int] | np.ndarray, dot: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(dot, bool):
            raise TypeError(f"{self.path}: dot must be True or False, got {dot!r}")
        self.order = check_permutation(order, f"{self.path}: order")
        self.dot = dot

    @property
    def input_dim(self) -> int:
        """The number of features; assigning another one is an error."""
        return len(self.order)

    @input_dim.setter
    def input_dim(self, dim: int) -> None:
        self._refuse_other(dim)

    @property
    def output_dim(self) -> int:
        """The number of features; assigning another one is an error."""
        return len(self.order)

    @output_dim.setter
    def output_dim(self, dim: int) -> None:
        self._refuse_other(dim)

    def _refuse_other(self, dim: int) -> None:
        if dim != len(self.order):
            raise ValueError(
                f"{self.path} permutes {len(self.order)} features, cannot have {dim!r}"
            )

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the features in the new order.

        Parameters
        ----------
        input_
            ``(..., dim)``

        Returns
        -------
        TensorVariable
            ``(..., dim)``, of the same dtype.

        Raises
        ------
        ValueError
            If the last axis is known to have another size, or there is none.
        """
        width = input_.type.shape[-1] if input_.ndim else 0
        if width not in (None, self.input_dim):
            raise ValueError(
                f"{self.path}.apply permutes {self.input_dim} features, got an input "
                f"of shape {input_.type.shape}"
            )
        if self.dot:
            matrix = np.eye(self.input_dim, dtype=input_.dtype)[:, self.order]
            return pt.dot(input_, pt.constant(matrix))
        return input_[..., pt.constant(self.order)]

    def get_dim(self, name: str) -> int:
        """Return the number of features for ``"input_"`` and ``"output"``."""
        if name in ("input_", "output"):
            return self.input_dim
        return super().get_dim(name)
