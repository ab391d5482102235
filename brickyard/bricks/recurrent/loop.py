"""The loop that repeats a step: a PyTensor scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytensor
from pytensor import tensor as pt
from pytensor.gradient import disconnected_grad, undefined_grad
from pytensor.graph.basic import Variable
from pytensor.scan.op import Scan
from pytensor.tensor.subtensor import Subtensor
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.checks import describe
from brickyard.bricks.recurrent.hoisting import hoist
from brickyard.bricks.recurrent.randomness import (
    Updates,
    find_draws,
    outputs_without_gradient,
)
from brickyard.graph.replacement import Rewriter
from brickyard.graph.traversal import sorted_variables

Step = Callable[..., list[TensorVariable]]


@dataclass
class Loop:
    """What is iterated, over what, and how.

    Parameters
    ----------
    who
        The application, such as ``"/lstm.apply"``, for messages and as a name.
    step
        Takes elements of the sequences, states and contexts by name and returns the
        outputs of one moment.
    outputs
        The names of what it returns. Those of states are the next states.
    sequences
        Sequences by name, ``(time, ...)``.
    states
        Initial states by name.
    contexts
        By name, what is the same in every moment.
    n_steps
        The number of moments.
    reverse
        Whether to begin with the last element of the sequences.
    return_initial_states
        Whether to put the initial states before the results.
    scan_options
        More arguments of `pytensor.scan`.
    """

    who: str
    step: Step
    outputs: Sequence[str]
    sequences: Mapping[str, TensorVariable]
    states: Mapping[str, TensorVariable]
    contexts: Mapping[str, TensorVariable]
    n_steps: Any
    reverse: bool = False
    return_initial_states: bool = False
    scan_options: Mapping[str, Any] = field(default_factory=dict)

    def run(self) -> list[Any]:
        """Return the outputs of all moments, each ``(time, ...)``.

        Random generators that the step draws from advance with the loop.

        Raises
        ------
        TypeError
            If the next state is of another dtype than the state.
        ValueError
            If it has another number of axes or, for certain, another shape.
        """
        elements = {
            name: sequence.type.clone(shape=sequence.type.shape[1:])(name=f"{name}[t]")
            for name, sequence in self.sequences.items()
        }
        states = {
            name: state.type(name=f"{name}[t-1]") for name, state in self.states.items()
        }
        stepped = self.step(**elements, **states, **self.contexts)
        outputs = self._as_states(stepped, states)
        over_time: dict[Variable, Variable] = {
            element: self.sequences[name] for name, element in elements.items()
        }
        draws = find_draws(outputs, list(states.values()))
        if draws.free:
            over_time |= self._draw(draws.free, draws.free_updates, over_time, states)
        outputs = _replace(outputs, {d: disconnected_grad(d) for d in draws.bound})
        initial = {states[n]: self.states[n] for n in self.outputs if n in states}
        results = self._scan(outputs, over_time, initial, draws.bound_updates)
        without_gradient = outputs_without_gradient(
            dict(zip(self.outputs, outputs, strict=True)), states, draws.bound
        )
        return [
            undefined_grad(result) if name in without_gradient else result
            for name, result in zip(self.outputs, results, strict=True)
        ]

    def _draw(
        self,
        draws: Sequence[Variable],
        updates: Updates,
        over_time: Mapping[Variable, Variable],
        states: Mapping[str, TensorVariable],
    ) -> dict[Variable, Variable]:
        """Return, for draws of the step, the draws of all moments."""
        # Only their shapes matter: what depends on their values is not drawn here.
        starts = {state: self.states[name] for name, state in states.items()}
        rewritten = _replace([*draws, *updates.values()], starts)
        drawn = rewritten[: len(draws)]
        advanced = dict(zip(updates, rewritten[len(draws) :], strict=True))
        results = self._scan(drawn, over_time, {}, advanced)
        return dict(zip(draws, results, strict=True))

    def _scan(
        self,
        outputs: Sequence[Variable],
        over_time: Mapping[Variable, Variable],
        initial: Mapping[TensorVariable, TensorVariable],
        updates: Updates,
    ) -> list[Any]:
        """Return the outputs of all moments and let the generators advance.

        The initial states are those of the states among the outputs, in their order.
        """
        returned = [*outputs, *updates.values()]
        carried: list[Variable] = [*initial, *updates]
        contexts = [*self.contexts.values(), *self.states.values()]
        found = hoist(returned, over_time, carried, contexts)
        inner = [*found.sequences, *carried, *found.invariants]

        def step(*arguments: Variable) -> list[Variable]:
            return _replace(returned, dict(zip(inner, arguments, strict=True)))

        names = self.outputs if initial else [""] * len(outputs)
        states = [self.states.get(name) for name in names]
        results = pytensor.scan(
            step,
            sequences=list(found.sequences.values()),
            outputs_info=[*states, *updates],
            non_sequences=list(found.invariants.values()),
            n_steps=self.n_steps,
            go_backwards=self.reverse,
            name=self.who,
            return_list=True,
            return_updates=False,
            **self.scan_options,
        )
        for node in {result.owner for result in map(_whole, results) if result.owner}:
            node.tag.one_length = True  # checked when the lengths are known
        advanced = results[len(outputs) :]
        for generator, update in zip(updates, advanced, strict=True):
            generator.tag.default_update = update
        results = results[: len(outputs)]
        if not self.return_initial_states:
            return results
        return [
            result if first is None else _with_first(result, first)
            for result, first in zip(results, states, strict=True)
        ]

    def _as_states(
        self, outputs: list[TensorVariable], states: Mapping[str, TensorVariable]
    ) -> list[Variable]:
        """Return the outputs, next states with all that is known about the states."""
        agreed: list[Variable] = []
        for name, output in zip(self.outputs, outputs, strict=True):
            if name in states:
                state = states[name]
                self._check_next(name, state, output)
                if not state.type.is_super(output.type):
                    output = pt.specify_shape(output, state.type.shape)
            agreed.append(output)
        return agreed

    def _check_next(
        self, name: str, state: TensorVariable, output: TensorVariable
    ) -> None:
        came = (
            f"{self.who}: the state {name!r} begins as {describe(state)}, but the step "
            f"returns it as {describe(output)}"
        )
        if output.dtype != state.dtype:
            raise TypeError(f"{came}; cast one of them")
        pairs = zip(state.type.shape, output.type.shape, strict=False)
        if output.ndim != state.ndim or any(
            None not in pair and pair[0] != pair[1] for pair in pairs
        ):
            raise ValueError(f"{came}; its shape must stay the same")


def _replace(
    variables: Sequence[Variable], replacements: Mapping[Any, Variable]
) -> list[Variable]:
    """Return variables with parts of their graph replaced."""
    present = set(sorted_variables(variables))
    changes = {
        old: new
        for old, new in replacements.items()
        if old is not new and old in present
    }
    rewriter = Rewriter(variables, changes)
    return [rewriter.rewrite(variable) for variable in variables]


def _whole(result: Any) -> Any:
    """Return a result of a scan with what stood before its first step."""
    node = result.owner
    if node is not None and isinstance(node.op, Subtensor):
        source = node.inputs[0]
        if source.owner is not None and isinstance(source.owner.op, Scan):
            return source
    return result


def _with_first(result: TensorVariable, first: TensorVariable) -> TensorVariable:
    """Return the results with the initial state in front of them."""
    whole = _whole(result)
    if whole is not result:
        return whole
    # A single step, which PyTensor makes no loop of.
    return pt.concatenate([first[None], result], axis=0)
