"""A step rule for some of the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.composite import require_rule
from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


class Restrict(StepRule):
    """Apply a rule to some parameters; the steps of all others pass unchanged.

    Parameters
    ----------
    step_rule
        The rule.
    variables
        The parameters it is applied to.

    Raises
    ------
    TypeError
        If `step_rule` is no step rule, or `variables` no collection.
    ValueError
        If steps are computed and one of the variables has none.

    Examples
    --------
    >>> from brickyard.backends import evaluate, shared
    >>> from brickyard.training.algorithms import Scale
    >>> W, b = shared([1.0], name="W"), shared([1.0], name="b")
    >>> steps, _ = Restrict(Scale(0.5), [W]).compute_steps({W: 2 * W, b: 2 * b})
    >>> [value.tolist() for value in evaluate([steps[W], steps[b]])]
    [[1.0], [2.0]]
    """

    def __init__(
        self, step_rule: StepRule, variables: Iterable[TensorVariable]
    ) -> None:
        require_rule(step_rule, "Restrict")
        if isinstance(variables, TensorVariable):
            raise TypeError(
                f"Restrict: variables must be a list of parameters, got the variable "
                f"{variables}; pass [{variables}]"
            )
        self.step_rule = step_rule
        self.variables = list(variables)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        require_among(self.variables, previous_steps, "Restrict", "variables")
        chosen = set(self.variables)
        steps, updates = self.step_rule.compute_steps(
            {p: step for p, step in previous_steps.items() if p in chosen}
        )
        return {p: steps.get(p, step) for p, step in previous_steps.items()}, updates


def require_among(
    variables: Iterable[TensorVariable],
    steps: Mapping[TensorVariable, TensorVariable],
    owner: str,
    argument: str,
) -> None:
    """Raise unless all variables are parameters that steps are computed for.

    Parameters
    ----------
    variables
        The variables.
    steps
        The steps by parameter.
    owner
        Who was given the variables, for the message.
    argument
        The name of the argument they came in.

    Raises
    ------
    ValueError
        If a variable has no step.
    """
    strangers = [variable for variable in variables if variable not in steps]
    if strangers:
        raise ValueError(
            f"{owner}: {argument} holds {', '.join(map(str, strangers))}, which "
            f"{'is' if len(strangers) == 1 else 'are'} not among the parameters that "
            f"are trained ({', '.join(map(str, steps)) or 'none'}); leave out what is "
            "not trained"
        )
