"""The protocol of step rules: from gradients to the steps that are subtracted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable

Steps: TypeAlias = dict[TensorVariable, TensorVariable]
Updates: TypeAlias = list[tuple[SharedVariable, TensorVariable]]


class StepRule:
    """Turns the gradients of parameters into the steps of an update.

    A parameter's new value is ``parameter - step``, so the plain gradient is the step
    of gradient descent with a learning rate of one. A rule overrides `compute_step`
    when every parameter stands for itself, or `compute_steps` when it looks at all of
    them together; each of the two has a default in terms of the other. Inheriting is
    optional: an object with these two methods and a ``name`` is a step rule.

    A rule must return steps of the parameter's dtype, and make what it has to remember
    with `brickyard.training.algorithms.add_buffer` and `Clock`, anew on every call, so
    that one rule can serve several algorithms. What it made is saved and restored by
    the algorithm.

    Attributes
    ----------
    name : str
        Names the rule in the state of an algorithm; the name of the class in snake
        case unless it is assigned.

    Examples
    --------
    >>> class Sign(StepRule):
    ...     '''Steps of length one.'''
    ...     def compute_step(self, parameter, previous_step):
    ...         return pt.sign(previous_step), []
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate, shared
    >>> W = shared([1.0, 2.0], name="W", dtype="floatX")
    >>> step, updates = Sign().compute_step(W, W - 1.5)
    >>> evaluate(step).tolist()
    [-1.0, 1.0]
    >>> Sign().name
    'sign'
    """

    @property
    def name(self) -> str:
        """The name of the rule in the state of an algorithm."""
        return self.__dict__.get("_name") or snake_case(type(self).__name__)

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    def compute_step(
        self, parameter: TensorVariable, previous_step: TensorVariable
    ) -> tuple[TensorVariable, Updates]:
        """Compute the step of one parameter.

        Parameters
        ----------
        parameter
            The parameter, a shared variable.
        previous_step
            Its gradient, or the step that the rule before this one made; of the dtype
            and the shape of the parameter.

        Returns
        -------
        step
            What is to be subtracted from the parameter.
        updates
            Pairs of a shared variable and its new value.

        Raises
        ------
        NotImplementedError
            If the class overrides neither this method nor `compute_steps`.
        """
        if type(self).compute_steps is StepRule.compute_steps:
            raise NotImplementedError(
                f"{type(self).__name__} must override compute_step or compute_steps"
            )
        steps, updates = self.compute_steps({parameter: previous_step})
        return steps[parameter], updates

    def compute_steps(
        self, previous_steps: Mapping[TensorVariable, TensorVariable]
    ) -> tuple[Steps, Updates]:
        """Compute the steps of all parameters.

        Parameters
        ----------
        previous_steps
            The gradients, or the steps of the rule before this one, by parameter.

        Returns
        -------
        steps
            The steps, for the same parameters in the same order.
        updates
            Pairs of a shared variable and its new value.

        Raises
        ------
        TypeError
            If `compute_step` returns something else than a pair.
        """
        steps: Steps = {}
        updates: Updates = []
        for parameter, previous_step in previous_steps.items():
            computed = self.compute_step(parameter, previous_step)
            if not isinstance(computed, tuple | list) or len(computed) != 2:
                raise TypeError(
                    f"{type(self).__name__}.compute_step must return a pair, the step "
                    f"and a list of updates (may be empty), got {computed}"
                )
            steps[parameter], more = computed
            updates.extend(more)
        return steps, updates


def snake_case(name: str) -> str:
    """Return the name of a class in snake case.

    Parameters
    ----------
    name
        A name in capitalised words.

    Returns
    -------
    str
        Lower-case words joined by underscores.

    Examples
    --------
    >>> snake_case("BasicRMSProp"), snake_case("AdaDelta"), snake_case("NAdam")
    ('basic_rms_prop', 'ada_delta', 'n_adam')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
