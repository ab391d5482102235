"""Images as arrays: the axes they have, and how transformers insist on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from brickyard.datasets.ordering import positive_number
from brickyard.datasets.transformers.axis_labels import (
    BATCH_LABEL,
    ExpectsAxisLabels,
    without_batch_axis,
)
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer

IMAGE_AXES = ("channel", "height", "width")


class ExpectsImages(ExpectsAxisLabels):
    """A mix-in for sourcewise transformers of images.

    Examples of the sources must be of shape ``(channel, height, width)``. Axis labels
    are verified when the transformer is constructed, shapes when the data come.
    """

    def verify_image_labels(self: Any) -> None:
        """Raise if the labels of a chosen source are known not to be those of images.

        A source without labels gives a warning.

        Raises
        ------
        AxisLabelsMismatchError
            If the labels differ from ``channel, height, width``, after ``batch`` for a
            stream of batches.
        """
        below = self.data_stream
        for source in self.which_sources:
            labels = (below.axis_labels or {}).get(source)
            if labels is not None and not any(labels):
                labels = None
            expected: tuple[str, ...] = IMAGE_AXES
            if not below.produces_examples:
                expected = (BATCH_LABEL, *IMAGE_AXES)
            elif labels is not None:
                # a dataset has the batch axis in its labels even where its stream
                # gives examples
                labels = without_batch_axis(labels)
            self.verify_axis_labels(expected, labels, source)


def set_image_labels(stream: SourcewiseTransformer) -> None:
    """Label the chosen sources of a stream as images.

    Parameters
    ----------
    stream
        The stream, whose `axis_labels` are changed.
    """
    batch = () if stream.produces_examples else (BATCH_LABEL,)
    labels = dict.fromkeys(stream.which_sources, (*batch, *IMAGE_AXES))
    stream.axis_labels = {**(stream.axis_labels or {}), **labels}


def check_images(batch: np.ndarray, owner: str, source: str) -> None:
    """Raise unless an array has the axes of a batch of images.

    Parameters
    ----------
    batch
        The array.
    owner
        The class of the transformer, for the message.
    source
        The name of the source, for the message.

    Raises
    ------
    ValueError
        If it has not four axes.

    Examples
    --------
    >>> check_images(np.zeros((10, 784)), "RandomFixedSizeCrop", "features")
    Traceback (most recent call last):
        ...
    ValueError: RandomFixedSizeCrop works on images of shape (channel, height, width),
    but the examples of source 'features' have the shape (784,); choose the sources with
    images in which_sources, or reshape them with a Mapping
    """
    if batch.ndim != 4:
        raise ValueError(
            f"{owner} works on images of shape (channel, height, width), but the "
            f"examples of source {source!r} have the shape {batch.shape[1:]}; choose "
            "the sources with images in which_sources, or reshape them with a Mapping"
        )


def check_size_of_images(value: Any, name: str, owner: str) -> tuple[int, int]:
    """Return a height and a width in pixels, or raise unless both are at least 1.

    Parameters
    ----------
    value
        What the user gave: ``(height, width)``.
    name
        The name of the argument, for the message.
    owner
        The class of the transformer, for the message.

    Raises
    ------
    TypeError
        If it is not a pair of integers.
    ValueError
        If one of them is below 1.

    Examples
    --------
    >>> check_size_of_images([28, 32], "window_shape", "RandomFixedSizeCrop")
    (28, 32)
    """
    pair = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
    if not pair or len(value) != 2:
        raise TypeError(
            f"{owner}: {name} must be a pair (height, width), got {value!r}"
        )
    height = positive_number(value[0], f"{name}[0], the height,", owner)
    width = positive_number(value[1], f"{name}[1], the width,", owner)
    return height, width
