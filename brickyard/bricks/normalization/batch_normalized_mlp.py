"""The multilayer perceptron with batch normalization."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Sequence_
from typing import Any

from brickyard.bricks.application import BoundApplication
from brickyard.bricks.base import Brick
from brickyard.bricks.lazy import lazy
from brickyard.bricks.mlp import MLP
from brickyard.bricks.normalization.batch_normalization import BatchNormalization
from brickyard.bricks.sequences import Sequence


class BatchNormalizedMLP(MLP):
    r"""A multilayer perceptron that normalizes before each activation.

    .. math:: h_0 = x, \quad h_{i+1} = f_i(\operatorname{BN}_i(h_i W_i))

    Parameters
    ----------
    activations
        What follows each normalization: a brick, a bound application, or None.
    dims
        As for `MLP`.
    *args
        As for `MLP`.
    conserve_memory
        Not needed; accepted so that older scripts run.
    mean_only
        Given to each `BatchNormalization`, like the two below.
    learn_scale
        See `BatchNormalization`.
    learn_shift
        See `BatchNormalization`.
    **kwargs
        As for `MLP`, but linear maps have no biases unless ``use_bias=True``: the
        shifts take their place.

    Notes
    -----
    Each activation becomes a `Sequence` of a `BatchNormalization` and what was given,
    named ``batch_norm_activation_0``, ``batch_norm_activation_1``, ...

    Examples
    --------
    >>> from brickyard.bricks import Rectifier, Softmax
    >>> from brickyard.bricks.initialization import HeNormal
    >>> mlp = BatchNormalizedMLP([Rectifier(), Softmax()], [784, 100, 10],
    ...                          weights_init=HeNormal())
    >>> mlp.initialize()
    >>> mlp.activations[0].children[0].input_dim
    100
    """

    @lazy(allocation=["dims"])
    def __init__(
        self,
        activations: Sequence_[Brick | BoundApplication | None],
        dims: Sequence_[int],
        *args: Any,
        conserve_memory: bool = True,
        mean_only: bool = False,
        learn_scale: bool = True,
        learn_shift: bool = True,
        **kwargs: Any,
    ) -> None:
        options = {
            "mean_only": mean_only,
            "learn_scale": learn_scale,
            "learn_shift": learn_shift,
        }
        if isinstance(activations, Brick) or not isinstance(activations, Iterable):
            raise TypeError(
                "the activations of a BatchNormalizedMLP must be a list of bricks, got "
                f"{activations!r}; use [{activations!r}]"
            )
        normalized = [
            Sequence(
                [BatchNormalization(conserve_memory=conserve_memory, **options)]
                + ([] if activation is None else [activation]),
                name=f"batch_norm_activation_{index}",
            )
            for index, activation in enumerate(activations)
        ]
        kwargs.setdefault("use_bias", False)
        super().__init__(normalized, dims, *args, **kwargs)

    @property
    def normalizations(self) -> list[BatchNormalization]:
        """The batch normalization after each linear map."""
        sequences: list[Any] = self.activations
        return [sequence.application_methods[0].brick for sequence in sequences]

    @property
    def conserve_memory(self) -> bool:
        """What all batch normalizations were told."""
        return all(brick.conserve_memory for brick in self.normalizations)

    @conserve_memory.setter
    def conserve_memory(self, conserve_memory: bool) -> None:
        for brick in self.normalizations:
            brick.conserve_memory = conserve_memory

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        for brick, dim in zip(self.normalizations, self.dims[1:], strict=True):
            brick.input_dim = dim
