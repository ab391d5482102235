"""Step rules one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.step_rule import StepRule, Steps, Updates


def require_rule(rule: object, owner: str) -> None:
    """Raise unless an object can compute steps.

    Parameters
    ----------
    rule
        What was passed as a step rule.
    owner
        Who received it, for the message.

    Raises
    ------
    TypeError
        If it has no method ``compute_steps``, or is a class instead of an instance.
    """
    if isinstance(rule, type):
        raise TypeError(
            f"{owner}: a step rule must be an instance, got the class "
            f"{rule.__name__}; call it: {rule.__name__}()"
        )
    if not callable(getattr(rule, "compute_steps", None)):
        raise TypeError(
            f"{owner}: a step rule must have a method compute_steps, got {rule!r} "
            f"({type(rule).__name__})"
        )


class CompositeRule(StepRule):
    """Apply several rules in order: the steps of one are the gradients of the next.

    Parameters
    ----------
    components
        The rules, the first of which gets the gradients.

    Raises
    ------
    TypeError
        If the components are no list, or one is no step rule.
    ValueError
        If there is none.

    Notes
    -----
    Order matters. Clipping before Adam bounds the gradients that Adam averages,
    clipping after it bounds the steps that are taken.

    Examples
    --------
    >>> from brickyard.training.algorithms import Adam, StepClipping
    >>> rule = CompositeRule([StepClipping(1.0), Adam(0.001)])
    >>> [component.name for component in rule.components]
    ['step_clipping', 'adam']
    """

    def __init__(self, components: Iterable[StepRule]) -> None:
        if callable(getattr(components, "compute_steps", None)):
            name = type(components).__name__
            raise TypeError(
                f"{type(self).__name__}: components must be a list of step rules, got "
                f"one, {name}; pass [{name}(...)]"
            )
        self.components = list(components)
        if not self.components:
            raise ValueError(
                f"{type(self).__name__}: components is empty; give at least one rule"
            )
        for component in self.components:
            require_rule(component, type(self).__name__)

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps; see `StepRule.compute_steps`."""
        steps = dict(previous_steps)
        updates: Updates = []
        for component in self.components:
            steps, more = component.compute_steps(steps)
            updates.extend(more)
        return steps, updates
