"""Images enlarged to a minimum height and width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import methodcaller
from typing import Any

import numpy as np

from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import as_array, is_ragged, stack
from brickyard.datasets.transformers.image_arrays import (
    ExpectsImages,
    check_images,
    check_size_of_images,
)
from brickyard.datasets.transformers.pillow import (
    RESAMPLE_SIZE,
    apply_to_image,
    check_resample,
    resampling,
)
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer


class MinimumImageDimensions(ExpectsImages, SourcewiseTransformer):
    """Enlarge images that are lower or narrower than they must be.

    Height and width are multiplied by one factor, the smallest that makes both large
    enough, and rounded up. Other images stay as they are. A batch whose images have one
    size then is one array, otherwise an array of arrays. Pixels are uint8 or
    floating-point numbers, resampled in float32.

    Parameters
    ----------
    data_stream
        The stream below, of examples ``(channel, height, width)`` or batches
        ``(batch, channel, height, width)``, whose axes are labelled so.
    minimum_shape
        The least height and width, in pixels.
    resample
        ``"nearest"``, ``"box"``, ``"bilinear"``, ``"hamming"``, ``"bicubic"`` or
        ``"lanczos"``.
    which_sources
        Names of the sources with images; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Raises
    ------
    TypeError
        If `minimum_shape` is not a pair of integers; when read, if pixels are of
        another type.
    ValueError
        If `resample` is unknown, a size is below 1, or `which_sources` names a source
        that the stream below does not have.
    AxisLabelsMismatchError
        If the axes are labelled otherwise.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset(
    ...     {"images": np.zeros((4, 3, 20, 10), "uint8")},
    ...     axis_labels={"images": ("batch", "channel", "height", "width")},
    ... )
    >>> stream = DataStream(dataset, SequentialScheme(4, 4))
    >>> MinimumImageDimensions(stream, (28, 28)).get_data(range(4))[0].shape
    (4, 3, 56, 28)
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        minimum_shape: tuple[int, int],
        resample: str = "nearest",
        *,
        which_sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream, which_sources=which_sources, axis_labels=axis_labels
        )
        name = type(self).__name__
        self.minimum_shape = check_size_of_images(minimum_shape, "minimum_shape", name)
        self.resample = check_resample(resample, RESAMPLE_SIZE, name)
        self.verify_image_labels()

    def transform_source_example(
        self, source_example: Any, source_name: str
    ) -> np.ndarray:
        """Return an image, enlarged if it is too small.

        Parameters
        ----------
        source_example
            The image, shape ``(channel, height, width)``; returned itself if it is
            large enough.
        source_name
            The name of the source.
        """
        image = as_array(source_example)
        check_images(image[None], type(self).__name__, source_name)
        height, width = image.shape[1:]
        shape = self._enlarged(height, width, source_name)
        if shape == (height, width):
            return image
        filter_ = resampling(self.resample)
        return apply_to_image(
            methodcaller("resize", shape[::-1], filter_),
            image,
            type(self).__name__,
            source_name,
        )

    def transform_source_batch(self, source_batch: Any, source_name: str) -> np.ndarray:
        """Return a batch with its small images enlarged.

        Parameters
        ----------
        source_batch
            The images, shape ``(batch, channel, height, width)``, or one array per
            image; returned itself if all have one size and are large enough.
        source_name
            The name of the source.
        """
        batch = as_array(source_batch)
        if not is_ragged(batch):
            check_images(batch, type(self).__name__, source_name)
            height, width = batch.shape[2:]
            if (height, width) == self._enlarged(height, width, source_name):
                return batch
        return stack(
            [self.transform_source_example(image, source_name) for image in batch]
        )

    def _enlarged(self, height: int, width: int, source: str) -> tuple[int, int]:
        least_height, least_width = self.minimum_shape
        if min(height, width) == 0:
            raise ValueError(
                f"{type(self).__name__} cannot enlarge an image of source {source!r} "
                f"with {height} x {width} pixels; leave it out with a Filter"
            )
        if height >= least_height and width >= least_width:
            return height, width
        if least_height * width >= least_width * height:
            return least_height, -(-width * least_height // height)
        return -(-height * least_width // width), least_width
