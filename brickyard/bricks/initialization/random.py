"""Independent random values: normal and uniform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brickyard.bricks.initialization.base import Generator, NdarrayInitialization


class IsotropicGaussian(NdarrayInitialization):
    r"""Draw every element from :math:`\mathcal{N}(\mu, \sigma^2)`.

    Parameters
    ----------
    std
        The standard deviation, at least 0.
    mean
        The mean.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If an argument is not finite or `std` is negative.

    Examples
    --------
    >>> values = IsotropicGaussian(0.01).generate(np.random.default_rng(1), (784, 100))
    >>> round(float(values.std()), 3)
    0.01
    """

    def __init__(self, std: float = 1, mean: float = 0) -> None:
        self.std = self.check_number(std, "std", minimum=0)
        self.mean = self.check_number(mean, "mean")

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return an array of `shape` with normally distributed elements."""
        shape = self.check_shape(shape)
        return self.cast(rng.normal(self.mean, self.std, size=shape))


class Uniform(NdarrayInitialization):
    r"""Draw every element from :math:`\mathcal{U}(\mu - w/2,\ \mu + w/2)`.

    Parameters
    ----------
    mean
        The middle of the interval.
    width
        The length of the interval, at least 0.
    std
        The standard deviation, at least 0, as another way to say the width, which
        then is :math:`\sqrt{12}\,\sigma`. Exactly one of `width` and `std` is given.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If neither or both of `width` and `std` are given, or one is out of range.

    Examples
    --------
    >>> values = Uniform(width=0.2).generate(np.random.default_rng(1), (100, 100))
    >>> bool(abs(values).max() <= 0.1)
    True
    """

    def __init__(
        self,
        mean: float = 0.0,
        width: float | None = None,
        std: float | None = None,
    ) -> None:
        if (width is None) == (std is None):
            raise ValueError(
                f"Uniform needs exactly one of width and std, got width={width!r} "
                f"and std={std!r}"
            )
        self.mean = self.check_number(mean, "mean")
        if width is None:
            width = np.sqrt(12) * self.check_number(std, "std", minimum=0)
        self.width = self.check_number(width, "width", minimum=0)

    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return an array of `shape` with uniformly distributed elements."""
        shape = self.check_shape(shape)
        half = self.width / 2
        return self.cast(rng.uniform(self.mean - half, self.mean + half, size=shape))
