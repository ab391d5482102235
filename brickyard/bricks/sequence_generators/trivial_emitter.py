"""The emitter that changes nothing."""

from __future__ import annotations

from typing import Any

import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.lazy import lazy
from brickyard.bricks.sequence_generators.emitter import AbstractEmitter


class TrivialEmitter(AbstractEmitter):
    """An emitter whose outputs are the readouts, at no cost.

    For generators that are run but not trained by their own cost.

    Parameters
    ----------
    readout_dim
        The number of features of readouts and outputs.
    **kwargs
        ``name``: see `Brick`.

    Examples
    --------
    >>> emitter = TrivialEmitter(3)
    >>> emitter.emit(pt.matrix("readouts"))
    trivialemitter_emit_outputs
    """

    @lazy(allocation=["readout_dim"])
    def __init__(self, readout_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.readout_dim = readout_dim

    @application(outputs=["outputs"])
    def emit(self, readouts: TensorVariable) -> TensorVariable:
        """Return the readouts.

        Parameters
        ----------
        readouts
            ``(batch, readout_dim)``

        Returns
        -------
        TensorVariable
            The same.
        """
        return readouts

    @application(outputs=["cost"])
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        """Return zeros.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``
        outputs
            ``(..., batch, readout_dim)``

        Returns
        -------
        TensorVariable
            ``(..., batch)``
        """
        return pt.zeros_like(outputs[..., 0])

    @application(outputs=["outputs"])
    def initial_outputs(self, batch_size: Any) -> TensorVariable:
        """Return zeros.

        Parameters
        ----------
        batch_size
            The number of sequences.

        Returns
        -------
        TensorVariable
            ``(batch, readout_dim)``, of dtype ``floatX``.
        """
        shape = (batch_size, self.readout_dim)
        return pt.zeros(shape, dtype=pytensor.config.floatX)

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``outputs``."""
        return self.readout_dim if name == "outputs" else super().get_dim(name)
