"""Convolutional layers whose filters see a part of the channels each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brickyard.bricks.conv.convolutional import Convolutional
from brickyard.bricks.lazy import UNSET, lazy


class GroupedConvolutional(Convolutional):
    """A convolutional layer with the channels divided into groups.

    The first of `num_groups` equal parts of the filters sees the first part of the
    channels, and so on.

    Parameters
    ----------
    filter_size
        The spatial lengths of the filters.
    num_filters
        The number of filters, divisible by the number of groups.
    num_channels
        The number of input channels, divisible by the number of groups.
    num_groups
        The number of groups, at least 1.
    **kwargs
        As for `Convolutional`.

    Notes
    -----
    ``W`` has shape ``(num_filters, num_channels / num_groups, *filter_size)``.

    References
    ----------
    A. Krizhevsky, I. Sutskever and G. E. Hinton (2012), ImageNet Classification with
    Deep Convolutional Neural Networks, section 3.2.

    Examples
    --------
    >>> from brickyard.bricks.initialization import Constant
    >>> layer = GroupedConvolutional((3, 3), 6, 4, 2, weights_init=Constant(1),
    ...                              biases_init=Constant(0))
    >>> layer.initialize()
    >>> layer.W.get_value().shape
    (6, 2, 3, 3)
    """

    @lazy(allocation=["filter_size", "num_filters", "num_channels", "num_groups"])
    def __init__(
        self,
        filter_size: Sequence[int],
        num_filters: int,
        num_channels: int,
        num_groups: int,
        **kwargs: Any,
    ) -> None:
        self._num_groups = num_groups
        super().__init__(filter_size, num_filters, num_channels, **kwargs)

    @property
    def num_groups(self) -> int:
        """Into how many parts the channels are divided."""
        return 1 if self._num_groups is UNSET else self._num_groups

    @num_groups.setter
    def num_groups(self, num_groups: int) -> None:
        self._num_groups = num_groups


class DepthwiseConvolutional(Convolutional):
    """A convolutional layer in which every channel has filters of its own.

    Parameters
    ----------
    filter_size
        The spatial lengths of the filters.
    num_channels
        The number of input channels.
    multiplier
        The number of filters of each channel, at least 1; there are
        ``multiplier * num_channels`` output channels, those of one channel together.
    **kwargs
        As for `Convolutional`.

    Notes
    -----
    ``W`` has shape ``(multiplier * num_channels, 1, *filter_size)``.

    References
    ----------
    F. Chollet (2017), Xception: Deep Learning with Depthwise Separable Convolutions.

    Examples
    --------
    >>> from brickyard.bricks.initialization import Constant
    >>> layer = DepthwiseConvolutional((3, 3), 4, multiplier=2, use_bias=False,
    ...                                weights_init=Constant(1))
    >>> layer.initialize()
    >>> layer.W.get_value().shape
    (8, 1, 3, 3)
    """

    @lazy(allocation=["filter_size", "num_channels"])
    def __init__(
        self,
        filter_size: Sequence[int],
        num_channels: int,
        multiplier: int = 1,
        **kwargs: Any,
    ) -> None:
        if not isinstance(multiplier, int) or multiplier < 1:
            raise ValueError(
                "the multiplier of a DepthwiseConvolutional must be a positive "
                f"integer, got {multiplier!r}"
            )
        self.multiplier = multiplier
        super().__init__(filter_size, UNSET, num_channels, **kwargs)

    @property
    def num_filters(self) -> int:
        """The number of output channels."""
        if self.num_channels is UNSET:
            return UNSET
        return self.multiplier * self.num_channels

    @num_filters.setter
    def num_filters(self, num_filters: Any) -> None:
        if num_filters is not UNSET:
            raise AttributeError(
                f"{self.path} has multiplier * num_channels filters; set these two"
            )

    @property
    def num_groups(self) -> int:
        """As many groups as channels."""
        return 1 if self.num_channels is UNSET else self.num_channels
