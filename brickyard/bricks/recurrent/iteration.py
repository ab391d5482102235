"""What a call of a recurrent application iterates over."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import BoundApplication
from brickyard.bricks.checks import describe
from brickyard.bricks.creation import is_initializer
from brickyard.bricks.recurrent.loop import Loop


def iterate(
    bound: BoundApplication,
    given: dict[str, Any],
    *,
    reverse: bool,
    return_initial_states: bool,
    n_steps: Any,
    batch_size: Any,
    scan_kwargs: Mapping[str, Any] | None,
) -> list[TensorVariable]:
    """Return the outputs of all steps of a recurrent application.

    Parameters
    ----------
    bound
        The application.
    given
        The arguments by name, without those that are None.
    reverse, return_initial_states, n_steps, batch_size, scan_kwargs
        Options of the call, see `recurrent`.

    Returns
    -------
    list of TensorVariable
        The outputs, each ``(time, batch, ...)``.

    Raises
    ------
    TypeError
        If something that is needed is missing or has an unknown name.
    ValueError
        If lengths are known to be different, or a mask has no two axes.
    """
    _check_names(bound, given)
    sequences = _tensors(bound.sequences, given)
    contexts = _tensors(bound.contexts, given)
    _check_given(bound, given)
    _check_sequences(bound, sequences)
    if sequences:
        if n_steps is not None:
            raise TypeError(
                f"{bound}: n_steps is for calls without sequences; this one iterates "
                f"over {', '.join(sequences)} and takes as many steps as there are "
                "elements"
            )
        n_steps = _length(sequences, axis=0)
        batch_size = _batch_size(sequences, batch_size)
    elif n_steps is None:
        raise TypeError(
            f"{bound}: without sequences the number of steps must be told: pass "
            f"n_steps and batch_size, or one of the sequences {bound.sequences}"
        )
    states = _initial_states(bound, given, batch_size)
    named = {*bound.sequences, *bound.states, *bound.contexts}
    rest = {name: value for name, value in given.items() if name not in named}

    def step(**arguments: Any) -> list[TensorVariable]:
        return bound(iterate=False, as_list=True, **arguments, **rest)

    loop = Loop(
        who=str(bound),
        step=step,
        outputs=bound.outputs,
        sequences=sequences,
        states=states,
        contexts=contexts,
        n_steps=n_steps,
        reverse=reverse,
        return_initial_states=return_initial_states,
        scan_options={} if scan_kwargs is None else scan_kwargs,
    )
    return loop.run()


def _tensors(names: list[str], given: Mapping[str, Any]) -> dict[str, TensorVariable]:
    return {n: pt.as_tensor_variable(given[n]) for n in names if n in given}


def _check_names(bound: BoundApplication, given: Mapping[str, Any]) -> None:
    """Refuse states that are no outputs, and tensors that nobody declared."""
    if not bound.outputs:
        raise TypeError(
            f"{bound} declares no outputs; declare them and its states with "
            "@recurrent(sequences=[...], states=[...], outputs=[...], contexts=[...])"
        )
    for state in bound.states:
        if state not in bound.outputs:
            raise TypeError(
                f"{bound} has the state {state!r}, which must be among its outputs "
                f"{bound.outputs}: the step returns the next state"
            )
    known = [*bound.sequences, *bound.states, *bound.contexts]
    for name, value in given.items():
        if name in known or not isinstance(value, Variable | np.ndarray):
            continue
        if isinstance(value, SharedVariable):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(
            f"{bound} does not know {name!r}: its sequences are {bound.sequences}, its "
            f"states {bound.states}, its contexts {bound.contexts}{hint}"
        )


def _check_given(bound: BoundApplication, given: Mapping[str, Any]) -> None:
    """Require the sequences and contexts that the step has no default for."""
    application: Any = bound.application
    for kind, names in (("sequences", bound.sequences), ("contexts", bound.contexts)):
        missing = [n for n in names if n in application.required and n not in given]
        if missing:
            raise TypeError(
                f"{bound} needs the {kind} {missing}; got {list(given)}. To do a "
                "single step, pass iterate=False"
            )


def _check_sequences(
    bound: BoundApplication, sequences: Mapping[str, TensorVariable]
) -> None:
    for name, sequence in sequences.items():
        wanted = 2 if name == "mask" else 1
        if sequence.ndim < wanted or (name == "mask" and sequence.ndim != wanted):
            axes = "(time, batch)" if name == "mask" else "(time, ...)"
            raise ValueError(
                f"{bound}: the sequence {name!r} must have the axes {axes}, got "
                f"{describe(sequence)}; for a single step, pass iterate=False"
            )
    for axis, what in ((0, "lengths"), (1, "numbers of rows")):
        known = {
            name: sequence.type.shape[axis]
            for name, sequence in sequences.items()
            if sequence.ndim > axis and sequence.type.shape[axis] is not None
        }
        if len(set(known.values())) > 1:
            raise ValueError(
                f"{bound}: its sequences have different {what}, {known}; they are of "
                "the shape (time, batch, ...) and go side by side"
            )


def _length(sequences: Mapping[str, TensorVariable], axis: int) -> Any:
    """Return the common length of an axis, a number if it is known."""
    with_axis = [sequence for sequence in sequences.values() if sequence.ndim > axis]
    for sequence in with_axis:
        if sequence.type.shape[axis] is not None:
            return sequence.type.shape[axis]
    return with_axis[0].shape[axis] if with_axis else None


def _batch_size(sequences: Mapping[str, TensorVariable], told: Any) -> Any:
    return _length(sequences, axis=1) if told is None else told


def _initial_states(
    bound: BoundApplication, given: Mapping[str, Any], batch_size: Any
) -> dict[str, TensorVariable]:
    """Return the states to start from, given ones or those of the brick."""
    states: dict[str, Any] = {}
    needed = {*bound.sequences, *bound.contexts, *bound.states, *given}
    arguments = {name: given[name] for name in needed if name in given}
    defaults: dict[str, Any] | None = None
    for name in bound.states:
        value = given.get(name)
        if value is None:
            if defaults is None:
                defaults = _default_states(bound, arguments, batch_size)
            value = defaults.get(name)
        elif is_initializer(value):
            value = _drawn(bound, name, value, batch_size)
        elif isinstance(value, BoundApplication):
            value = value(name, batch_size, **arguments)
        if value is None:
            raise ValueError(
                f"{bound}: nobody says what the state {name!r} starts from; pass it, "
                f"or let {bound.brick.path}.initial_states return it"
            )
        states[name] = pt.as_tensor_variable(value)
    return states


def _default_states(
    bound: BoundApplication, arguments: Mapping[str, Any], batch_size: Any
) -> dict[str, Any]:
    application = getattr(bound.brick, "initial_states", None)
    if application is None:
        return {}
    _require_batch_size(bound, batch_size)
    return application(batch_size, as_dict=True, **arguments)


def _drawn(
    bound: BoundApplication, name: str, initializer: Any, batch_size: Any
) -> TensorVariable:
    """Return rows that all start from one draw of an initializer."""
    _require_batch_size(bound, batch_size)
    dim = bound.brick.get_dim(name)
    row = initializer.generate(bound.brick.rng, (1, dim))[0]
    state = pt.constant(np.asarray(row, dtype=pytensor.config.floatX))
    rows: Any = pt.alloc(state, batch_size, dim)
    return rows


def _require_batch_size(bound: BoundApplication, batch_size: Any) -> None:
    if batch_size is None:
        raise TypeError(
            f"{bound}: the number of rows that states start with must be told: pass "
            "batch_size, or all initial states"
        )
