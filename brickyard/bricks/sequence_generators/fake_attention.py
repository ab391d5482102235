"""Recurrent bricks without attention, for generators that expect some."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import BoundApplication, application
from brickyard.bricks.attention import AbstractAttentionRecurrent
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.recurrent import BaseRecurrent


class FakeAttentionRecurrent(AbstractAttentionRecurrent, Initializable):
    """A recurrent brick that takes no glimpses.

    Parameters
    ----------
    transition
        The recurrent brick that does everything.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If the transition is not a recurrent brick.

    Examples
    --------
    >>> from brickyard.bricks.recurrent import GatedRecurrent
    >>> fake = FakeAttentionRecurrent(GatedRecurrent(3))
    >>> fake.apply.states, fake.take_glimpses.outputs
    (['states'], [])
    """

    def __init__(self, transition: BaseRecurrent, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(transition, BaseRecurrent):
            raise TypeError(
                f"{self.path}: the transition must be a brick derived from "
                f"BaseRecurrent, got {transition!r} of type {type(transition).__name__}"
            )
        self.transition = transition
        self.children.append(transition)

    @application
    def apply(self, *args: Any, **kwargs: Any) -> list[TensorVariable]:
        """Return the states of all steps.

        Parameters
        ----------
        *args, **kwargs
            What the transition's ``apply`` takes.

        Returns
        -------
        list of TensorVariable
            The states, each ``(time, batch, ...)``.
        """
        return self.transition.apply(*args, as_list=True, **kwargs)

    @apply.delegate
    def apply_delegate(self) -> BoundApplication:
        """Return the transition's ``apply``."""
        return self.transition.apply

    @application
    def compute_states(self, **kwargs: TensorVariable) -> list[TensorVariable]:
        """Return the states after one step.

        Parameters
        ----------
        **kwargs
            The elements of the sequences, the states and the contexts. Others are
            ignored.

        Returns
        -------
        list of TensorVariable
            The states.
        """
        steps = self.transition.apply
        names = [*steps.sequences, *steps.states, *steps.contexts]
        given = {name: kwargs[name] for name in names if name in kwargs}
        return steps(iterate=False, as_list=True, **given)

    @compute_states.property("outputs")
    def compute_states_outputs(self) -> list[str]:
        """Return the names of the states."""
        return self.transition.apply.states

    @application(outputs=[])
    def take_glimpses(self, **kwargs: TensorVariable) -> list[TensorVariable]:
        """Return no glimpses.

        Parameters
        ----------
        **kwargs
            Ignored.

        Returns
        -------
        list
            An empty one.
        """
        return []

    @application
    def initial_states(self, batch_size: Any, **kwargs: Any) -> list[TensorVariable]:
        """Return the initial states of the transition.

        Parameters
        ----------
        batch_size
            The number of rows.
        **kwargs
            The other arguments of `apply`.

        Returns
        -------
        list of TensorVariable
            The states.
        """
        return self.transition.initial_states(batch_size, as_list=True, **kwargs)

    @initial_states.property("outputs")
    def initial_states_outputs(self) -> list[str]:
        """Return the names of the states."""
        return self.transition.apply.states

    def get_dim(self, name: str) -> Any:
        """Return what the transition says."""
        return self.transition.get_dim(name)
