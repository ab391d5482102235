"""What compositions of bricks on images have in common."""

from __future__ import annotations

from typing import Any

from brickyard.bricks.base import Brick
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import lazy


class ImageBrick(Initializable, Feedforward):
    """A brick on images that hands their shape to the bricks it is made of.

    Subclasses define `apply`, `_configure`, which tells the children the shape of
    their images, and `_output_shape`.

    Parameters
    ----------
    num_channels
        The number of channels of the images.
    image_size
        Their spatial lengths, None where they are not known.
    **kwargs
        ``children``, ``weights_init``, ``biases_init``, ``use_bias``, ``seed``,
        ``name``: see `Initializable`.
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        num_channels: int,
        image_size: ImageSize = (None, None),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_channels = num_channels
        self.image_size = image_size

    @property
    def input_dim(self) -> Any:
        """The shape of an image, ``(channels, *spatial)``."""
        return (self.num_channels, *self.image_size)

    @input_dim.setter
    def input_dim(self, shape: Any) -> None:
        self.num_channels, *lengths = shape
        self.image_size = tuple(lengths)

    @property
    def output_dim(self) -> Any:
        """The shape of an image of the output, ``(channels, *positions)``."""
        return self.get_dim("output")

    @property
    def num_output_channels(self) -> int:
        """The number of channels of the output."""
        return self.get_dim("output")[0]

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_`` or ``output``, channels first."""
        if name == "input_":
            return self.input_dim
        if name != "output":
            return super().get_dim(name)
        self._configure()
        return self._output_shape()

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self._configure()

    def _configure(self) -> None:
        raise NotImplementedError(
            f"{type(self).__name__}._configure is missing: an ImageBrick tells its "
            "children the shape of their images there"
        )

    def _output_shape(self) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__}._output_shape is missing: an ImageBrick returns "
            "the shape of an image of the output there"
        )


def set_image_shape(brick: Brick, shape: tuple[Any, ...]) -> None:
    """Tell a brick the shape of its images, if it needs to know.

    Parameters
    ----------
    brick
        A brick with ``num_channels`` and ``image_size``, or one that keeps shapes.
    shape
        ``(channels, *spatial)``.
    """
    if hasattr(brick, "num_channels"):
        layer: Any = brick
        layer.num_channels, layer.image_size = shape[0], tuple(shape[1:])


def output_shape_of(brick: Brick, shape: tuple[Any, ...]) -> Any:
    """Return the shape that a brick makes of images.

    Parameters
    ----------
    brick
        A brick that was told the shape of its images, or one that keeps shapes.
    shape
        The shape of its images, ``(channels, *spatial)``.
    """
    return brick.get_dim("output") if hasattr(brick, "num_channels") else shape
