"""Recurrent bricks on top of each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import BoundApplication, application
from brickyard.bricks.base import Brick
from brickyard.bricks.fork import Fork
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.linear import Linear
from brickyard.bricks.recurrent.base import BaseRecurrent, recurrent

SEPARATOR = "#"


class RecurrentStack(BaseRecurrent, Initializable):
    """Recurrent bricks of which each reads the states of the one below.

    Between two levels a `Fork` transforms the states into the sequences of the upper
    one. The names of sequences, states and outputs of the lowest level stay as they
    are; at level n they get the suffix ``#n``: ``states``, ``states#1``. There is one
    ``mask`` for all levels, and a context goes to all levels that have it.

    Parameters
    ----------
    transitions
        The recurrent bricks from the bottom up. Their names get the suffix of their
        level too, ``lstm#0``.
    fork_prototype
        The brick that transforms states on the way up, `Linear` by default: with
        biases, unless there are skip connections.
    states_name
        The output of a level that goes up.
    skip_connections
        Whether all levels have input sequences, to which what comes from below is
        added, or the lowest level only.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If a transition is not a brick with a recurrent application ``apply``.
    ValueError
        If there is none, or one has no output `states_name`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import Tanh
    >>> from brickyard.bricks.recurrent import LSTM, SimpleRecurrent
    >>> stack = RecurrentStack([SimpleRecurrent(3, Tanh()), LSTM(2)])
    >>> stack.apply.sequences, stack.apply.states
    (['inputs', 'mask'], ['states', 'states#1', 'cells#1'])
    >>> states, top, cells = stack.apply(pt.tensor3("x"))
    >>> top.type.shape
    (None, None, 2)
    """

    def __init__(
        self,
        transitions: Sequence[Brick],
        fork_prototype: Feedforward | None = None,
        states_name: str = "states",
        skip_connections: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.states_name = states_name
        self.skip_connections = skip_connections
        self.transitions: list[Any] = list(transitions)
        if not self.transitions:
            raise ValueError(f"{self.path} needs at least one transition, got none")
        for transition in self.transitions:
            self._check_transition(transition)
        for level, transition in enumerate(self.transitions):
            transition.name = f"{transition.name}{SEPARATOR}{level}"
        if fork_prototype is None:
            fork_prototype = Linear(use_bias=not skip_connections)
        self.forks = [
            Fork(self.normal_inputs(level), name=f"fork_{level}", prototype=prototype)
            for level, prototype in enumerate([fork_prototype] * self._depth)
            if level > 0
        ]
        self.children = [*self.transitions, *self.forks]

    def _check_transition(self, transition: Any) -> None:
        method = getattr(transition, "apply", None)
        if not (isinstance(transition, Brick) and isinstance(method, BoundApplication)):
            raise TypeError(
                f"{self.path} is made of recurrent bricks such as LSTM(10), got "
                f"{transition!r} of type {type(transition).__name__}"
            )
        if self.states_name not in method.outputs:
            raise ValueError(
                f"{self.path} hands the output {self.states_name!r} to the next level, "
                f"but {method} has the outputs {method.outputs}; choose another "
                "states_name"
            )

    @property
    def _depth(self) -> int:
        return len(self.transitions)

    @staticmethod
    def suffix(name: str, level: int) -> str:
        """Return the name that something of a level has in the stack.

        Parameters
        ----------
        name
            The name it has in its brick.
        level
            The level, from 0.
        """
        return name if name == "mask" or level == 0 else f"{name}{SEPARATOR}{level}"

    @staticmethod
    def suffixes(names: Iterable[str], level: int) -> list[str]:
        """Return the names that several things of a level have, without the mask.

        Parameters
        ----------
        names
            The names in their brick.
        level
            The level, from 0.
        """
        return [RecurrentStack.suffix(name, level) for name in names if name != "mask"]

    @staticmethod
    def split_suffix(name: str) -> tuple[str, int]:
        """Return the name in the brick, and the level, of a name in the stack.

        Parameters
        ----------
        name
            A name such as ``"states#1"``.

        Examples
        --------
        >>> RecurrentStack.split_suffix("states#1")
        ('states', 1)
        >>> RecurrentStack.split_suffix("states")
        ('states', 0)
        """
        stem, separator, level = name.rpartition(SEPARATOR)
        return (stem, int(level)) if separator and level.isdigit() else (name, 0)

    def normal_inputs(self, level: int) -> list[str]:
        """Return the names of the sequences of a level in its brick, without the mask.

        Parameters
        ----------
        level
            The level, from 0.
        """
        sequences = self.transitions[level].apply.sequences
        return [name for name in sequences if name != "mask"]

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        for transition in self.transitions:
            transition.push_allocation_config()
            if transition.missing_arguments("allocation"):
                return  # which is what the error will name
        for level, fork in enumerate(self.forks, start=1):
            fork.input_dim = self.transitions[level - 1].get_dim(self.states_name)
            fork.output_dims = self.transitions[level].get_dims(fork.output_names)

    @application
    def apply(
        self,
        *,
        low_memory: bool = False,
        iterate: bool = True,
        reverse: bool = False,
        return_initial_states: bool = False,
        n_steps: Any = None,
        batch_size: Any = None,
        scan_kwargs: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> list[TensorVariable]:
        """Return the outputs of all levels.

        Parameters
        ----------
        low_memory
            Whether all levels go through one loop, which keeps nothing between the
            levels but is slower, instead of one after the other.
        iterate, reverse, return_initial_states, n_steps, batch_size, scan_kwargs
            As for every recurrent application, see `recurrent`.
        **arguments
            Sequences, states and contexts by name.

        Returns
        -------
        list of TensorVariable
            The outputs of the lowest level first, each ``(time, batch, ...)``.

        Raises
        ------
        TypeError
            If an argument has an unknown name.
        """
        known = self.apply.inputs
        for name in arguments:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise TypeError(f"{self.path}.apply takes {known}, not {name!r}{hint}")
        options: dict[str, Any] = {
            "reverse": reverse,
            "return_initial_states": return_initial_states,
            "n_steps": n_steps,
            "batch_size": batch_size,
            "scan_kwargs": scan_kwargs,
        }
        if not iterate:
            return self._level_by_level(arguments, iterate=False)
        if low_memory:
            return self.low_memory_apply(as_list=True, **options, **arguments)
        if reverse:
            for name in self.apply.sequences:
                if arguments.get(name) is not None:
                    arguments[name] = arguments[name][::-1]
            options["reverse"] = False
        return self._level_by_level(arguments, **options)

    @apply.property("sequences")
    def apply_sequences(self) -> list[str]:
        """Return the names of the sequences, the mask last."""
        levels = range(self._depth if self.skip_connections else 1)
        names = [
            name for i in levels for name in self.suffixes(self.normal_inputs(i), i)
        ]
        masked = any("mask" in each.apply.sequences for each in self.transitions)
        return [*names, "mask"] if masked else names

    @apply.property("states")
    def apply_states(self) -> list[str]:
        """Return the names of the states of all levels."""
        return [
            name
            for level, transition in enumerate(self.transitions)
            for name in self.suffixes(transition.apply.states, level)
        ]

    @apply.property("outputs")
    def apply_outputs(self) -> list[str]:
        """Return the names of the outputs of all levels."""
        return [
            name
            for level, transition in enumerate(self.transitions)
            for name in self.suffixes(transition.apply.outputs, level)
        ]

    @apply.property("contexts")
    def apply_contexts(self) -> list[str]:
        """Return the names of the contexts of all levels, each once."""
        names = [name for each in self.transitions for name in each.apply.contexts]
        return list(dict.fromkeys(names))

    @apply.property("inputs")
    def apply_inputs(self) -> list[str]:
        """Return the names of sequences, contexts and states, in this order."""
        return [*self.apply_sequences(), *self.apply_contexts(), *self.apply_states()]

    @recurrent
    def low_memory_apply(self, **arguments: Any) -> list[TensorVariable]:
        """Return the outputs of all levels, computed in one loop.

        Parameters
        ----------
        **arguments
            Sequences, states and contexts by name.

        Returns
        -------
        list of TensorVariable
            The outputs of the lowest level first, each ``(time, batch, ...)``.
        """
        return self._level_by_level(arguments, iterate=False)

    @low_memory_apply.delegate
    def low_memory_apply_delegate(self) -> BoundApplication:
        """Return the application that has the same names."""
        return self.apply

    def _level_by_level(self, arguments: Any, **options: Any) -> list[TensorVariable]:
        outputs: list[Any] = []
        below: Any = None
        for level, transition in enumerate(self.transitions):
            given = self._arguments_of(level, arguments)
            if level > 0:
                for name in ("n_steps", "batch_size"):
                    options.pop(name, None)
                fork = self.forks[level - 1]
                added = fork.apply(below, as_dict=True)
                for name, addition in added.items():
                    own = given.get(name)
                    given[name] = addition if own is None else own + addition
            results = transition.apply(as_list=True, **given, **options)
            outputs.extend(results)
            below = results[transition.apply.outputs.index(self.states_name)]
            if options.get("return_initial_states"):
                below = below[1:]
        return outputs

    def _arguments_of(self, level: int, arguments: Any) -> dict[str, Any]:
        """Return the arguments of a level by their names in its brick."""
        method = self.transitions[level].apply
        names = [*method.states]
        if level == 0 or self.skip_connections:
            names += self.normal_inputs(level)
        found = {name: arguments.get(self.suffix(name, level)) for name in names}
        shared = [*method.contexts, *(["mask"] if "mask" in method.sequences else [])]
        found.update({name: arguments.get(name) for name in shared})
        return {name: value for name, value in found.items() if value is not None}

    @application
    def initial_states(
        self, batch_size: Any, *args: Any, **kwargs: Any
    ) -> list[TensorVariable]:
        """Return the initial states of all levels.

        Parameters
        ----------
        batch_size
            The number of rows, an integer or a scalar variable.
        *args, **kwargs
            The other arguments of the call of ``apply``.

        Returns
        -------
        list of TensorVariable
            One for each state.
        """
        return [
            state
            for transition in self.transitions
            for state in transition.initial_states(
                batch_size, *args, as_list=True, **kwargs
            )
        ]

    @initial_states.property("outputs")
    def initial_states_outputs(self) -> list[str]:
        """Return the names of the states of all levels."""
        return self.apply_states()

    def get_dim(self, name: str) -> Any:
        """Return the number of features of a sequence, state, output or context."""
        for transition in self.transitions:
            if name in transition.apply.contexts:
                return transition.get_dim(name)
        stem, level = self.split_suffix(name)
        if level < self._depth:
            return self.transitions[level].get_dim(stem)
        return super().get_dim(name)
