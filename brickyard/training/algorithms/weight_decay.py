"""Which parameters a step rule shrinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pytensor.tensor.variable import TensorVariable

from brickyard.training.algorithms.restrict import require_among

if TYPE_CHECKING:
    from brickyard.training.algorithms.step_rule import StepRule


class DecayedParameters:
    """The parameters that weight decay acts on.

    Parameters
    ----------
    rule
        The rule that decays, for messages.
    parameters
        The parameters to be decayed; None stands for all.

    Raises
    ------
    TypeError
        If `parameters` is no collection of variables.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> from brickyard.training.algorithms import AdamW
    >>> W, b = shared([1.0], name="W"), shared([1.0], name="b")
    >>> decayed = DecayedParameters(AdamW(), [W])
    >>> decayed.among({W: W, b: b}) == {W}
    True
    """

    def __init__(
        self, rule: StepRule, parameters: Iterable[TensorVariable] | None
    ) -> None:
        self.rule = rule
        self.parameters: list[TensorVariable] | None = None
        if parameters is None:
            return
        if isinstance(parameters, TensorVariable):
            raise TypeError(
                f"{type(rule).__name__}: parameters must be a list of parameters, got "
                f"the variable {parameters}; pass [{parameters}]"
            )
        self.parameters = list(parameters)

    def among(
        self, steps: Mapping[TensorVariable, TensorVariable]
    ) -> set[TensorVariable]:
        """Return those parameters of `steps` that are decayed.

        Parameters
        ----------
        steps
            The steps by parameter.

        Returns
        -------
        set of TensorVariable
            The parameters to decay.

        Raises
        ------
        ValueError
            If a parameter that should be decayed is not among the steps.
        """
        if self.parameters is None:
            return set(steps)
        require_among(self.parameters, steps, type(self.rule).__name__, "parameters")
        return set(self.parameters)
