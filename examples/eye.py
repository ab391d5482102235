"""A network that looks at pictures of scenes, for `caption.py` and `vqa.py`."""

from __future__ import annotations

from typing import Any

from scenes import SIDE

from brickyard.bricks import (
    Convolutional,
    ConvolutionalSequence,
    Initializable,
    MaxPooling,
    Rectifier,
    SpatialBatchNormalization,
)
from brickyard.bricks.application import application

# About those of pictures of five things.
PIXEL_MEAN, PIXEL_DEVIATION = 38, 44


class Eye(Initializable):
    """Two convolutions with pooling, after which a position is a cell of the scene.

    Parameters
    ----------
    num_filters
        How many filters each of the convolutions has.
    **kwargs
        See `Initializable`.
    """

    def __init__(self, num_filters: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        layers: list[Any] = []
        for pooling_size in (2, 3):
            layers += [
                Convolutional((3, 3), num_filters, border_mode="half", use_bias=False),
                SpatialBatchNormalization(),
                Rectifier(),
                MaxPooling((pooling_size, pooling_size)),
            ]
        layers.append(SpatialBatchNormalization())
        self.layers = ConvolutionalSequence(layers, 3, image_size=(SIDE, SIDE))
        self.children = [self.layers]

    @application
    def apply(self, pictures):
        """Return what is in the cells, ``(batch, filters, rows, columns)``.

        Until training scales and shifts it, what a filter finds has mean 0 and
        standard deviation 1 over a batch.
        """
        pixels = (pictures.astype("float32") - PIXEL_MEAN) / PIXEL_DEVIATION
        return self.layers.apply(pixels)
