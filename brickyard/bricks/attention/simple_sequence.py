"""Attention to the next element of a sequence."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.attention.base import AbstractAttention


class SimpleSequenceAttention(AbstractAttention):
    r"""Attention that looks at element :math:`t` of the attended in step :math:`t`.

    For a generator that is to follow a sequence given beforehand: one output for
    each of its elements. It has no parameters, and the states do not matter.

    Parameters
    ----------
    state_names
        The names of states; of no consequence here.
    state_dims
        Their numbers of features.
    attended_dim
        The number of features of the attended.
    **kwargs
        ``name``: see `Brick`.

    Notes
    -----
    After the end of the attended its last element is seen, again and again.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> attention = SimpleSequenceAttention(["states"], [3], 1)
    >>> attended, step = pt.tensor3("attended"), pt.lvector("step")
    >>> glimpses, after = attention.take_glimpses(attended, step=step)
    >>> evaluate(glimpses, {attended: [[[4]], [[5]]], step: [1]}).tolist()
    [[5.0]]
    """

    @application(outputs=["glimpses", "step"])
    def take_glimpses(
        self,
        attended: TensorVariable,
        preprocessed_attended: TensorVariable | None = None,
        attended_mask: TensorVariable | None = None,
        step: TensorVariable | None = None,
        **states: TensorVariable,
    ) -> list[TensorVariable]:
        """Return the current element of the attended, and the next step's number.

        Parameters
        ----------
        attended
            ``(time, batch, attended_dim)``
        preprocessed_attended, attended_mask
            Of no consequence.
        step
            The number of the step, from 0, for each sequence: int64, ``(batch,)``.
        **states
            Of no consequence.

        Returns
        -------
        list of TensorVariable
            ``glimpses``, ``(batch, attended_dim)``, and ``step``, one more.

        Raises
        ------
        TypeError
            If `step` is missing.
        """
        if step is None:
            raise TypeError(
                f"{self.path}.take_glimpses needs the glimpse step of the step before; "
                "initial_glimpses returns the first"
            )
        last = attended.shape[0].astype("int64") - 1
        rows = pt.arange(attended.shape[1])
        return [attended[pt.minimum(step, last), rows], step + 1]

    @take_glimpses.property("inputs")
    def take_glimpses_inputs(self) -> list[str]:
        """Return the names of the inputs, the states last."""
        known = ["attended", "preprocessed_attended", "attended_mask", "step"]
        return [*known, *self.state_names]

    @application(outputs=["glimpses", "step"])
    def initial_glimpses(
        self, batch_size: Any, attended: TensorVariable | None = None
    ) -> list[TensorVariable]:
        """Return zeros and the number of the first step, 0.

        Parameters
        ----------
        batch_size
            The number of sequences.
        attended
            ``(time, batch, attended_dim)``; its dtype is that of the glimpses.

        Returns
        -------
        list of TensorVariable
            ``glimpses``, ``(batch, attended_dim)``, and ``step``, ``(batch,)``.
        """
        dtype = None if attended is None else attended.dtype
        return [
            pt.zeros((batch_size, self.attended_dim), dtype=dtype),
            pt.zeros((batch_size,), dtype="int64"),
        ]

    def get_dim(self, name: str) -> Any:
        """Return the number of features of a state or a glimpse; of ``step`` 0."""
        dims = {"glimpses": self.attended_dim, "step": 0}
        return dims[name] if name in dims else super().get_dim(name)
