"""The emitter of classes."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.sequence_generators.integer_emitter import IntegerEmitter
from brickyard.bricks.softmax import NDimensionalSoftmax


class SoftmaxEmitter(IntegerEmitter):
    r"""An emitter of integers, drawn with the probabilities of a softmax.

    .. math:: p_i = e^{r_i} / \sum_j e^{r_j}

    There are as many different outputs as the readouts have features. The cost of an
    output is minus the logarithm of its probability.

    Parameters
    ----------
    initial_output
        The integer that stands in for the output before the first one, at least 0.
    **kwargs
        ``graph_seed``: see `Random`; ``name``: see `Brick`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> emitter, readouts = SoftmaxEmitter(), pt.matrix("readouts")
    >>> evaluate(emitter.emit(readouts), {readouts: [[0, 99, 0], [99, 0, 0]]}).tolist()
    [1, 0]
    """

    def __init__(self, initial_output: int = 0, **kwargs: Any) -> None:
        super().__init__(initial_output, **kwargs)
        self.softmax = NDimensionalSoftmax(name="softmax")
        self.children.append(self.softmax)

    @application(outputs=["probs"])
    def probs(self, readouts: TensorVariable) -> TensorVariable:
        """Return the probabilities of all outputs.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``

        Returns
        -------
        TensorVariable
            ``(..., readout_dim)``, summing to 1.
        """
        return self.softmax.apply(readouts)

    @application(outputs=["log_probabilities"])
    def log_probabilities(self, readouts: TensorVariable) -> TensorVariable:
        """Return the log-probabilities of all outputs.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``

        Returns
        -------
        TensorVariable
            ``(..., readout_dim)``
        """
        return self.softmax.log_probabilities(readouts)

    @application(outputs=["outputs"])
    def emit(self, readouts: TensorVariable) -> TensorVariable:
        """Return integers, drawn with their probabilities.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``

        Returns
        -------
        TensorVariable
            int64, ``(...)``.
        """
        return self.graph_rng.categorical(self.probs(readouts))

    @application(outputs=["cost"])
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        r"""Return the cost of each output, :math:`-\log p_i`.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``
        outputs
            Any integer dtype, ``(...)``.

        Returns
        -------
        TensorVariable
            ``(...)``, in nats; NaN for outputs that do not exist.
        """
        return self.softmax.categorical_cross_entropy(outputs, readouts)
