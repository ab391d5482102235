"""The block of two convolutions that residual networks are made of."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.activations import Rectifier
from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.compositions.image_brick import ImageBrick, set_image_shape
from brickyard.bricks.compositions.residual import Residual
from brickyard.bricks.conv.convolutional import Convolutional
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.conv.sequence import ConvolutionalSequence
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.bricks.normalization import SpatialBatchNormalization


class ResidualBlock(ImageBrick):
    r"""Two 3x3 convolutions with batch normalization, added to their input.

    .. math:: y = \operatorname{relu}(x + \operatorname{BN}(W_2 *
        \operatorname{relu}(\operatorname{BN}(W_1 * x))))

    Parameters
    ----------
    num_channels
        The number of channels of the images, before and after.
    image_size
        Their two lengths, None where they are not known.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`. The convolutions
        have no biases: normalization shifts.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2016), Deep Residual Learning for Image
    Recognition, figure 2 and section 3.4.

    Examples
    --------
    >>> from brickyard.bricks.initialization import HeNormal
    >>> block = ResidualBlock(16, image_size=(32, 32), weights_init=HeNormal())
    >>> block.initialize()
    >>> block.get_dim("output")
    (16, 32, 32)
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        num_channels: int,
        image_size: ImageSize = (None, None),
        **kwargs: Any,
    ) -> None:
        super().__init__(num_channels, image_size, **kwargs)
        self.convolutions = [convolution((3, 3)), convolution((3, 3))]
        self.sum = Residual(two_layers(*self.convolutions), name="sum")
        self.activation = Rectifier()
        self.children.extend([self.sum, self.activation])

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the images with what the block adds.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, height, width)``.

        Returns
        -------
        TensorVariable
            Of the input's shape, at least 0.
        """
        return self.activation.apply(self.sum.apply(input_))

    def _configure(self) -> None:
        for layer in self.convolutions:
            layer.num_filters = self.num_channels
        set_image_shape(self.sum, self.input_dim)

    def _output_shape(self) -> Any:
        return self.sum.get_dim("output")


def convolution(
    filter_size: tuple[int, int], num_filters: int = UNSET, step: int = 1
) -> Convolutional:
    """Return a convolution that keeps the size of images but for its step.

    Parameters
    ----------
    filter_size
        The lengths of the filters, odd.
    num_filters
        Their number.
    step
        The stride.
    """
    return Convolutional(
        filter_size, num_filters, step=step, border_mode="half", use_bias=False
    )


def two_layers(first: Convolutional, second: Convolutional) -> Brick:
    """Return the residual of a block: what is added to the shortcut.

    Parameters
    ----------
    first, second
        The convolutions.
    """
    return ConvolutionalSequence(
        [
            first,
            SpatialBatchNormalization(),
            Rectifier(),
            second,
            SpatialBatchNormalization(),
        ],
        name="residual",
    )
