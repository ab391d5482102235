"""Checks of the parameters an algorithm trains and of the steps it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.graph import get_brick
from brickyard.training.parameters import parameter_path


def name_trained(
    parameters: Iterable[SharedVariable] | Mapping[str, SharedVariable], owner: str
) -> dict[SharedVariable, str]:
    """Name parameters by their bricks, the keys they came with, or themselves.

    Parameters
    ----------
    parameters
        Shared variables in a list or a mapping.
    owner
        The algorithm, for messages.

    Returns
    -------
    dict
        The names by parameter, in the order given.

    Raises
    ------
    TypeError
        If they are no collection, or something in it is no shared variable.
    ValueError
        If there is none, one is given twice, has no name, or two have the same.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W, b = shared([1.0], name="W"), shared([0.0])
    >>> list(name_trained({"W": W, "bias": b}, "doctest").values())
    ['W', 'bias']
    """
    if isinstance(parameters, Variable):
        raise TypeError(
            f"{owner}: parameters must be a list or a mapping, got the variable "
            f"{parameters}; pass [{parameters}]"
        )
    if not isinstance(parameters, Iterable):
        raise TypeError(
            f"{owner}: parameters must be a list or a mapping of shared variables, got "
            f"{type(parameters).__name__}; usually they are "
            "ComputationGraph(cost).parameters"
        )
    if isinstance(parameters, Mapping):
        pairs: list[tuple[str | None, Any]] = list(parameters.items())
    else:
        pairs = [(None, parameter) for parameter in parameters]
    if not pairs:
        raise ValueError(f"{owner}: there are no parameters to train")
    names: dict[SharedVariable, str] = {}
    owners: dict[str, SharedVariable] = {}
    for position, (key, parameter) in enumerate(pairs):
        name = _name(key, parameter, position, owner)
        if parameter in names:
            raise ValueError(f"{owner}: the parameter {name} is given twice")
        if name in owners:
            raise ValueError(
                f"{owner}: two different parameters are called {name}; give them "
                "different names, for their buffers are saved by name"
            )
        names[parameter] = name
        owners[name] = parameter
    return names


def _name(key: str | None, parameter: Any, position: int, owner: str) -> str:
    if not isinstance(parameter, SharedVariable):
        raise TypeError(
            f"{owner}: parameters must be shared variables, got {parameter} "
            f"({type(parameter).__name__}) at position {position}"
        )
    if key is not None and get_brick(parameter) is None:
        return key
    if get_brick(parameter) is None and not parameter.name:
        raise ValueError(
            f"{owner}: the parameter at position {position} ({parameter.type}) has "
            "neither a brick nor a name, so its buffers could not be saved; name it: "
            "shared(value, name='W')"
        )
    return parameter_path(parameter)


def check_steps(
    names: Mapping[SharedVariable, str], steps: Mapping[Any, Variable], owner: str
) -> None:
    """Raise unless there is a step for each parameter that can be subtracted from it.

    Parameters
    ----------
    names
        The names of the parameters.
    steps
        The steps, or the gradients.
    owner
        Who made them, for messages.

    Raises
    ------
    TypeError
        If a dtype differs, or a step is no variable.
    ValueError
        If a step is missing, belongs to no parameter or has another number of
        dimensions.
    """
    missing = [name for parameter, name in names.items() if parameter not in steps]
    unknown = [str(parameter) for parameter in steps if parameter not in names]
    if missing or unknown:
        raise ValueError(
            f"{owner}: there must be one step for each parameter; missing: "
            f"{', '.join(missing) or 'none'}; of no parameter: "
            f"{', '.join(unknown) or 'none'}"
        )
    for parameter, name in names.items():
        step = steps[parameter]
        if not isinstance(step, Variable):
            raise TypeError(
                f"{owner}: the step of {name} must be a variable, got "
                f"{type(step).__name__}"
            )
        if step.type.ndim != parameter.type.ndim:
            raise ValueError(
                f"{owner}: the step of {name} has {step.type.ndim} dimensions and the "
                f"parameter has {parameter.type.ndim}"
            )
        if step.type.dtype != parameter.type.dtype:
            raise TypeError(
                f"{owner}: the step of {name} is {step.type.dtype} and the parameter "
                f"is {parameter.type.dtype}; cast what made it so "
                "(pt.cast(value, parameter.dtype))"
            )
