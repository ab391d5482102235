"""Convolutional layers one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.bricks.application import BoundApplication
from brickyard.bricks.base import Brick
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.interfaces import Activation, Feedforward, Initializable
from brickyard.bricks.lazy import lazy
from brickyard.bricks.sequences import Sequence


class ConvolutionalSequence(Sequence, Initializable, Feedforward):
    """Layers on images, each configured from the output of the one before.

    Parameters
    ----------
    layers
        Convolutional and pooling layers, normalizations and activations: bricks or
        their applications. Each that is not an activation has ``num_channels``,
        ``image_size`` and ``get_dim``.
    num_channels
        The number of channels of the images.
    batch_size
        Not needed; accepted so that older scripts run.
    image_size
        The spatial lengths of the images; None where they are not known.
    border_mode
        Given to each layer that has one; None to leave them as they are.
    tied_biases
        Given to each layer that has this; None to leave them as they are.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If something else than bricks and applications is given.
    ValueError
        If there are no layers.

    Examples
    --------
    >>> from brickyard.bricks import Convolutional, MaxPooling, Rectifier
    >>> from brickyard.bricks.initialization import Constant, HeNormal
    >>> layers = [Convolutional((5, 5), 20), Rectifier(), MaxPooling((2, 2)),
    ...           Convolutional((5, 5), 50), Rectifier(), MaxPooling((2, 2))]
    >>> sequence = ConvolutionalSequence(layers, 1, image_size=(28, 28),
    ...     weights_init=HeNormal(), biases_init=Constant(0))
    >>> sequence.initialize()
    >>> sequence.get_dim("output")
    (50, 4, 4)
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        layers: Iterable[Brick | BoundApplication],
        num_channels: int,
        batch_size: int | None = None,
        image_size: ImageSize = (None, None),
        border_mode: Any = None,
        tied_biases: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(layers, **kwargs)
        self.layers = [method.brick for method in self.application_methods]
        self.num_channels = num_channels
        self.batch_size = batch_size
        self.image_size = image_size
        self.border_mode = border_mode
        self.tied_biases = tied_biases

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
    def num_output_channels(self) -> Any:
        """The number of channels of the output."""
        shape = self.get_dim("output")
        return shape[0] if isinstance(shape, tuple) else shape

    def get_dim(self, name: str) -> Any:
        """Return the shape of an image of ``input_`` or ``output``, channels first."""
        if name == "input_":
            return self.input_dim
        if name != "output":
            return super().get_dim(name)
        self._configure()
        shaping = [layer for layer in self.layers if not _keeps_shapes(layer)]
        return shaping[-1].get_dim("output") if shaping else self.input_dim

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self._configure()

    def _configure(self) -> None:
        """Tell each layer the shape of its images, and what else it was given."""
        shape = self.input_dim
        layers: list[Any] = self.layers
        for layer in layers:
            if _keeps_shapes(layer):
                continue
            for name in ("border_mode", "tied_biases"):
                value = getattr(self, name)
                if value is not None and hasattr(layer, name):
                    setattr(layer, name, value)
            if not isinstance(shape, tuple):
                raise ValueError(
                    f"{self.path}: {layer.path} comes after a layer that gives one "
                    "number for each channel rather than images; put it outside"
                )
            layer.num_channels, layer.image_size = shape[0], shape[1:]
            shape = layer.get_dim("output")


def _keeps_shapes(layer: Brick) -> bool:
    return isinstance(layer, Activation) or not hasattr(layer, "num_channels")
