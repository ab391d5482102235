"""The inception module."""

from __future__ import annotations

from typing import Any

from brickyard.bricks.activations import Rectifier
from brickyard.bricks.base import Brick
from brickyard.bricks.compositions.branches import Branches
from brickyard.bricks.conv.convolutional import Convolutional
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.conv.pooling import MaxPooling
from brickyard.bricks.conv.sequence import ConvolutionalSequence
from brickyard.bricks.lazy import lazy


class Inception(Branches):
    """Filters of three sizes and pooling side by side, their outputs joined.

    Four branches: a 1x1 convolution; a 1x1 and a 3x3 convolution; a 1x1 and a 5x5
    convolution; a 3x3 maximum and a 1x1 convolution. Each convolution is followed by a
    rectifier, and none changes the size of the images.

    Parameters
    ----------
    num_1x1
        The number of filters of the first branch.
    num_3x3_reduce
        The number of 1x1 filters before the 3x3 filters.
    num_3x3
        The number of 3x3 filters.
    num_5x5_reduce
        The number of 1x1 filters before the 5x5 filters.
    num_5x5
        The number of 5x5 filters.
    num_pool
        The number of 1x1 filters after pooling.
    num_channels
        The number of channels of the images.
    image_size
        Their two lengths, None where they are not known.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    References
    ----------
    C. Szegedy et al. (2015), Going Deeper with Convolutions, figure 2(b) and table 1,
    whose columns are the arguments.

    Examples
    --------
    >>> module = Inception(64, 96, 128, 16, 32, 32, 192, image_size=(28, 28))
    >>> module.get_dim("output")
    (256, 28, 28)
    >>> [branch.path for branch in module.branches]
    ['/inception/1x1', '/inception/3x3', '/inception/5x5', '/inception/pool']
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        num_1x1: int,
        num_3x3_reduce: int,
        num_3x3: int,
        num_5x5_reduce: int,
        num_5x5: int,
        num_pool: int,
        num_channels: int,
        image_size: ImageSize = (None, None),
        **kwargs: Any,
    ) -> None:
        pooling = MaxPooling((3, 3), step=1, padding=1)
        branches = [
            ConvolutionalSequence(_layer(1, num_1x1), name="1x1"),
            ConvolutionalSequence(
                _layer(1, num_3x3_reduce, "reduce") + _layer(3, num_3x3), name="3x3"
            ),
            ConvolutionalSequence(
                _layer(1, num_5x5_reduce, "reduce") + _layer(5, num_5x5), name="5x5"
            ),
            ConvolutionalSequence([pooling, *_layer(1, num_pool)], name="pool"),
        ]
        super().__init__(branches, num_channels, image_size, **kwargs)


def _layer(length: int, num_filters: int, name: str = "convolution") -> list[Brick]:
    window = (length, length)
    return [
        Convolutional(window, num_filters, border_mode="half", name=name),
        Rectifier(),
    ]
