"""Images turned by random angles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from operator import methodcaller
from typing import Any

import numpy as np

from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.image_arrays import ExpectsImages, check_images
from brickyard.datasets.transformers.pillow import (
    RESAMPLE_PLACE,
    apply_to_image,
    check_resample,
    resampling,
)
from brickyard.datasets.transformers.random_sourcewise import (
    RandomSourcewiseTransformer,
)


class Random2DRotation(ExpectsImages, RandomSourcewiseTransformer):
    r"""Turn every image about its centre by a random angle.

    .. math:: \phi = (2 u - 1) \, \phi_{max}, \quad u \sim U[0, 1)

    Positive angles turn anticlockwise. Images keep their size: corners that turn out of
    it are lost, and zeros come in. The angle is a function of the seed, the epoch and
    the index of the example, and the same for all chosen sources. Pixels are uint8 or
    floating-point numbers, resampled in float32.

    Parameters
    ----------
    data_stream
        The stream below, of examples ``(channel, height, width)`` or batches
        ``(batch, channel, height, width)``, whose axes are labelled so.
    maximum_rotation
        The largest angle :math:`\phi_{max}`, in radians, from 0 to pi.
    resample
        ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.
    which_sources
        Names of the sources with images; None for all of them.
    seed
        Non-negative integer; None for the default, 1.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `maximum_rotation` is no number, or `seed` no integer; when read, if pixels
        are of another type.
    ValueError
        If `maximum_rotation` is not in [0, pi], `resample` is unknown, `seed` is
        negative, or `which_sources` names a source that the stream below does not have.
    AxisLabelsMismatchError
        If the axes are labelled otherwise.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset(
    ...     {"images": np.ones((4, 1, 9, 9), "uint8")},
    ...     axis_labels={"images": ("batch", "channel", "height", "width")},
    ... )
    >>> stream = Random2DRotation(DataStream(dataset, SequentialScheme(4, 4)), seed=3)
    >>> images, = next(stream.get_epoch_iterator())
    >>> images.shape, images[0, 0, 4, 4], images[0, 0, 0, 0]
    ((4, 1, 9, 9), np.uint8(1), np.uint8(0))
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        maximum_rotation: float = math.pi,
        resample: str = "nearest",
        *,
        which_sources: Iterable[str] | None = None,
        seed: int | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream,
            which_sources=which_sources,
            seed=seed,
            axis_labels=axis_labels,
        )
        name = type(self).__name__
        self.maximum_rotation = _check_angle(maximum_rotation, name)
        self.resample = check_resample(resample, RESAMPLE_PLACE, name)
        self.verify_image_labels()

    def randomize(
        self, batch: np.ndarray, draws: np.ndarray, source_name: str
    ) -> np.ndarray:
        """Return a batch with every image turned.

        Parameters
        ----------
        batch
            Images, shape ``(batch, channel, height, width)``.
        draws
            Uniform numbers in [0, 1), shape ``(batch, 4)``; the first says how far an
            image is turned.
        source_name
            The name of the source.
        """
        name = type(self).__name__
        check_images(batch, name, source_name)
        filter_ = resampling(self.resample)
        result = np.empty_like(batch)
        degrees = np.degrees((2 * draws[:, 0] - 1) * self.maximum_rotation).tolist()
        for index, angle in enumerate(degrees):
            result[index] = apply_to_image(
                methodcaller("rotate", angle, filter_),
                batch[index],
                name,
                source_name,
            )
        return result


def _check_angle(value: Any, owner: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(
            f"{owner}: maximum_rotation must be an angle in radians, got {value!r}"
        )
    if not 0 <= value <= math.pi:
        raise ValueError(
            f"{owner}: maximum_rotation must be from 0 to pi, in radians, got {value}; "
            "use math.radians for one in degrees"
        )
    return float(value)
