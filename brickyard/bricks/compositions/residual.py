"""A brick with its input added to its output."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.compositions.image_brick import (
    ImageBrick,
    output_shape_of,
    set_image_shape,
)
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.lazy import lazy


class Residual(ImageBrick):
    r"""Add what a shortcut makes of the input to what a brick makes of it.

    .. math:: y = f(x) + s(x)

    Parameters
    ----------
    residual
        The brick :math:`f`, such as a `ConvolutionalSequence`.
    num_channels
        The number of channels of the images.
    image_size
        Their spatial lengths, None where they are not known.
    shortcut
        The brick :math:`s`, which makes images of the shape of those of `residual`;
        None for the input itself.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    ValueError
        If the two shapes are known to differ.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun (2016), Deep Residual Learning for Image
    Recognition, section 3.2.

    Examples
    --------
    >>> from brickyard.bricks import Convolutional
    >>> convolution = Convolutional((3, 3), 16, border_mode="half")
    >>> residual = Residual(convolution, num_channels=16, image_size=(8, 8))
    >>> residual.get_dim("output")
    (16, 8, 8)
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        residual: Brick,
        num_channels: int,
        image_size: ImageSize = (None, None),
        shortcut: Brick | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_channels, image_size, **kwargs)
        self.residual = residual
        self.shortcut = shortcut
        self.children.extend(
            brick for brick in (residual, shortcut) if brick is not None
        )

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the sum.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, *spatial)``.

        Returns
        -------
        TensorVariable
            ``(batch, channels, *positions)``, as `residual` returns them.
        """
        self._output_shape()
        residual: Any = self.residual
        shortcut: Any = self.shortcut
        same = input_ if shortcut is None else shortcut.apply(input_)
        return residual.apply(input_) + same

    def _configure(self) -> None:
        for brick in self.children:
            set_image_shape(brick, self.input_dim)

    def _output_shape(self) -> Any:
        made = output_shape_of(self.residual, self.input_dim)
        same = self.input_dim
        if self.shortcut is not None:
            same = output_shape_of(self.shortcut, self.input_dim)
        if made != same:
            raise ValueError(
                f"{self.path}: {self.residual.path} makes images of shape {made}, the "
                f"shortcut {same}; give a shortcut that "
                "makes the same shape, such as a 1x1 convolution with the same step"
            )
        return made
