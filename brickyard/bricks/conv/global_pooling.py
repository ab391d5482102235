"""One number for each channel of an image."""

from __future__ import annotations

from typing import Any

import pytensor
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.checks import as_float, describe, require_tensor


class GlobalPooling(Brick):
    """Reduce each channel of an image, over 1, 2 or 3 spatial axes, to one number.

    Subclasses say how in `reduce`.

    Parameters
    ----------
    input_dim
        The shape of an image, ``(channels, *spatial)``, for `get_dim`; a
        `ConvolutionalSequence` sets it.
    **kwargs
        ``name``: see `Brick`.
    """

    def __init__(self, input_dim: tuple[Any, ...] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.input_dim = input_dim

    @property
    def num_channels(self) -> int | None:
        """The number of channels, None if it is not known."""
        return None if self.input_dim is None else self.input_dim[0]

    @num_channels.setter
    def num_channels(self, num_channels: int | None) -> None:
        rest = (None, None) if self.input_dim is None else self.input_dim[1:]
        self.input_dim = (num_channels, *rest)

    @property
    def image_size(self) -> tuple[int | None, ...]:
        """The spatial lengths of the images, None where they are not known."""
        return (None, None) if self.input_dim is None else self.input_dim[1:]

    @image_size.setter
    def image_size(self, image_size: tuple[int | None, ...]) -> None:
        self.input_dim = (self.num_channels, *image_size)

    @property
    def num_output_channels(self) -> int | None:
        """The number of output channels, `num_channels`."""
        return self.num_channels

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return one number for each channel of each image.

        Parameters
        ----------
        input_
            Images, ``(batch, channels, *spatial)``.

        Returns
        -------
        TensorVariable
            ``(batch, channels)``.

        Raises
        ------
        TypeError
            If the input is not a tensor of numbers that floating point holds.
        ValueError
            If there is no spatial axis.
        """
        tensor = require_tensor(self, input_)
        if tensor.ndim < 3:
            raise ValueError(
                f"{self.path} needs images of shape (batch, channels, *spatial), got "
                f"{describe(tensor)}"
            )
        images = as_float(self, tensor, pytensor.config.floatX)
        return self.reduce(images, tuple(range(2, images.ndim)))

    def reduce(self, images: TensorVariable, axes: tuple[int, ...]) -> TensorVariable:
        """Return images reduced over their spatial axes.

        Parameters
        ----------
        images
            ``(batch, channels, *spatial)``.
        axes
            The numbers of the spatial axes.

        Raises
        ------
        NotImplementedError
            Unless a subclass says how.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.reduce is missing: a GlobalPooling says in reduce "
            "how an image becomes one number for each channel"
        )

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_``, or the channels of ``output``."""
        if name == "input_":
            return (self.num_channels, *self.image_size)
        return self.num_channels if name == "output" else super().get_dim(name)


class GlobalAveragePooling(GlobalPooling):
    r"""The mean of each channel of an image.

    .. math:: y_{b, c} = \frac{1}{n} \sum_s x_{b, c, s}

    Parameters
    ----------
    input_dim, **kwargs
        As for `GlobalPooling`.

    References
    ----------
    M. Lin, Q. Chen and S. Yan (2014), Network In Network, section 3.2.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> x = pt.tensor3("x")
    >>> evaluate(GlobalAveragePooling().apply(x), {x: [[[1, 2], [3, 5]]]})
    array([[1.5, 4. ]], dtype=float32)
    """

    def reduce(self, images: TensorVariable, axes: tuple[int, ...]) -> TensorVariable:
        """Return the means.

        Parameters
        ----------
        images
            ``(batch, channels, *spatial)``.
        axes
            The numbers of the spatial axes.
        """
        return images.mean(axis=axes)


class GlobalMaxPooling(GlobalPooling):
    r"""The largest element of each channel of an image.

    .. math:: y_{b, c} = \max_s x_{b, c, s}

    Parameters
    ----------
    input_dim, **kwargs
        As for `GlobalPooling`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> x = pt.tensor3("x")
    >>> evaluate(GlobalMaxPooling().apply(x), {x: [[[1, 2], [3, 5]]]})
    array([[2., 5.]], dtype=float32)
    """

    def reduce(self, images: TensorVariable, axes: tuple[int, ...]) -> TensorVariable:
        """Return the largest elements.

        Parameters
        ----------
        images
            ``(batch, channels, *spatial)``.
        axes
            The numbers of the spatial axes.
        """
        return images.max(axis=axes)
