"""Toy problems drawn from a seed: a spiral in the plane and a rolled-up sheet."""

from __future__ import annotations

from typing import Any

import numpy as np

from brickyard.datasets.float_type import float_x
from brickyard.datasets.indexable import IndexableDataset


class Spiral(IndexableDataset):
    r"""Points along the arms of a spiral in the plane.

    Every class has one arm, turned against the first by its share of a full turn. With
    position :math:`p` and class :math:`k` of :math:`K`:

    .. math:: r = (1 + 2p) / 3, \quad \phi = 2\pi (p + k / K), \quad
              x = (r \sin\phi, r \cos\phi) + \epsilon

    Sources are ``features`` (floatX, ``(batch, feature)`` with two features),
    ``position`` (floatX, ``(batch,)``, from 0 to `cycles`) and ``label`` (int64,
    ``(batch,)``, from 0 to `classes` - 1).

    Parameters
    ----------
    num_examples
        How many points are drawn.
    classes
        How many arms the spiral has.
    cycles
        How many turns every arm makes.
    noise
        Standard deviation of the normal noise :math:`\epsilon` on each coordinate.
    seed
        Seed of the draw; the same seed gives the same points.
    **kwargs
        See `IndexableDataset`.

    Raises
    ------
    ValueError
        If `num_examples` or `classes` is below 1, or `noise` is negative.

    Examples
    --------
    >>> spiral = Spiral(num_examples=6, classes=2)
    >>> spiral.sources
    ('features', 'position', 'label')
    >>> spiral.get_data(None, slice(0, 4))[0].shape
    (4, 2)
    """

    def __init__(
        self,
        num_examples: int = 1000,
        classes: int = 1,
        cycles: float = 1.0,
        noise: float = 0.0,
        *,
        seed: int = 1,
        **kwargs: Any,
    ) -> None:
        _check_sizes(self, num_examples, noise)
        if classes < 1:
            raise ValueError(f"Spiral: classes must be at least 1, got {classes}")
        self.classes = classes
        self.cycles = cycles
        self.noise = noise
        self.seed = seed
        rng = np.random.default_rng(seed)
        position = rng.uniform(0, cycles, num_examples)
        label = rng.integers(0, classes, num_examples)
        radius = (1 + 2 * position) / 3
        angle = 2 * np.pi * (position + label / classes)
        points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        points += rng.normal(0, noise, points.shape)
        super().__init__(
            {
                "features": points.astype(float_x()),
                "position": position.astype(float_x()),
                "label": label,
            },
            **_with_labels(
                kwargs,
                features=("batch", "feature"),
                position=("batch",),
                label=("batch",),
            ),
        )


class SwissRoll(IndexableDataset):
    r"""Points on a sheet that is rolled up in three dimensions.

    A point of the sheet has an angle :math:`t` from :math:`3\pi/2` to
    :math:`9\pi/2` and a height :math:`h` from 0 to 21:

    .. math:: x = (t \cos t, h, t \sin t) + \epsilon

    Sources are ``features`` (floatX, ``(batch, feature)`` with three features) and
    ``position`` (floatX, ``(batch, feature)``: :math:`t` and :math:`h`).

    Parameters
    ----------
    num_examples
        How many points are drawn.
    noise
        Standard deviation of the normal noise :math:`\epsilon` on each coordinate.
    seed
        Seed of the draw; the same seed gives the same points.
    **kwargs
        See `IndexableDataset`.

    Raises
    ------
    ValueError
        If `num_examples` is below 1, or `noise` is negative.

    References
    ----------
    Tenenbaum, J. B., de Silva, V. and Langford, J. C. (2000). A global geometric
    framework for nonlinear dimensionality reduction. Science 290, figure 3.

    Examples
    --------
    >>> roll = SwissRoll(num_examples=5)
    >>> [array.shape for array in roll.get_data(None, [0, 2])]
    [(2, 3), (2, 2)]
    """

    def __init__(
        self,
        num_examples: int = 1000,
        noise: float = 0.0,
        *,
        seed: int = 1,
        **kwargs: Any,
    ) -> None:
        _check_sizes(self, num_examples, noise)
        self.noise = noise
        self.seed = seed
        rng = np.random.default_rng(seed)
        angle = rng.uniform(1.5 * np.pi, 4.5 * np.pi, num_examples)
        height = rng.uniform(0, 21, num_examples)
        points = np.stack(
            [angle * np.cos(angle), height, angle * np.sin(angle)], axis=1
        )
        points += rng.normal(0, noise, points.shape)
        super().__init__(
            {
                "features": points.astype(float_x()),
                "position": np.stack([angle, height], axis=1).astype(float_x()),
            },
            **_with_labels(
                kwargs, features=("batch", "feature"), position=("batch", "feature")
            ),
        )


def _check_sizes(dataset: IndexableDataset, num_examples: int, noise: float) -> None:
    name = type(dataset).__name__
    if num_examples < 1:
        raise ValueError(f"{name}: num_examples must be at least 1, got {num_examples}")
    if noise < 0:
        raise ValueError(
            f"{name}: noise is a standard deviation and cannot be negative, got {noise}"
        )


def _with_labels(
    options: dict[str, Any], **axis_labels: tuple[str, ...]
) -> dict[str, Any]:
    return {"axis_labels": axis_labels, **options}
