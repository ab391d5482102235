"""The block of a residual network that changes the shape of the images."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.activations import Rectifier
from brickyard.bricks.application import application
from brickyard.bricks.compositions.image_brick import ImageBrick, set_image_shape
from brickyard.bricks.compositions.residual import Residual
from brickyard.bricks.compositions.residual_block import convolution, two_layers
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.conv.sequence import ConvolutionalSequence
from brickyard.bricks.lazy import lazy
from brickyard.bricks.normalization import SpatialBatchNormalization


class ProjectedResidualBlock(ImageBrick):
    r"""A `ResidualBlock` between images of different shapes.

    The first convolution has a step, and the shortcut is a 1x1 convolution with the
    same step and batch normalization.

    .. math:: y = \operatorname{relu}(\operatorname{BN}(W_s * x) +
        \operatorname{BN}(W_2 * \operatorname{relu}(\operatorname{BN}(W_1 * x))))

    Parameters
    ----------
    num_filters
        The number of channels after the block.
    num_channels
        The number of channels of the images.
    image_size
        Their two lengths, None where they are not known.
    step
        By what the lengths are divided, rounded up.
    **kwargs
        As for `ResidualBlock`.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2016), Deep Residual Learning for Image
    Recognition, section 3.3, option B.

    Examples
    --------
    >>> from brickyard.bricks.initialization import HeNormal
    >>> block = ProjectedResidualBlock(32, 16, image_size=(32, 32),
    ...                                weights_init=HeNormal())
    >>> block.initialize()
    >>> block.get_dim("output")
    (32, 16, 16)
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        num_filters: int,
        num_channels: int,
        image_size: ImageSize = (None, None),
        step: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_channels, image_size, **kwargs)
        self.num_filters = num_filters
        self.step = step
        shortcut = ConvolutionalSequence(
            [convolution((1, 1), num_filters, step), SpatialBatchNormalization()],
            name="shortcut",
        )
        residual = two_layers(
            convolution((3, 3), num_filters, step), convolution((3, 3), num_filters)
        )
        self.sum = Residual(residual, shortcut=shortcut, name="sum")
        self.activation = Rectifier()
        self.children.extend([self.sum, self.activation])

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the images of the new shape.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, height, width)``.

        Returns
        -------
        TensorVariable
            ``(batch, num_filters, height / step, width / step)``, at least 0.
        """
        return self.activation.apply(self.sum.apply(input_))

    def _configure(self) -> None:
        set_image_shape(self.sum, self.input_dim)

    def _output_shape(self) -> Any:
        return self.sum.get_dim("output")
