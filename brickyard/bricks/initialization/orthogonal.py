"""Matrices that keep lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brickyard.bricks.initialization.base import Generator, NdarrayInitialization


class Orthogonal(NdarrayInitialization):
    r"""Fill a matrix with a random orthogonal one, :math:`W^\top W = s^2 I`.

    A tall matrix has orthonormal columns, a wide one orthonormal rows (times
    `scale`). Directions are uniform: the matrix follows the Haar distribution.

    Parameters
    ----------
    scale
        The factor every singular value is multiplied with.

    Raises
    ------
    ValueError
        If the shape asked for does not have two axes.

    References
    ----------
    A. M. Saxe, J. L. McClelland, S. Ganguli (2014). "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks". arXiv:1312.6120.
    F. Mezzadri (2007). "How to generate random matrices from the classical compact
    groups", section 5. arXiv:math-ph/0609050 (why the signs of R are needed).

    Examples
    --------
    >>> W = Orthogonal().generate(np.random.default_rng(1), (4, 3))
    >>> bool(np.allclose(W.T @ W, np.eye(3), atol=1e-6))
    True
    """

    def __init__(self, scale: float = 1) -> None:
        self.scale = self.check_number(scale, "scale")

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return a matrix of `shape` with orthonormal columns or rows, scaled."""
        rows, columns = self.check_shape(shape, ndim=2)
        tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
        Q, R = np.linalg.qr(tall)
        # QR fixes R's diagonal by convention; undoing that makes Q uniform.
        Q = Q * np.where(np.diagonal(R) < 0, -1.0, 1.0)
        return self.cast(self.scale * (Q if rows >= columns else Q.T))
