"""The base of attention mechanisms that are asked once per step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.lazy import lazy
from brickyard.bricks.parallel import check_names


class AbstractAttention(Brick):
    """A way of choosing what part of an input to look at, given some states.

    What is looked at is called the *attended*; each look gives *glimpses*. A
    `AttentionRecurrent` takes glimpses with the states of the step before, and gives
    them to a recurrent brick.

    A subclass defines `take_glimpses`, `initial_glimpses` and, if something about the
    attended can be computed once for all steps, `preprocess`.

    Parameters
    ----------
    state_names
        The names of the states that guide the attention.
    state_dims
        The number of features of each of these states.
    attended_dim
        The number of features of the attended.
    **kwargs
        ``name`` and ``children``: see `Brick`.

    Raises
    ------
    TypeError
        If the names are not a list of strings.
    ValueError
        If there are none, or one occurs twice.
    """

    @lazy(allocation=["state_dims", "attended_dim"])
    def __init__(
        self,
        state_names: Sequence[str],
        state_dims: Sequence[int],
        attended_dim: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.state_names = check_names(state_names, self.path)
        self.state_dims = state_dims
        self.attended_dim = attended_dim

    @application(inputs=["attended"], outputs=["preprocessed_attended"])
    def preprocess(self, attended: TensorVariable) -> TensorVariable:
        """Return what can be computed about the attended before the first step.

        By default the attended itself.

        Parameters
        ----------
        attended
            ``(time, batch, attended_dim)``

        Returns
        -------
        TensorVariable
            Handed to every call of `take_glimpses`.
        """
        return attended

    @application
    def take_glimpses(
        self,
        attended: TensorVariable,
        preprocessed_attended: TensorVariable | None = None,
        attended_mask: TensorVariable | None = None,
        **kwargs: TensorVariable,
    ) -> Any:
        """Return the glimpses of one step; an application of the subclass.

        Its declared outputs are the names of the glimpses. A glimpse that is also
        among its inputs is handed in as it was one step before.

        Parameters
        ----------
        attended
            ``(time, batch, attended_dim)``
        preprocessed_attended
            What `preprocess` returned; None has it computed here.
        attended_mask
            ``(time, batch)``, 0 where the attended is padding; None if nowhere.
        **kwargs
            The states, each ``(batch, state_dim)``, and the glimpses needed.
        """
        raise NotImplementedError(f"{type(self).__name__}.take_glimpses is abstract")

    @application
    def initial_glimpses(self, batch_size: Any, attended: TensorVariable) -> Any:
        """Return the glimpses before the first step; an application of the subclass.

        Parameters
        ----------
        batch_size
            The number of sequences, an integer or a symbolic one.
        attended
            ``(time, batch, attended_dim)``
        """
        raise NotImplementedError(f"{type(self).__name__}.initial_glimpses is abstract")

    def get_dim(self, name: str) -> Any:
        """Return the number of features of a state or of ``attended``."""
        if name in self.state_names:
            return self.state_dims[self.state_names.index(name)]
        return self.attended_dim if name == "attended" else super().get_dim(name)
