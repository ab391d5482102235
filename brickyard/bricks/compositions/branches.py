"""Several bricks on the same images, their outputs joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.children import number_automatic_names
from brickyard.bricks.compositions.image_brick import (
    ImageBrick,
    output_shape_of,
    set_image_shape,
)
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.lazy import lazy


class Branches(ImageBrick):
    """Apply several bricks to the same images and join what they return by channel.

    Parameters
    ----------
    branches
        Bricks such as `ConvolutionalSequence`, which give images of one size.
    num_channels
        The number of channels of the images.
    image_size
        Their spatial lengths, None where they are not known.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If a branch is not a brick.
    ValueError
        If there is no branch, or their outputs are known to differ in size.

    Examples
    --------
    >>> from brickyard.bricks import Convolutional, MaxPooling
    >>> branches = Branches(
    ...     [Convolutional((1, 1), 8), MaxPooling((3, 3), step=1, padding=1)],
    ...     num_channels=4, image_size=(7, 7))
    >>> branches.get_dim("output")
    (12, 7, 7)
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        branches: Iterable[Brick],
        num_channels: int,
        image_size: ImageSize = (None, None),
        **kwargs: Any,
    ) -> None:
        super().__init__(num_channels, image_size, **kwargs)
        self.branches = list(branches)
        for branch in self.branches:
            if not isinstance(branch, Brick):
                raise TypeError(
                    f"{self.path} is made of bricks, got {branch!r} of type "
                    f"{type(branch).__name__}"
                )
        if not self.branches:
            raise ValueError(f"{self.path} needs at least one branch, got none")
        number_automatic_names(self.branches)
        self.children.extend(self.branches)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the outputs of the branches, joined.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, *spatial)``.

        Returns
        -------
        TensorVariable
            ``(batch, channels, *positions)``, the channels of the first branch first.
        """
        branches: Any = self.branches
        return pt.concatenate([branch.apply(input_) for branch in branches], axis=1)

    def _configure(self) -> None:
        for branch in self.branches:
            set_image_shape(branch, self.input_dim)

    def _output_shape(self) -> Any:
        shapes = [output_shape_of(branch, self.input_dim) for branch in self.branches]
        if len({tuple(shape[1:]) for shape in shapes}) > 1:
            sizes = ", ".join(
                f"{branch.path}: {tuple(shape[1:])}"
                for branch, shape in zip(self.branches, shapes, strict=True)
            )
            raise ValueError(
                f"{self.path} joins images of one size, but its branches give {sizes}; "
                "pad them, for example with border_mode='half'"
            )
        return (sum(shape[0] for shape in shapes), *shapes[0][1:])
