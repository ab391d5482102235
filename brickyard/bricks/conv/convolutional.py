"""The convolutional layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution import convolution, geometry
from brickyard.bricks.application import application
from brickyard.bricks.conv.images import (
    ImageSize,
    channels_first,
    channels_last,
    image_size_of,
    images_of,
    known_lengths,
    per_axis,
)
from brickyard.bricks.interfaces import LinearLike
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.graph.roles import BIAS, FILTER


class Convolutional(LinearLike):
    r"""Correlate images with learned filters, over 1, 2 or 3 spatial axes.

    .. math:: y_{b, f, o} = b_f + \sum_{c, k} W_{f, c, k} x_{b, c, s o + d k - p}

    Parameters
    ----------
    filter_size
        The spatial lengths of the filters; their number decides over how many axes.
    num_filters
        The number of filters, which is that of output channels.
    num_channels
        The number of input channels.
    batch_size
        Not needed; accepted so that older scripts run.
    image_size
        The spatial lengths of the images, needed for untied biases and for `get_dim`;
        None where they are not known.
    step
        The stride :math:`s`: an integer, or one for each spatial axis.
    border_mode
        The padding :math:`p`: ``"valid"`` for none, ``"half"`` for half the filter on
        both sides, ``"full"`` for all positions that touch the image, or numbers of
        elements, as for `brickyard.backends.convolution.geometry`.
    tied_biases
        Whether a filter has one bias for all positions rather than one for each.
    dilation
        The distance :math:`d` of neighbouring elements of a filter.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If a size is not an integer.
    ValueError
        If a size is below 1 or there are too many or too few of them.

    Notes
    -----
    Parameters: ``W`` of shape ``(num_filters, num_channels, *filter_size)`` and role
    ``FILTER``; unless ``use_bias=False``, ``b`` of role ``BIAS`` and shape
    ``(num_filters,)``, or ``(num_filters, *positions)`` if biases are not tied.

    Filters are not turned around, as everywhere in the field today. Blocks turned
    them: parameters from there need ``W[:, :, ::-1, ::-1]``.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks.initialization import Constant, HeNormal
    >>> layer = Convolutional((5, 5), 20, 1, image_size=(28, 28),
    ...                       weights_init=HeNormal(), biases_init=Constant(0))
    >>> layer.initialize()
    >>> layer.get_dim("output")
    (20, 24, 24)
    >>> layer.apply(pt.tensor4("images")).type.shape
    (None, 20, None, None)
    """

    @lazy(allocation=["filter_size", "num_filters", "num_channels"])
    def __init__(
        self,
        filter_size: Sequence[int],
        num_filters: int,
        num_channels: int,
        batch_size: int | None = None,
        image_size: ImageSize | None = None,
        step: int | Sequence[int] = 1,
        border_mode: Any = "valid",
        tied_biases: bool = True,
        *,
        dilation: int | Sequence[int] = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filter_size = filter_size
        self.num_filters = num_filters
        self.num_channels = num_channels
        self.batch_size = batch_size
        self.image_size = image_size
        self.step = step
        self.border_mode = border_mode
        self.tied_biases = tied_biases
        self.dilation = dilation
        if filter_size is not UNSET:
            self._geometry()

    @property
    def num_output_channels(self) -> int:
        """The number of output channels, `num_filters`."""
        return self.num_filters

    @property
    def num_groups(self) -> int:
        """Into how many parts the channels are divided, each with its own filters."""
        return 1

    def _window(self) -> tuple[int, ...]:
        return per_axis(self, "filter_size", self.filter_size, len(self.filter_size))

    def _geometry(self) -> Any:
        window = self._window()
        return geometry(
            len(window),
            window,
            per_axis(self, "step", self.step, len(window)),
            self.border_mode,
            per_axis(self, "dilation", self.dilation, len(window)),
            self.num_groups,
        )

    def _filter_shape(self) -> tuple[int, ...]:
        per_group, rest = divmod(self.num_channels, self.num_groups)
        if rest or self.num_filters % self.num_groups:
            raise ValueError(
                f"{self.path}: {self.num_channels} channels and {self.num_filters} "
                f"filters cannot both be divided into {self.num_groups} equal groups"
            )
        return (self.num_filters, per_group, *self._window())

    def _allocate(self) -> None:
        W = self.add_parameter(None, self._filter_shape(), "W", FILTER)
        self.add_auxiliary_variable(W.norm(2), name="W_norm")
        if self.use_bias:
            b = self.add_parameter(None, self._bias_shape(), "b", BIAS)
            self.add_auxiliary_variable(b.norm(2), name="b_norm")

    def _bias_shape(self) -> tuple[int, ...]:
        if self.tied_biases:
            return (self.num_output_channels,)
        lengths = self.get_dim("output")[1:]
        known = known_lengths(self, lengths, "a bias for each position")
        return (self.num_output_channels, *known)

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the filtered images.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, *spatial)``.

        Returns
        -------
        TensorVariable
            ``(batch, num_filters, *positions)``, of the parameters' dtype.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `images_of`.
        ValueError
            If the number of channels or a spatial length is known to be another one,
            or the filters are larger than the padded images.
        """
        W = self.W
        size = image_size_of(self, self.image_size, len(self._window()))
        images = images_of(self, input_, self.num_channels, size, W.dtype)
        how = self._geometry()
        output = convolution(
            channels_last(images),
            W.dimshuffle(*range(2, W.ndim), 1, 0),
            strides=how.strides,
            padding=how.padding,
            dilation=how.dilation,
            groups=how.groups,
        )
        if self.use_bias:
            output = output + self._bias()
        return channels_first(output)

    def _bias(self) -> TensorVariable:
        """Return the biases with the channels last."""
        if self.tied_biases:
            return self.b
        return self.b.dimshuffle(*range(1, self.b.ndim), 0)

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_`` or ``output``, channels first."""
        if name not in ("input_", "output"):
            return super().get_dim(name)
        window = self._window()
        size = image_size_of(self, self.image_size, len(window))
        if name == "input_":
            return (self.num_channels, *size)
        return (
            self.num_output_channels,
            *self._geometry().output_lengths(size, window),
        )
