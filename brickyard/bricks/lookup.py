"""Vectors looked up by index."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.tensor.variable import TensorConstant, TensorVariable

from brickyard.backends import SharedTensor
from brickyard.bricks.application import application
from brickyard.bricks.checks import describe, require_tensor
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import lazy
from brickyard.graph.roles import WEIGHT


class LookupTable(Initializable, Feedforward):
    r"""A table of learned vectors, one for each index.

    .. math:: y = W_{i}

    Parameters
    ----------
    length
        The number of vectors, at least 1.
    dim
        The number of features of each, at least 1.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    Parameter: ``W`` of shape ``(length, dim)`` and role ``WEIGHT``. Indices that are
    only known when the graph is computed are not checked: an XLA device takes the
    nearest row for one that is too large.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> import numpy as np
    >>> table = LookupTable(3, 2)
    >>> table.allocate()
    >>> table.W.set_value(np.float32([[0, 1], [2, 3], [4, 5]]))
    >>> words = pt.lmatrix("words")
    >>> evaluate(table.apply(words), {words: [[2, 0]]})
    array([[[4., 5.],
            [0., 1.]]], dtype=float32)
    """

    @lazy(allocation=["length", "dim"])
    def __init__(self, length: int, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = length
        self.dim = dim

    @property
    def W(self) -> SharedTensor:
        """The table, ``(length, dim)``."""
        return self.parameters["W"]

    @property
    def input_dim(self) -> int:
        """The number of features of the input: 0, an index has none."""
        return 0

    @input_dim.setter
    def input_dim(self, dim: int) -> None:
        if dim != 0:
            raise ValueError(
                f"{self.path} takes indices, which have 0 features, not {dim}; the "
                "number of different indices is its length"
            )

    @property
    def output_dim(self) -> int:
        """The number of features of the output, `dim`."""
        return self.dim

    @output_dim.setter
    def output_dim(self, dim: int) -> None:
        self.dim = dim

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, the initializer of W included."""
        missing = super().missing_arguments(phase)
        if phase == "initialization" and self.weights_init is None:
            missing.append("weights_init")
        return missing

    def _allocate(self) -> None:
        self.add_parameter(None, (self.length, self.dim), "W", WEIGHT)

    def _initialize(self) -> None:
        self._fill(self.W, self.weights_init)

    @application(inputs=["indices"], outputs=["output"])
    def apply(self, indices: TensorVariable) -> TensorVariable:
        """Return the vectors of indices.

        Parameters
        ----------
        indices
            Integers of at least 0 and below `length`, of any shape ``(...)``.

        Returns
        -------
        TensorVariable
            ``(..., dim)``, of the parameter's dtype.

        Raises
        ------
        TypeError
            If the indices are not integers.
        ValueError
            If they are constants out of range.
        """
        tensor = require_tensor(self, indices)
        if np.dtype(tensor.dtype).kind not in "iu":
            raise TypeError(
                f"{self.path} needs integer indices, got {describe(tensor)}; declare "
                "the input as integers, such as pt.lmatrix, or cast it with "
                ".astype('int64')"
            )
        self._check_constant(tensor)
        return self.W[tensor]

    def _check_constant(self, indices: TensorVariable) -> None:
        # The application handed on a copy of the constant.
        original = indices.owner.inputs[0] if indices.owner else indices
        if not isinstance(original, TensorConstant) or original.data.size == 0:
            return
        low, high = original.data.min(), original.data.max()
        if low < 0 or high >= self.length:
            raise ValueError(
                f"{self.path} has {self.length} vectors, for the indices 0 to "
                f"{self.length - 1}; got indices from {low} to {high}"
            )

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``indices`` (0) or ``output``."""
        dims = {"indices": 0, "output": self.dim}
        return dims[name] if name in dims else super().get_dim(name)
