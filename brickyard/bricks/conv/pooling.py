"""Pooling layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytensor
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.pooling import average_pooling, max_pooling
from brickyard.bricks.application import application
from brickyard.bricks.conv.images import (
    ImageSize,
    channels_first,
    channels_last,
    images_of,
    known_lengths,
    per_axis,
)
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import UNSET, lazy

Mode = Literal["max", "average_exc_pad", "average_inc_pad"]
MODES = ("max", "average_exc_pad", "average_inc_pad")


class Pooling(Initializable, Feedforward):
    """Take one number of each window of an image.

    Parameters
    ----------
    mode
        ``"max"`` for the largest element, ``"average_exc_pad"`` for the mean of the
        elements that are not padding, ``"average_inc_pad"`` for the mean of all.
    pooling_size
        The lengths of the window, one for each spatial axis.
    step
        The stride: an integer or one for each axis; None for `pooling_size`.
    input_dim
        The shape of an image, ``(channels, *spatial)``, for `get_dim` and for
        ``ignore_border=False``; None if it is not known.
    ignore_border
        Whether what is left over at the end of an axis, too short for a window, is
        dropped rather than given a window of its own.
    padding
        Elements added before and after each spatial axis; not with
        ``ignore_border=False``.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    TypeError
        If a size is not an integer.
    ValueError
        If the mode is unknown, a size is out of range, or there is padding although
        the border is not ignored.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> pooling = Pooling("max", (2,), 2, None, True, 0)
    >>> x = pt.tensor3("x")
    >>> evaluate(pooling.apply(x), {x: [[[1, 2, 4, 3]]]})
    array([[[2., 4.]]], dtype=float32)
    """

    @lazy(allocation=["pooling_size"])
    def __init__(
        self,
        mode: Mode,
        pooling_size: Sequence[int],
        step: int | Sequence[int] | None,
        input_dim: Sequence[int | None] | None,
        ignore_border: bool,
        padding: int | Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if mode not in MODES:
            raise ValueError(
                f"{self.path}: mode must be one of {', '.join(MODES)}, got {mode!r}"
            )
        self.mode = mode
        self.pooling_size = pooling_size
        self.step = step
        self.input_dim: Any = input_dim
        self.ignore_border = ignore_border
        self.padding = padding
        if pooling_size is not UNSET:
            self._padding()

    @property
    def image_size(self) -> ImageSize:
        """The spatial lengths of the images, None where they are not known."""
        if self.input_dim is None or self.input_dim is UNSET:
            return (None,) * len(self._window())
        return tuple(self.input_dim[1:])

    @image_size.setter
    def image_size(self, image_size: ImageSize | None) -> None:
        lengths = (None,) * len(self._window()) if image_size is None else image_size
        self.input_dim = (self.num_channels, *lengths)

    @property
    def num_channels(self) -> int | None:
        """The number of channels, None if it is not known."""
        if self.input_dim is None or self.input_dim is UNSET:
            return None
        return self.input_dim[0]

    @num_channels.setter
    def num_channels(self, num_channels: int | None) -> None:
        self.input_dim = (num_channels, *self.image_size)

    @property
    def num_output_channels(self) -> int | None:
        """The number of output channels, `num_channels`."""
        return self.num_channels

    @property
    def output_dim(self) -> Any:
        """The shape of an image of the output, ``(channels, *positions)``."""
        return self.get_dim("output")

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return one number for each window.

        Parameters
        ----------
        input_
            Images, ``(batch, channels, *spatial)``.

        Returns
        -------
        TensorVariable
            ``(batch, channels, *positions)``.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `images_of`.
        ValueError
            If the number of channels or a spatial length is known to be another one,
            or the window is larger than the padded images.
        """
        images = channels_last(
            images_of(
                self,
                input_,
                self.num_channels,
                self.image_size,
                pytensor.config.floatX,
            )
        )
        window, how = self._window(), {"strides": self._step()}
        lengths = images.type.shape[1:-1]
        if self.ignore_border:
            padding: Any = self._padding()
            exclude = self.mode == "average_exc_pad"
        else:
            known = known_lengths(self, lengths, "ignore_border=False")
            padding = [(0, extra) for extra in self._left_over(known)]
            # What is added for the left-over part is no padding the user asked for.
            exclude = True
        if self.mode == "max":
            output = max_pooling(images, window, padding=padding, **how)
        else:
            output = average_pooling(
                images, window, padding=padding, include_padding=not exclude, **how
            )
        return channels_first(output)

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_`` or ``output``, channels first."""
        if name == "input_":
            return (self.num_channels, *self.image_size)
        if name == "output":
            return (
                self.num_channels,
                *map(self._positions, range(len(self._window()))),
            )
        return super().get_dim(name)

    def _window(self) -> tuple[int, ...]:
        size = self.pooling_size
        return per_axis(self, "pooling_size", size, len(size))

    def _step(self) -> tuple[int, ...]:
        window = self._window()
        return per_axis(self, "step", self.step or window, len(window))

    def _padding(self) -> tuple[int, ...]:
        window, padding = self._window(), self.padding
        values = (
            (padding,) * len(window) if isinstance(padding, int) else tuple(padding)
        )
        # The default of Blocks, two zeros, stands for none along any number of axes.
        values = values if any(values) else (0,) * len(window)
        if len(values) != len(window) or any(
            not 0 <= number < length
            for number, length in zip(values, window, strict=False)
        ):
            raise ValueError(
                f"{self.path}: padding must be at least 0 and smaller than the window "
                f"{window} along each axis, got {self.padding!r}"
            )
        if any(values) and not self.ignore_border:
            raise ValueError(
                f"{self.path}: padding needs ignore_border=True, got padding "
                f"{self.padding!r} and ignore_border=False"
            )
        return values

    def _positions(self, axis: int) -> int | None:
        length = self.image_size[axis]
        if length is None:
            return None
        window, step = self._window()[axis], self._step()[axis]
        if self.ignore_border:
            return (length + 2 * self._padding()[axis] - window) // step + 1
        return _windows_with_border(length, window, step)

    def _left_over(self, lengths: Sequence[int]) -> list[int]:
        """Return how much the image must grow for the last window to fit."""
        axes = zip(lengths, self._window(), self._step(), strict=True)
        return [
            max(
                (_windows_with_border(length, window, step) - 1) * step
                + window
                - length,
                0,
            )
            for length, window, step in axes
        ]


class MaxPooling(Pooling):
    """Take the largest element of each window of an image.

    Parameters
    ----------
    pooling_size
        The lengths of the window, one for each spatial axis.
    step
        The stride: an integer or one for each axis; None for `pooling_size`.
    input_dim, ignore_border, padding, **kwargs
        As for `Pooling`; padding is never the largest.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> MaxPooling((2, 2)).apply(pt.tensor("x", shape=(None, 20, 24, 24))).type.shape
    (None, 20, 12, 12)
    """

    @lazy(allocation=["pooling_size"])
    def __init__(
        self,
        pooling_size: Sequence[int],
        step: int | Sequence[int] | None = None,
        input_dim: Sequence[int | None] | None = None,
        ignore_border: bool = True,
        padding: int | Sequence[int] = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            "max", pooling_size, step, input_dim, ignore_border, padding, **kwargs
        )


class AveragePooling(Pooling):
    """Take the mean of each window of an image.

    Parameters
    ----------
    pooling_size
        The lengths of the window, one for each spatial axis.
    step
        The stride: an integer or one for each axis; None for `pooling_size`.
    input_dim, ignore_border, padding
        As for `Pooling`.
    include_padding
        Whether padding counts as zeros in the mean.
    **kwargs
        ``name``: see `Brick`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> AveragePooling((3,), 2).apply(pt.tensor("x", shape=(None, 8, 9))).type.shape
    (None, 8, 4)
    """

    @lazy(allocation=["pooling_size"])
    def __init__(
        self,
        pooling_size: Sequence[int],
        step: int | Sequence[int] | None = None,
        input_dim: Sequence[int | None] | None = None,
        ignore_border: bool = True,
        padding: int | Sequence[int] = 0,
        include_padding: bool = False,
        **kwargs: Any,
    ) -> None:
        mode: Mode = "average_inc_pad" if include_padding else "average_exc_pad"
        super().__init__(
            mode, pooling_size, step, input_dim, ignore_border, padding, **kwargs
        )


def _windows_with_border(length: int, window: int, step: int) -> int:
    """Return how many windows there are if what is left over has one of its own."""
    if step < window:
        return -(-max(length - window, 0) // step) + 1
    return -(-length // step)
