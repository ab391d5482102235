"""Images as rows of features."""

from __future__ import annotations

import math

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.checks import describe, require_tensor


class Flattener(Brick):
    """Flatten everything but the batch axis.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> Flattener().apply(pt.tensor("x", shape=(None, 50, 4, 4))).type.shape
    (None, 800)
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the examples as vectors.

        Parameters
        ----------
        input_
            ``(batch, ...)``.

        Returns
        -------
        TensorVariable
            ``(batch, features)``, the last axis of the input moving fastest.

        Raises
        ------
        ValueError
            If there is no batch axis.
        """
        tensor = require_tensor(self, input_)
        if tensor.ndim == 0:
            raise ValueError(
                f"{self.path} needs a batch of examples, got {describe(tensor)}"
            )
        lengths = tensor.type.shape[1:]
        width = -1 if None in lengths else math.prod(lengths)
        return tensor.reshape((tensor.shape[0], width))
