"""Normalization over groups of channels of each example."""

from __future__ import annotations

from typing import Any

from pytensor import config
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.checks import describe, require_tensor
from brickyard.bricks.conv.images import (
    ImageSize,
    channels_first,
    channels_last,
    images_of,
)
from brickyard.bricks.creation import Initializer
from brickyard.bricks.initialization import Constant
from brickyard.bricks.interfaces import Feedforward, RNGMixin
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.graph.roles import BIAS, PARAMETER


class GroupNormalization(RNGMixin, Feedforward):
    r"""Groups of channels with mean 0 and variance 1 in each example, scaled, shifted.

    .. math::
        y_{b, c, s} = \frac{x_{b, c, s} - \mu_{b, g}}
        {\sqrt{\sigma^2_{b, g} + \epsilon}} \, \gamma_c + \beta_c

    Mean and variance are taken over all positions and all channels of the group
    :math:`g` of :math:`c`. Examples do not depend on each other: there are no
    population statistics, and training and inference are one graph.

    Parameters
    ----------
    num_groups
        Into how many equal parts the channels are divided: 1 for all together, the
        number of channels for each by itself.
    num_channels
        The number of channels, divisible by `num_groups`.
    image_size
        The spatial lengths of the images, None where they are not known; for
        `get_dim`.
    epsilon
        What is added to the variance, greater than 0.
    learn_scale
        Whether there is a scale :math:`\gamma`.
    learn_shift
        Whether there is a shift :math:`\beta`.
    scale_init
        The initializer of the scale, ``Constant(1)`` by default.
    shift_init
        The initializer of the shift, ``Constant(0)`` by default.
    seed
        The seed of the initial values; see `RNGMixin`.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    ValueError
        If `epsilon` is not greater than 0; when it is allocated, if the channels
        cannot be divided into so many groups.

    Notes
    -----
    Parameters: ``scale`` of shape ``(num_channels,)`` and role ``PARAMETER``, so that
    penalties on weights leave it alone; ``shift`` of the same shape and role ``BIAS``.
    The variance divides by the number of elements.

    References
    ----------
    Y. Wu and K. He (2018), Group Normalization, section 3.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> brick = GroupNormalization(2, 4)
    >>> brick.initialize()
    >>> x = pt.matrix("x")
    >>> evaluate(brick.apply(x), {x: [[1, 3, 0, 8]]}).round(2)
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    @lazy(allocation=["num_groups", "num_channels"])
    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        image_size: ImageSize = (None, None),
        epsilon: float = 1e-5,
        *,
        learn_scale: bool = True,
        learn_shift: bool = True,
        scale_init: Initializer | None = None,
        shift_init: Initializer | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(
                f"{self.path}: epsilon must be greater than 0, got {epsilon}"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.image_size = image_size
        self.epsilon = epsilon
        self.learn_scale = learn_scale
        self.learn_shift = learn_shift
        self.scale_init = Constant(1) if scale_init is None else scale_init
        self.shift_init = Constant(0) if shift_init is None else shift_init
        self.seed = seed

    @property
    def num_output_channels(self) -> int:
        """The number of output channels, `num_channels`."""
        return self.num_channels

    @property
    def input_dim(self) -> Any:
        """The number of channels, or the shape of an image if its size is known."""
        known = any(length is not None for length in self.image_size)
        if not known or self.num_channels is UNSET:
            return self.num_channels
        return (self.num_channels, *self.image_size)

    @input_dim.setter
    def input_dim(self, dim: Any) -> None:
        if isinstance(dim, int):
            self.num_channels = dim
        else:
            self.num_channels, *lengths = dim
            self.image_size = tuple(lengths)

    @property
    def output_dim(self) -> Any:
        """The same as `input_dim`."""
        return self.input_dim

    @output_dim.setter
    def output_dim(self, dim: Any) -> None:
        self.input_dim = dim

    def _allocate(self) -> None:
        groups, channels = self.num_groups, self.num_channels
        if groups < 1 or channels % groups:
            raise ValueError(
                f"{self.path}: {channels} channels cannot be divided into {groups} "
                "equal groups"
            )
        if self.learn_scale:
            self.add_parameter(self.scale_init, (channels,), "scale", PARAMETER)
        if self.learn_shift:
            self.add_parameter(self.shift_init, (channels,), "shift", BIAS)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the normalized images.

        Parameters
        ----------
        input_
            Images or features, ``(batch, num_channels, *spatial)``.

        Returns
        -------
        TensorVariable
            Of the input's shape, of dtype ``floatX``.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `images_of`.
        ValueError
            If there are no channels, or their number is known to be another one.
        """
        rank = require_tensor(self, input_).ndim - 2
        if rank < 0:
            raise ValueError(
                f"{self.path} needs images of shape (batch, {self.num_channels}, "
                f"*spatial), got {describe(input_)}"
            )
        size = (None,) * rank
        images = images_of(self, input_, self.num_channels, size, self._dtype)
        x = self._grouped(channels_last(images))
        axes = (*range(1, x.ndim - 2), x.ndim - 1)
        centred = x - x.mean(axis=axes, keepdims=True)
        variance = pt.sqr(centred).mean(axis=axes, keepdims=True)
        output = centred / pt.sqrt(variance + self.epsilon)
        output = output.reshape((*_lengths(output)[:-2], self.num_channels))
        if self.learn_scale:
            output = output * self.parameters["scale"]
        if self.learn_shift:
            output = output + self.parameters["shift"]
        return channels_first(output)

    @property
    def _dtype(self) -> str:
        return self.parameters[0].dtype if len(self.parameters) else config.floatX

    def _grouped(self, x: TensorVariable) -> TensorVariable:
        """Return ``(..., channels)`` as ``(..., groups, channels per group)``."""
        size = self.num_channels // self.num_groups
        return x.reshape((*_lengths(x)[:-1], self.num_groups, size))

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_`` or ``output``, channels first."""
        if name in ("input_", "output"):
            return (self.num_channels, *self.image_size)
        return super().get_dim(name)


def _lengths(x: TensorVariable) -> list[Any]:
    """Return the lengths of all axes, as integers where they are known."""
    pairs = zip(x.type.shape, x.shape, strict=False)
    return [symbolic if known is None else known for known, symbolic in pairs]
