"""Changing a shared variable while training goes on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable

from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.state import State
from brickyard.training.monitoring.buffers import check_fits


class SharedVariableModifier(SimpleExtension):
    """Set a shared variable, such as a learning rate, to what a function returns.

    Acts after every batch if no condition is given.

    Parameters
    ----------
    parameter : SharedVariable
        The variable.
    function : callable
        Called with the number of batches done, or with that and the variable's value;
        returns a number or array of the variable's shape.
    num_args : int, optional
        With how many arguments to call the function, 1 or 2; found in its signature
        if not given.
    **kwargs
        The name and conditions.

    Raises
    ------
    TypeError
        If `parameter` is no shared variable, or `function` does not take one or two
        arguments.

    Notes
    -----
    The variable's value is part of the extension's state. A schedule of the step rule
    is cheaper where it says the same: it is computed on the device.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> rate = shared(0.5, name="learning_rate", dtype="floatX")
    >>> SharedVariableModifier(rate, lambda n, value: 0.9 * value, after_epoch=True
    ... ).num_args
    2
    """

    def __init__(
        self,
        parameter: SharedVariable,
        function: Callable[..., Any],
        num_args: int | None = None,
        **kwargs: Any,
    ) -> None:
        default_conditions(kwargs, "after_batch")
        super().__init__(**kwargs)
        if not isinstance(parameter, SharedVariable):
            raise TypeError(
                f"{self.name} modifies a shared variable, got {parameter!r}; for a "
                "rate of a step rule pass its attribute, rule.learning_rate"
            )
        self.parameter: Any = parameter
        self.function = function
        self._num_args = self._count_arguments() if num_args is None else num_args
        if self._num_args not in (1, 2):
            raise TypeError(
                f"{self.name}: the function is called with 1 argument (the number of "
                f"batches) or 2 (and the value), not with {self._num_args}"
            )

    @property
    def num_args(self) -> int:
        """With how many arguments the function is called."""
        return self._num_args

    def do(self, which_callback: str, *args: Any) -> None:
        """Compute the new value and set it.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.

        Raises
        ------
        TypeError
            If the function's value is no number or array of numbers.
        ValueError
            If the function's value has another shape than the variable.
        """
        arguments: list[Any] = [self.main_loop.status["iterations_done"]]
        if self._num_args == 2:
            arguments.append(self.parameter.get_value())
        value = np.asarray(self.function(*arguments))
        if value.dtype.kind not in "biuf":
            raise TypeError(
                f"{self.name}: the function must return a number or an array for "
                f"{self.parameter.name!r}, got {value.tolist()!r}"
            )
        fitting = value.astype(self.parameter.dtype)
        shape = self.parameter.get_value(borrow=True, return_internal_type=True).shape
        if fitting.shape != tuple(shape):
            raise ValueError(
                f"{self.name}: the function returned shape {fitting.shape} for "
                f"{self.parameter.name!r}, which has shape {tuple(shape)}"
            )
        self.parameter.set_value(fitting)

    def get_state(self) -> State:
        """Return the variable's value.

        Returns
        -------
        dict
            ``value``.
        """
        return {**super().get_state(), "value": np.array(self.parameter.get_value())}

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If the state is not one of this extension.
        """
        self.check_state(state, ["value"])
        check_fits(self.parameter, state["value"], f"the extension {self.name!r}")
        self.parameter.set_value(state["value"])
        self.restore_conditions(state)

    def _count_arguments(self) -> int:
        try:
            parameters = inspect.signature(self.function).parameters.values()
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{self.name}: cannot see how many arguments {self.function!r} takes; "
                "give num_args"
            ) from error
        positional = (
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
        )
        return sum(
            p.kind in positional and p.default is inspect.Parameter.empty
            for p in parameters
        )
