"""The base of emitters."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.lazy import UNSET


class AbstractEmitter(Brick):
    """What turns readouts into outputs, and says what outputs cost.

    Subclasses define the three methods, decorated with `application`, and, for
    `BeamSearch`, `log_probabilities`.

    Attributes
    ----------
    readout_dim : int
        The number of features of the readouts. A `Readout` assigns it.

    Notes
    -----
    ``get_dim("outputs")`` is the number of features of an output, 0 for an integer.
    """

    readout_dim: Any = UNSET

    @application
    def emit(self, readouts: TensorVariable) -> TensorVariable:
        """Return outputs, drawn or computed.

        Parameters
        ----------
        readouts
            ``(batch, readout_dim)``

        Returns
        -------
        TensorVariable
            ``(batch, ...)``
        """
        raise NotImplementedError(f"{type(self).__name__}.emit is abstract")

    @application
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        """Return the cost of each output.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``
        outputs
            ``(..., batch)``, with another axis if they have features.

        Returns
        -------
        TensorVariable
            ``(..., batch)``
        """
        raise NotImplementedError(f"{type(self).__name__}.cost is abstract")

    @application
    def initial_outputs(self, batch_size: Any) -> TensorVariable:
        """Return what stands in for the output before the first one.

        Parameters
        ----------
        batch_size
            The number of sequences.

        Returns
        -------
        TensorVariable
            ``(batch, ...)``
        """
        raise NotImplementedError(f"{type(self).__name__}.initial_outputs is abstract")

    @application
    def log_probabilities(self, readouts: TensorVariable) -> TensorVariable:
        """Return the log-probabilities of all possible outputs; for `BeamSearch`.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``

        Returns
        -------
        TensorVariable
            ``(..., batch, outputs)``
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not define log_probabilities, which needs a "
            "finite number of possible outputs"
        )
