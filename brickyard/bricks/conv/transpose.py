"""The convolutional layer that goes the other way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution import transposed_convolution
from brickyard.bricks.application import application
from brickyard.bricks.conv.convolutional import Convolutional
from brickyard.bricks.conv.images import (
    ImageSize,
    channels_first,
    channels_last,
    image_size_of,
    images_of,
    per_axis,
)
from brickyard.bricks.lazy import lazy


class ConvolutionalTranspose(Convolutional):
    r"""Map images the way a convolutional layer maps gradients back.

    With stride :math:`s`, padding :math:`p` and filters of length :math:`k`, a spatial
    length :math:`n` becomes

    .. math:: (n - 1) s + d (k - 1) + 1 - 2 p + u

    where :math:`u < s` is the unused edge.

    Parameters
    ----------
    filter_size
        The spatial lengths of the filters.
    num_filters
        The number of filters, which is that of output channels.
    num_channels
        The number of input channels.
    original_image_size
        The spatial lengths of the output: those of the images that the convolution
        going the other way would have been applied to. None to compute them.
    unused_edge
        Elements :math:`u` at the end of each spatial axis of the output that no
        position of the window reaches: an integer, or one for each axis. Not used if
        `original_image_size` is given.
    **kwargs
        As for `Convolutional`; `image_size` is that of the input.

    Raises
    ------
    ValueError
        If an unused edge is not smaller than the step.

    Notes
    -----
    Parameters: ``W`` of shape ``(num_channels, num_filters, *filter_size)`` and role
    ``FILTER``, as in the convolution that goes the other way; ``b`` as for
    `Convolutional`.

    References
    ----------
    V. Dumoulin and F. Visin (2016), A guide to convolution arithmetic for deep
    learning, chapter 4.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks.initialization import Constant
    >>> layer = ConvolutionalTranspose((3, 3), 4, 8, step=2, image_size=(7, 7),
    ...                                weights_init=Constant(1), use_bias=False)
    >>> layer.initialize()
    >>> layer.get_dim("output")
    (4, 15, 15)
    """

    @lazy(allocation=["filter_size", "num_filters", "num_channels"])
    def __init__(
        self,
        filter_size: Sequence[int],
        num_filters: int,
        num_channels: int,
        original_image_size: ImageSize | None = None,
        unused_edge: int | Sequence[int] = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(filter_size, num_filters, num_channels, **kwargs)
        self.original_image_size = original_image_size
        self.unused_edge = unused_edge

    def _filter_shape(self) -> tuple[int, ...]:
        return (self.num_channels, self.num_filters, *self._window())

    def _edges(self) -> tuple[int, ...]:
        rank = len(self._window())
        edge = self.unused_edge
        edges = (edge,) * rank if isinstance(edge, int) else tuple(edge)
        # The default of Blocks, two zeros, stands for none along any number of axes.
        edges = edges if any(edges) else (0,) * rank
        steps = per_axis(self, "step", self.step, rank)
        if len(edges) != rank or any(
            not 0 <= edge < step for edge, step in zip(edges, steps, strict=True)
        ):
            raise ValueError(
                f"{self.path}: unused_edge must be at least 0 and smaller than the "
                f"step {steps} along each axis, got {self.unused_edge!r}"
            )
        return edges

    def _output_lengths(self, lengths: Sequence[Any]) -> tuple[Any, ...]:
        """Return the spatial lengths of the output for those of the input."""
        window = self._window()
        if self.original_image_size is not None:
            return image_size_of(self, self.original_image_size, len(window))
        how = self._geometry()
        axes = zip(
            lengths,
            window,
            how.strides,
            how.padding,
            how.dilation,
            self._edges(),
            strict=True,
        )
        return tuple(
            None
            if length is None
            else (length - 1) * step + spacing * (size - 1) + 1 - sum(pads) + edge
            for length, size, step, pads, spacing, edge in axes
        )

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the images mapped back.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, *spatial)``.

        Returns
        -------
        TensorVariable
            ``(batch, num_filters, *spatial)``, of the parameters' dtype.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `images_of`.
        ValueError
            If the number of channels or a spatial length is known to be another one,
            or no convolution leads from `original_image_size` to the input's lengths.
        """
        W = self.W
        size = image_size_of(self, self.image_size, len(self._window()))
        images = images_of(self, input_, self.num_channels, size, W.dtype)
        lengths = [
            images.shape[axis] if length is None else length
            for axis, length in enumerate(images.type.shape[2:], start=2)
        ]
        how = self._geometry()
        output = transposed_convolution(
            channels_last(images),
            W.dimshuffle(*range(2, W.ndim), 1, 0),
            self._output_lengths(lengths),
            strides=how.strides,
            padding=how.padding,
            dilation=how.dilation,
        )
        if self.use_bias:
            output = output + self._bias()
        return channels_first(output)

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_`` or ``output``, channels first."""
        if name == "output":
            size = image_size_of(self, self.image_size, len(self._window()))
            return (self.num_filters, *self._output_lengths(size))
        return super().get_dim(name)
