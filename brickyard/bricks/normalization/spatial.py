"""Batch normalization of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brickyard.bricks.lazy import lazy
from brickyard.bricks.normalization.batch_normalization import BatchNormalization


class SpatialBatchNormalization(BatchNormalization):
    """Batch normalization with one mean and one standard deviation for each channel.

    Parameters
    ----------
    input_dim
        The shape of an image, ``(channels, *spatial)``. Spatial lengths may be None.
    **kwargs
        As for `BatchNormalization`, without ``broadcastable``.

    Raises
    ------
    ValueError
        When it is allocated with an `input_dim` that has no spatial axis.

    Notes
    -----
    Parameters and statistics have shape ``(channels, 1, ...)``.

    References
    ----------
    S. Ioffe and C. Szegedy (2015), Batch Normalization: Accelerating Deep Network
    Training by Reducing Internal Covariate Shift, section 3.2.

    Examples
    --------
    >>> brick = SpatialBatchNormalization((3, None, None))
    >>> brick.initialize()
    >>> brick.population_mean.get_value().shape
    (3, 1, 1)
    """

    @lazy(allocation=["input_dim"])
    def __init__(self, input_dim: Sequence[int | None], **kwargs: Any) -> None:
        super().__init__(input_dim, **kwargs)

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """Along which axes of an image statistics are shared: all but the first."""
        return (False, *[True] * (len(self._dims()) - 1))

    @broadcastable.setter
    def broadcastable(self, broadcastable: Sequence[bool] | None) -> None:
        if broadcastable is not None:
            raise ValueError(
                f"{self.path} shares statistics along all spatial axes; for others use "
                f"BatchNormalization(..., broadcastable={broadcastable!r})"
            )

    def _allocate(self) -> None:
        if len(self._dims()) < 2:
            raise ValueError(
                f"{self.path} needs images of shape (channels, *spatial), got "
                f"input_dim={self.input_dim!r}; use BatchNormalization for features"
            )
        super()._allocate()
