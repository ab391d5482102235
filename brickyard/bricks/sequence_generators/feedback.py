"""The base of feedbacks."""

from __future__ import annotations

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick


class AbstractFeedback(Brick):
    """What turns outputs into features, for the next step.

    Subclasses define `feedback`, decorated with ``@application(outputs=["feedback"])``,
    and ``get_dim("feedback")``.
    """

    @application
    def feedback(self, outputs: TensorVariable) -> TensorVariable:
        """Return the features of outputs.

        Parameters
        ----------
        outputs
            ``(..., batch)``, with another axis if they have features.

        Returns
        -------
        TensorVariable
            ``(..., batch, feedback_dim)``
        """
        raise NotImplementedError(f"{type(self).__name__}.feedback is abstract")
