"""The random generators that monitored variables draw from, as a state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable

from brickyard.backends import get_generator_state, set_generator_state
from brickyard.state import State


def save_generators(generators: Sequence[SharedVariable]) -> list[State]:
    """Return the states of generators.

    Parameters
    ----------
    generators
        Generators in the order of the graph.

    Returns
    -------
    list of dict
        Their states in the same order.
    """
    return [get_generator_state(generator) for generator in generators]


def restore_generators(
    generators: Sequence[SharedVariable], states: Sequence[Any], owner: str
) -> None:
    """Bring generators back to where `save_generators` found them.

    Parameters
    ----------
    generators
        Generators in the order of the graph.
    states
        Their states.
    owner
        Whose state it is, for messages.

    Raises
    ------
    ValueError
        If there are more or fewer states than generators.
    """
    if len(generators) != len(states):
        raise ValueError(
            f"the state of {owner} has {len(states)} random generators, but its graph "
            f"draws from {len(generators)}; it was saved with other variables"
        )
    for generator, state in zip(generators, states, strict=True):
        set_generator_state(generator, state)
