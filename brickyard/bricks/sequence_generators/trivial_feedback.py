"""The feedback that changes nothing."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.lazy import lazy
from brickyard.bricks.sequence_generators.feedback import AbstractFeedback


class TrivialFeedback(AbstractFeedback):
    """A feedback for outputs that are features already.

    Parameters
    ----------
    output_dim
        The number of features of the outputs.
    **kwargs
        ``name``: see `Brick`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> TrivialFeedback(3).feedback(pt.matrix("outputs"))
    trivialfeedback_feedback_feedback
    """

    @lazy(allocation=["output_dim"])
    def __init__(self, output_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.output_dim = output_dim

    @application(outputs=["feedback"])
    def feedback(self, outputs: TensorVariable) -> TensorVariable:
        """Return the outputs.

        Parameters
        ----------
        outputs
            ``(..., output_dim)``

        Returns
        -------
        TensorVariable
            The same.
        """
        return outputs

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``feedback``."""
        return self.output_dim if name == "feedback" else super().get_dim(name)
