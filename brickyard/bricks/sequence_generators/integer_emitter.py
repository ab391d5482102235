"""What emitters of integers have in common."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Initializable, Random
from brickyard.bricks.sequence_generators.emitter import AbstractEmitter


class IntegerEmitter(AbstractEmitter, Initializable, Random):
    """The base of emitters whose outputs are integers, such as words or classes.

    Parameters
    ----------
    initial_output
        The integer that stands in for the output before the first one, at least 0.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`; ``graph_seed``: see `Random`.

    Raises
    ------
    TypeError
        If `initial_output` is not an integer.
    ValueError
        If it is negative.
    """

    def __init__(self, initial_output: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(initial_output, bool) or not isinstance(initial_output, int):
            raise TypeError(
                f"{self.path}: initial_output must be an integer, got "
                f"{initial_output!r}"
            )
        if initial_output < 0:
            raise ValueError(
                f"{self.path}: initial_output must be at least 0, got {initial_output}"
            )
        self.initial_output = initial_output

    @application(outputs=["outputs"])
    def initial_outputs(self, batch_size: Any) -> TensorVariable:
        """Return `initial_output` for each sequence.

        Parameters
        ----------
        batch_size
            The number of sequences.

        Returns
        -------
        TensorVariable
            int64, ``(batch,)``.
        """
        return pt.full((batch_size,), self.initial_output, dtype="int64")

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``outputs``: 0, they are integers."""
        return 0 if name == "outputs" else super().get_dim(name)
