"""Telling positions apart: encodings that are added to a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import SharedTensor
from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.checks import describe, features_of, require_tensor
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.lazy import lazy
from brickyard.graph.roles import WEIGHT


class SinusoidalPositions(Brick):
    r"""Sines and cosines of different periods, added to a sequence.

    .. math:: y_{t, 2i} = x_{t, 2i} + \sin(t / 10000^{2i / d}), \qquad
       y_{t, 2i + 1} = x_{t, 2i + 1} + \cos(t / 10000^{2i / d})

    Parameters
    ----------
    dim
        The number of features :math:`d`, even.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    ValueError
        If `dim` is odd.

    References
    ----------
    A. Vaswani et al. (2017), *Attention is all you need*, arXiv:1706.03762, section
    3.5.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> x = pt.tensor3("x")
    >>> evaluate(SinusoidalPositions(2).apply(x), {x: [[[3, 0]]]}).tolist()
    [[[3.0, 1.0]]]
    """

    @lazy(allocation=["dim"])
    def __init__(self, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim = dim

    def _allocate(self) -> None:
        if self.dim % 2:
            raise ValueError(
                f"{self.path} needs an even number of features, a sine and a cosine of "
                f"each period, got dim={self.dim}"
            )

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the sequence with the encodings of its positions added.

        Parameters
        ----------
        input_
            ``(time, batch, dim)``, floating-point.

        Returns
        -------
        TensorVariable
            ``(time, batch, dim)``
        """
        x = _sequence(self, input_, self.dim, require_tensor(self, input_).dtype)
        # In double precision: in single the phase is off by 5e-4 at position 10,000.
        rates = 10000.0 ** (-np.arange(0, self.dim, 2) / self.dim)
        angles = pt.arange(x.shape[0]).astype("float64")[:, None] * rates
        waves = pt.stack([pt.sin(angles), pt.cos(angles)], axis=-1)
        encoding = waves.reshape((x.shape[0], self.dim)).astype(x.dtype)
        return x + encoding[:, None, :]

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        return self.dim if name in ("input_", "output") else super().get_dim(name)


class LearnedPositions(Initializable):
    r"""A learned vector for each position, added to a sequence.

    .. math:: y_t = x_t + W_t

    Parameters
    ----------
    max_length
        The length of the longest sequence, at least 1.
    dim
        The number of features.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    Parameter: ``W`` of shape ``(max_length, dim)`` and role ``WEIGHT``.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks.initialization import Constant
    >>> positions = LearnedPositions(5, 2, weights_init=Constant(7))
    >>> positions.initialize()
    >>> x = pt.tensor3("x")
    >>> evaluate(positions.apply(x), {x: [[[3, 0]]]}).tolist()
    [[[10.0, 7.0]]]
    """

    @lazy(allocation=["max_length", "dim"])
    def __init__(self, max_length: int, dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length
        self.dim = dim

    @property
    def W(self) -> SharedTensor:
        """The vectors, ``(max_length, dim)``."""
        return self.parameters["W"]

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, the initializer of W included."""
        missing = super().missing_arguments(phase)
        if phase == "initialization" and self.weights_init is None:
            missing.append("weights_init")
        return missing

    def _allocate(self) -> None:
        self.add_parameter(None, (self.max_length, self.dim), "W", WEIGHT)

    def _initialize(self) -> None:
        self._fill(self.W, self.weights_init)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the sequence with the vectors of its positions added.

        Parameters
        ----------
        input_
            ``(time, batch, dim)``

        Returns
        -------
        TensorVariable
            ``(time, batch, dim)``

        Raises
        ------
        ValueError
            If the sequence is known to be longer than `max_length`. A length that is
            not known is checked when the graph is computed.
        """
        x = _sequence(self, input_, self.dim, self.W.dtype)
        length = x.type.shape[0]
        if length is not None and length > self.max_length:
            raise ValueError(
                f"{self.path} has vectors for {self.max_length} positions, got a "
                f"sequence of {length}: {describe(x)}; make it with a larger max_length"
            )
        return x + self.W[: x.shape[0]][:, None, :]

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        return self.dim if name in ("input_", "output") else super().get_dim(name)


def _sequence(brick: Brick, input_: Any, dim: int, dtype: str) -> TensorVariable:
    x = features_of(brick, input_, dim, dtype)
    if x.ndim != 3 or not x.dtype.startswith("float"):
        raise ValueError(
            f"{brick.path} needs a floating-point sequence (time, batch, {dim}), got "
            f"{describe(x)}"
        )
    return x
