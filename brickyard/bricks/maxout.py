"""Maxout: the largest of several linear maps."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.checks import describe, require_tensor
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import lazy
from brickyard.bricks.linear import Linear


class Maxout(Brick):
    r"""The maximum over groups of neighbouring features.

    .. math:: y_j = \max_{0 \le i < k} x_{jk + i}

    Parameters
    ----------
    num_pieces
        The number :math:`k` of features in a group, at least 1. The number of input
        features must be a multiple of it.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    TypeError
        If `num_pieces` is not an integer.
    ValueError
        If it is not positive.

    References
    ----------
    I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio (2013), Maxout
    networks, ICML, section 2. They write groups as an axis of its own.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> x = pt.matrix("x")
    >>> evaluate(Maxout(2).apply(x), {x: [[1, 5, 3, 2]]})
    array([[5., 3.]], dtype=float32)
    """

    def __init__(self, num_pieces: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_pieces = _check_pieces(num_pieces, self.path)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the maxima.

        Parameters
        ----------
        input_
            Features, ``(..., groups * num_pieces)``.

        Returns
        -------
        TensorVariable
            ``(..., groups)``, of the input's dtype.

        Raises
        ------
        TypeError
            If the input is not a tensor.
        ValueError
            If it has no axes, or a number of features that is known not to fit.
        """
        x = require_tensor(self, input_)
        pieces = self.num_pieces
        width = x.type.shape[-1] if x.ndim else 0
        if x.ndim == 0 or (width is not None and width % pieces):
            raise ValueError(
                f"{self.path} needs a multiple of num_pieces={pieces} features on the "
                f"last axis, got {describe(x)}"
            )
        leading = [
            x.shape[axis] if size is None else size
            for axis, size in enumerate(x.type.shape[:-1])
        ]
        groups = x.shape[-1] // pieces if width is None else width // pieces
        return x.reshape((*leading, groups, pieces)).max(axis=-1)


class LinearMaxout(Initializable, Feedforward):
    r"""Linear maps of which, feature by feature, the largest counts.

    .. math:: y_j = \max_{0 \le i < k} (x W + b)_{jk + i}

    Parameters
    ----------
    input_dim
        The number of input features, at least 1.
    output_dim
        The number of output features, at least 1.
    num_pieces
        The number :math:`k` of linear maps, at least 1.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Notes
    -----
    The children ``linear``, with ``W`` of shape ``(input_dim, output_dim *
    num_pieces)``, and ``maxout``.

    References
    ----------
    I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio (2013), Maxout
    networks, ICML, section 2.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> layer = LinearMaxout(4, 3, num_pieces=2)
    >>> layer.apply(pt.matrix("x")).type.shape
    (None, 3)
    >>> layer.children[0].W.type.shape
    (4, 6)
    """

    @lazy(allocation=["input_dim", "output_dim", "num_pieces"])
    def __init__(
        self, input_dim: int, output_dim: int, num_pieces: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.linear = Linear(name="linear")
        self.maxout = Maxout(1, name="maxout")
        self.children.extend([self.linear, self.maxout])
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.num_pieces = num_pieces

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self.maxout.num_pieces = _check_pieces(self.num_pieces, self.path)
        self.linear.input_dim = self.input_dim
        self.linear.output_dim = self.output_dim * self.num_pieces

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the maxima of the linear maps.

        Parameters
        ----------
        input_
            Features, ``(..., input_dim)``.

        Returns
        -------
        TensorVariable
            ``(..., output_dim)``, of the parameters' dtype.

        Raises
        ------
        TypeError, ValueError
            If the input does not fit: see `Linear.apply`.
        """
        return self.maxout.apply(self.linear.apply(input_))

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        dims = {"input_": self.input_dim, "output": self.output_dim}
        return dims[name] if name in dims else super().get_dim(name)


def _check_pieces(num_pieces: object, who: str) -> int:
    if isinstance(num_pieces, bool) or not isinstance(num_pieces, int):
        raise TypeError(f"{who}: num_pieces must be an integer, got {num_pieces!r}")
    if num_pieces < 1:
        raise ValueError(f"{who}: num_pieces must be at least 1, got {num_pieces}")
    return num_pieces
