"""Images turned over at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.image_arrays import ExpectsImages, check_images
from brickyard.datasets.transformers.random_sourcewise import (
    RandomSourcewiseTransformer,
)


class RandomFlip(ExpectsImages, RandomSourcewiseTransformer):
    """What `RandomHorizontalFlip` and `RandomVerticalFlip` share.

    Parameters
    ----------
    data_stream
        The stream below, of examples ``(channel, height, width)`` or batches
        ``(batch, channel, height, width)``, whose axes are labelled so.
    probability
        How likely an image is to be turned over, from 0 to 1.
    which_sources
        Names of the sources with images; None for all of them.
    seed
        Non-negative integer; None for the default, 1.
    axis_labels
        Names of the axes, by source; None for those of the stream below.

    Attributes
    ----------
    flipped_axis : int
        The axis of a batch that is reversed.

    Raises
    ------
    TypeError
        If `probability` or `seed` is not a number of its kind.
    ValueError
        If `probability` is not in [0, 1], `seed` is negative, or `which_sources` names
        a source that the stream below does not have.
    AxisLabelsMismatchError
        If the axes are labelled otherwise.
    """

    flipped_axis: int

    def __init__(
        self,
        data_stream: AbstractDataStream,
        probability: float = 0.5,
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
        if isinstance(probability, bool) or not isinstance(
            probability, int | float | np.number
        ):
            raise TypeError(
                f"{name}: probability must be a number from 0 to 1, got {probability!r}"
            )
        if not 0 <= probability <= 1:
            raise ValueError(
                f"{name}: probability must be from 0 to 1, got {probability}"
            )
        self.probability = float(probability)
        self.verify_image_labels()

    def randomize(
        self, batch: np.ndarray, draws: np.ndarray, source_name: str
    ) -> np.ndarray:
        """Return a batch with some of its images turned over.

        Parameters
        ----------
        batch
            Images, shape ``(batch, channel, height, width)``.
        draws
            Uniform numbers in [0, 1), shape ``(batch, 4)``; an image is turned over
            where the first is below the probability.
        source_name
            The name of the source.
        """
        check_images(batch, type(self).__name__, source_name)
        chosen = draws[:, 0] < self.probability
        result = batch.copy()
        result[chosen] = np.flip(batch[chosen], self.flipped_axis)
        return result


class RandomHorizontalFlip(RandomFlip):
    """Exchange left and right in images chosen at random.

    The choice is a function of the seed, the epoch and the index of the example, and
    the same for all chosen sources. The parameters are those of `RandomFlip`.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset(
    ...     {"images": np.tile(np.arange(3), (4, 1, 1, 1))},
    ...     axis_labels={"images": ("batch", "channel", "height", "width")},
    ... )
    >>> stream = DataStream(dataset, SequentialScheme(4, 4))
    >>> images, = next(RandomHorizontalFlip(stream, seed=4).get_epoch_iterator())
    >>> images[:, 0, 0].tolist()
    [[2, 1, 0], [2, 1, 0], [0, 1, 2], [0, 1, 2]]
    """

    flipped_axis = 3


class RandomVerticalFlip(RandomFlip):
    """Exchange top and bottom in images chosen at random.

    The choice is a function of the seed, the epoch and the index of the example, and
    the same for all chosen sources. The parameters are those of `RandomFlip`.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset(
    ...     {"images": np.tile(np.arange(3)[:, None], (4, 1, 1, 1))},
    ...     axis_labels={"images": ("batch", "channel", "height", "width")},
    ... )
    >>> stream = DataStream(dataset, SequentialScheme(4, 4))
    >>> images, = next(RandomVerticalFlip(stream, 1.0).get_epoch_iterator())
    >>> images[0, 0, :, 0].tolist()
    [2, 1, 0]
    """

    flipped_axis = 2
