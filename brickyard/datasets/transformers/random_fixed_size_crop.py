"""Windows cut out of images at random places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from brickyard.datasets.ordering import whole_number
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.image_arrays import (
    ExpectsImages,
    check_images,
    check_size_of_images,
)
from brickyard.datasets.transformers.random_sourcewise import (
    RandomSourcewiseTransformer,
)


class RandomFixedSizeCrop(ExpectsImages, RandomSourcewiseTransformer):
    """Cut a window of a fixed size out of every image, at a random place.

    All places where the window fits are equally likely. Images of different sizes
    become images of one size. The place is a function of the seed, the epoch and the
    index of the example, and the same for all chosen sources that are equally large.

    Parameters
    ----------
    data_stream
        The stream below, of examples ``(channel, height, width)`` or batches
        ``(batch, channel, height, width)``, whose axes are labelled so.
    window_shape
        Height and width of the window, in pixels.
    padding
        How many pixels of zeros are put on every side of the image first.
    which_sources
        Names of the sources with images; None for all of them.
    seed
        Non-negative integer; None for the default, 1.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `window_shape` is not a pair of integers, or `padding` or `seed` is no
        integer.
    ValueError
        If a number is too small, or `which_sources` names a source that the stream
        below does not have; when read, if an image is smaller than the window.
    AxisLabelsMismatchError
        If the axes are labelled otherwise.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset(
    ...     {"images": np.zeros((4, 3, 32, 32), "uint8")},
    ...     axis_labels={"images": ("batch", "channel", "height", "width")},
    ... )
    >>> stream = RandomFixedSizeCrop(
    ...     DataStream(dataset, SequentialScheme(4, 4)), (28, 28), seed=2
    ... )
    >>> next(stream.get_epoch_iterator())[0].shape
    (4, 3, 28, 28)
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        window_shape: tuple[int, int],
        *,
        padding: int = 0,
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
        self.window_shape = check_size_of_images(window_shape, "window_shape", name)
        self.padding = whole_number(padding, "padding", name)
        self.verify_image_labels()

    def randomize(
        self, batch: np.ndarray, draws: np.ndarray, source_name: str
    ) -> np.ndarray:
        """Return a window of every image of a batch.

        Parameters
        ----------
        batch
            Images, shape ``(batch, channel, height, width)``.
        draws
            Uniform numbers in [0, 1), shape ``(batch, 4)``; the first says how far down
            the window is, the second how far to the right.
        source_name
            The name of the source.
        """
        check_images(batch, type(self).__name__, source_name)
        images = _with_border(batch, self.padding) if self.padding else batch
        room = np.subtract(images.shape[2:], self.window_shape)
        if room.min() < 0:
            raise self._too_small(images.shape[2:], source_name)
        top, left = (draws[:, :2] * (room + 1)).astype(np.intp).T
        windows = sliding_window_view(images, self.window_shape, axis=(2, 3))
        return windows[np.arange(len(images)), :, top, left]

    def _too_small(self, shape: tuple[int, ...], source: str) -> ValueError:
        height, width = self.window_shape
        padded = " with its padding" if self.padding else ""
        return ValueError(
            f"{type(self).__name__} cuts out {height} x {width} pixels, but an image "
            f"of source {source!r} has {shape[0]} x {shape[1]}{padded}; enlarge small "
            "images with MinimumImageDimensions first"
        )


def _with_border(images: np.ndarray, border: int) -> np.ndarray:
    """Return images with zeros around them."""
    *outer, height, width = images.shape
    shape = (*outer, height + 2 * border, width + 2 * border)
    result = np.zeros(shape, images.dtype)
    result[..., border : border + height, border : border + width] = images
    return result
