"""The feedback of integers."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.lazy import lazy
from brickyard.bricks.lookup import LookupTable
from brickyard.bricks.sequence_generators.feedback import AbstractFeedback


class LookupFeedback(AbstractFeedback, Initializable):
    """A feedback that looks up learned features of integer outputs.

    Parameters
    ----------
    num_outputs
        The number of different outputs, at least 1.
    feedback_dim
        The number of features of the feedback, at least 1.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    The child ``lookup`` is the `LookupTable`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> LookupFeedback(10, 3).feedback(pt.lmatrix("outputs")).type.shape
    (None, None, 3)
    """

    @lazy(allocation=["num_outputs", "feedback_dim"])
    def __init__(
        self,
        num_outputs: int | None = None,
        feedback_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_outputs: Any = num_outputs
        self.feedback_dim: Any = feedback_dim
        self.lookup = LookupTable(name="lookup")
        self.children.append(self.lookup)

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self.lookup.length, self.lookup.dim = self.num_outputs, self.feedback_dim

    @application(outputs=["feedback"])
    def feedback(self, outputs: TensorVariable) -> TensorVariable:
        """Return the features of integers.

        Parameters
        ----------
        outputs
            Integers of at least 0 and below `num_outputs`, ``(...)``.

        Returns
        -------
        TensorVariable
            ``(..., feedback_dim)``
        """
        return self.lookup.apply(outputs)

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``feedback``."""
        return self.feedback_dim if name == "feedback" else super().get_dim(name)
