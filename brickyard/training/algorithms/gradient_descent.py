"""Training by the gradient of a cost."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, get_args

from pytensor import tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.arguments import refuse_unknown_arguments
from brickyard.graph.expressions import l2_norm
from brickyard.graph.replacement import Rewriter
from brickyard.graph.roles import (
    ALGORITHM_BUFFER,
    ALGORITHM_STATE,
    PERSISTENT,
    has_roles,
)
from brickyard.state import State, require_keys
from brickyard.training.algorithms.choices import check_choice
from brickyard.training.algorithms.composite import require_rule
from brickyard.training.algorithms.finite_cost import (
    FiniteCostWatch,
    OnNaN,
)
from brickyard.training.algorithms.gradients import check_cost, compute_gradients
from brickyard.training.algorithms.scale import Scale
from brickyard.training.algorithms.step_rule import StepRule
from brickyard.training.algorithms.trained import check_steps, name_trained
from brickyard.training.algorithms.updates import STATE_PARTS, UpdatesAlgorithm

Gradients = (
    Mapping[SharedVariable, Variable] | Iterable[tuple[SharedVariable, Variable]]
)
COUNTERS = ("batches_done", "skipped_batches", "failed_batches")


class GradientDescent(UpdatesAlgorithm):
    r"""Subtract from each parameter the step that a rule makes of its gradient.

    .. math:: \theta_t = \theta_{t-1} - s_t

    Parameters
    ----------
    cost
        What is to become small, a float scalar. Not needed with `gradients`, but then
        it is still what `on_nan` looks at.
    parameters
        The parameters to train: a list, or a mapping whose keys name those that have no
        brick. With `gradients`, all that have one by default.
    step_rule
        The rule; ``Scale()`` by default, whose learning rate is 1.
    gradients
        Gradients by parameter, as a mapping or pairs, instead of those of the cost.
    known_grads
        Gradients of the cost with respect to variables between the parameters and the
        cost, used as they are.
    consider_constant
        Variables through which nothing is differentiated.
    on_nan
        What to do when the cost of a batch is infinite or not a number: ``"raise"`` a
        `NonFiniteCostError`, ``"skip"`` the batch and count it, ``"stop"`` training in
        good order, or ``"ignore"`` it. For all but the last, the batch leaves no trace
        in parameters, buffers and step counts; they are guarded where they are.
    **kwargs
        Arguments of `UpdatesAlgorithm`.

    Attributes
    ----------
    gradients : dict
        Gradients by parameter.
    steps : dict
        Steps by parameter.
    batches_done : int
        The number of batches processed.

    Raises
    ------
    TypeError
        If the cost is no variable, the rule no rule, or a parameter no shared variable,
        or there is no such argument.
    ValueError
        If the cost is no float scalar or does not depend on a parameter in a
        differentiable way, a parameter is given twice or has no name, there is none,
        or the arguments contradict each other.

    Notes
    -----
    The cost is read one batch late, so that the loop need not wait for it: when batch
    *k* fails, batch *k* + 1 has been processed as well before anybody is told. A
    gradient can fail although the cost does not; `RemoveNotFinite` guards against that.

    Examples
    --------
    >>> import numpy as np
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import shared
    >>> x, W = pt.vector("x"), shared(0, name="W", dtype="floatX")
    >>> cost = ((W - x) ** 2).mean().copy(name="cost")
    >>> algorithm = GradientDescent(cost, [W], Scale(0.25))
    >>> algorithm.process_batch({"x": np.array([1, 3], dtype=x.dtype)})
    >>> float(W.get_value())
    1.0
    """

    def __init__(
        self,
        cost: Variable | None = None,
        parameters: Iterable[SharedVariable]
        | Mapping[str, SharedVariable]
        | None = None,
        step_rule: StepRule | None = None,
        gradients: Gradients | None = None,
        known_grads: Mapping[Variable, Variable] | None = None,
        consider_constant: Sequence[Variable] | None = None,
        on_nan: OnNaN = "raise",
        **kwargs: Any,
    ) -> None:
        inherited = inspect.signature(UpdatesAlgorithm).parameters
        refuse_unknown_arguments(type(self), [k for k in kwargs if k not in inherited])
        policy = check_choice(self._owner, "on_nan", on_nan, get_args(OnNaN))
        if cost is not None:
            check_cost(cost, self._owner)
        self.cost = cost
        self._names = self._name_parameters(parameters, gradients)
        self.gradients = self._make_gradients(gradients, known_grads, consider_constant)
        self.step_rule = Scale() if step_rule is None else step_rule
        require_rule(self.step_rule, self._owner)
        steps, rule_updates = self.step_rule.compute_steps(dict(self.gradients))
        check_steps(
            self._names, steps, f"{self._owner}: {type(self.step_rule).__name__}"
        )
        self.steps = {parameter: steps[parameter] for parameter in self._names}
        self.batches_done = 0
        self._watch: FiniteCostWatch | None = None
        if cost is not None and policy != "ignore":
            self._watch = FiniteCostWatch(policy, f"the cost {str(cost)!r}")
        super().__init__(**kwargs)
        self.add_updates([(p, p - step) for p, step in self.steps.items()])
        self.add_updates(rule_updates)

    @property
    def parameters(self) -> list[SharedVariable]:
        """The parameters that are trained."""
        return list(self._names)

    @property
    def parameter_paths(self) -> dict[Variable, str]:
        """The names under which the parameters are saved, by parameter."""
        return dict(self._names)

    @property
    def skipped_batches(self) -> int:
        """The number of batches known to have been skipped for their cost."""
        return self._watch.skipped if self._watch is not None else 0

    @cached_property
    def total_gradient_norm(self) -> Variable:
        """The norm of all gradients taken together, for monitoring."""
        return l2_norm(self.gradients.values()).copy(name="total_gradient_norm")

    @cached_property
    def total_step_norm(self) -> Variable:
        """The norm of all steps taken together, for monitoring."""
        return l2_norm(self.steps.values()).copy(name="total_step_norm")

    def process_batch(self, batch: Mapping[str, Any]) -> None:
        """Take one step for every parameter.

        Parameters
        ----------
        batch
            Arrays by source name.

        Raises
        ------
        ValueError
            As for `UpdatesAlgorithm.process_batch`.
        NonFiniteCostError
            If the cost of an earlier batch was not finite and `on_nan` is ``"raise"``;
            this batch has not been processed then.
        TrainingFinish
            The same for ``"stop"``.
        """
        watch = self._watch
        if watch is None:
            self._run(batch)
            self.batches_done += 1
            return
        watch.look_back()
        is_finite = self._run(batch)
        self.batches_done += 1
        watch.add(is_finite, self.batches_done)

    def flush(self) -> None:
        """Wait for the last batch and act on costs that were not finite.

        Raises
        ------
        NonFiniteCostError, TrainingFinish
            As for `process_batch`.
        """
        if self._watch is not None:
            self._watch.flush()

    def get_state(self) -> State:
        """Return what the algorithm remembers between batches, parameters left out.

        Returns
        -------
        dict
            As for `UpdatesAlgorithm.get_state`, with counts of batches. Batches that
            failed but were not acted on yet are acted on after `set_state`.
        """
        watch = self._watch
        if watch is not None:
            watch.settle()
        return {
            **super().get_state(),
            "batches_done": self.batches_done,
            "skipped_batches": self.skipped_batches,
            "failed_batches": list(watch.failed) if watch is not None else [],
        }

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned; see `UpdatesAlgorithm.set_state`.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If it does not fit; nothing is changed then.
        """
        require_keys(state, [*STATE_PARTS, *COUNTERS], self._owner)
        failed = state["failed_batches"]
        counts = [state["batches_done"], state["skipped_batches"], *failed]
        if any(type(count) is not int or count < 0 for count in counts):
            raise ValueError(
                f"{self._owner}: {', '.join(COUNTERS)} must be counts, the state has "
                f"{counts}"
            )
        super().set_state({part: state[part] for part in STATE_PARTS})
        self.batches_done = state["batches_done"]
        if self._watch is not None:
            self._watch.reset(state["skipped_batches"], failed)

    def _name_parameters(
        self, parameters: Any, gradients: Gradients | None
    ) -> dict[Any, str]:
        if gradients is None and (self.cost is None or parameters is None):
            lacking = "cost" if self.cost is None else "parameters"
            raise ValueError(
                f"{self._owner}: give cost and parameters, or gradients; {lacking} is "
                "missing (usually parameters=ComputationGraph(cost).parameters)"
            )
        if parameters is None:
            parameters = list(dict(gradients))  # type: ignore[arg-type]
        return name_trained(parameters, self._owner)

    def _make_gradients(
        self,
        gradients: Gradients | None,
        known_grads: Mapping[Variable, Variable] | None,
        consider_constant: Sequence[Variable] | None,
    ) -> dict[Any, Any]:
        if gradients is None:
            return compute_gradients(
                self.cost,  # type: ignore[arg-type]
                self._names,
                known_grads,
                consider_constant,
                self._owner,
            )
        if known_grads or consider_constant:
            raise ValueError(
                f"{self._owner}: known_grads and consider_constant have no effect on "
                "gradients that are given; leave them out"
            )
        given = dict(gradients)
        check_steps(self._names, given, f"{self._owner}: gradients")
        return {parameter: given[parameter] for parameter in self._names}

    def _outputs(self) -> list[Variable]:
        return [] if self._watch is None else [self._is_finite]

    @cached_property
    def _is_finite(self) -> TensorVariable:
        return pt.isfinite(self.cost)

    def _final_updates(self) -> list[tuple[SharedVariable, Variable]]:
        """Return the updates, those of the model and the rule guarded by the cost."""
        if self._watch is None:
            return self.updates
        flags: dict[int, TensorVariable] = {}
        guarded: dict[SharedVariable, Variable] = {}
        for target, value in self.updates:
            if target in self._names or has_roles(
                target, [PERSISTENT, ALGORITHM_STATE]
            ):
                ndim = target.type.ndim
                if ndim not in flags:
                    flags[ndim] = self._is_finite.dimshuffle(*["x"] * ndim)
                guarded[target] = pt.switch(flags[ndim], value, target)
        # A step that uses the new value of a buffer uses the guarded one, which is the
        # same where it matters. Else XLA computes both from the old value and copies
        # that first: a momentum step of the MLP benchmark takes a sixth longer.
        shared_values = {
            value: guarded[target]
            for target, value in self.updates
            if target in guarded and has_roles(target, [ALGORITHM_BUFFER])
        }
        rewriter = Rewriter(list(guarded.values()), shared_values)
        return [
            (
                target,
                rewriter.rewrite(
                    value if value in shared_values else guarded.get(target, value)
                ),
            )
            for target, value in self.updates
        ]
