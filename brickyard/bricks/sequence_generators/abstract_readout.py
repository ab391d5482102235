"""The base of readouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.lazy import lazy


class AbstractReadout(Initializable):
    """What a generator says outputs with.

    It combines states, glimpses and the feedback of the last output into *readouts*;
    emits outputs for readouts and tells what they cost; and turns outputs into
    feedback. Subclasses define its methods, decorated with `application`, for
    `BeamSearch` `log_probabilities` too; `Readout` is made of parts that do so.

    Parameters
    ----------
    source_names
        The names of states, glimpses and contexts of the generator's transition that
        readouts are made of, and ``"feedback"`` if the last output is to be one.
    readout_dim
        The number of features of the readouts, at least 1.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Attributes
    ----------
    source_dims : list of int
        The number of features of each source. The generator assigns it.
    """

    source_dims: Any = None

    @lazy(allocation=["readout_dim"])
    def __init__(
        self, source_names: Sequence[str], readout_dim: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source_names = list(source_names)
        self.readout_dim = readout_dim

    @application
    def readout(self, **kwargs: TensorVariable) -> TensorVariable:
        """Return readouts.

        Parameters
        ----------
        **kwargs
            The sources by name, each ``(..., batch, features)``.

        Returns
        -------
        TensorVariable
            ``(..., batch, readout_dim)``
        """
        raise NotImplementedError(f"{type(self).__name__}.readout is abstract")

    @application
    def emit(self, readouts: TensorVariable) -> TensorVariable:
        """Return outputs; see `AbstractEmitter`.

        Parameters
        ----------
        readouts
            ``(batch, readout_dim)``
        """
        raise NotImplementedError(f"{type(self).__name__}.emit is abstract")

    @application
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        """Return the cost of each output; see `AbstractEmitter`.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``
        outputs
            ``(..., batch)``, with another axis if they have features.
        """
        raise NotImplementedError(f"{type(self).__name__}.cost is abstract")

    @application
    def initial_outputs(self, batch_size: Any) -> TensorVariable:
        """Return what stands in for the output before the first one.

        Parameters
        ----------
        batch_size
            The number of sequences.
        """
        raise NotImplementedError(f"{type(self).__name__}.initial_outputs is abstract")

    @application
    def log_probabilities(self, readouts: TensorVariable) -> TensorVariable:
        """Return the log-probabilities of all possible outputs; for `BeamSearch`.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not define log_probabilities, which needs a "
            "finite number of possible outputs"
        )

    @application
    def feedback(self, outputs: TensorVariable) -> TensorVariable:
        """Return the features of outputs; see `AbstractFeedback`.

        Parameters
        ----------
        outputs
            ``(..., batch)``, with another axis if they have features.
        """
        raise NotImplementedError(f"{type(self).__name__}.feedback is abstract")
