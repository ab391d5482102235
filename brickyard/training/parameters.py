"""Parameters under the paths by which checkpoints and messages know them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from brickyard.graph import get_brick


def parameter_path(variable: Any) -> str:
    """Name a parameter by its brick, or by its own name if it belongs to none.

    Parameters
    ----------
    variable
        A shared variable.

    Raises
    ------
    ValueError
        If it has neither a brick nor a name.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> parameter_path(shared(0.5, name="temperature"))
    'temperature'
    """
    brick: Any = get_brick(variable)
    if brick is not None:
        return brick.get_hierarchical_name(variable)
    if not variable.name:
        raise ValueError(
            f"the parameter {variable!r} belongs to no brick and has no name, so that "
            "it could not be found again in a checkpoint; give it a name"
        )
    return variable.name


def parameters_by_path(algorithm: Any, model: Any = None) -> dict[str, Any]:
    """Collect what a training run trains or could train.

    Parameters
    ----------
    algorithm
        Its ``parameters``, if it has any, are included, under the names in its
        ``parameter_paths`` if it has them; and its ``persistent_variables``.
    model
        Its ``get_parameter_dict()`` gives names and shared variables.

    Returns
    -------
    dict
        Shared variables by path, such as ``"/mlp/linear_0.W"``.

    Raises
    ------
    ValueError
        If two parameters have the same path.
    """
    found: dict[str, Any] = dict(model.get_parameter_dict()) if model else {}
    known = {id(variable) for variable in found.values()}
    paths = getattr(algorithm, "parameter_paths", {})
    parameters = getattr(algorithm, "parameters", ()) or ()
    for variable in [*parameters, *getattr(algorithm, "persistent_variables", ())]:
        if id(variable) in known:
            continue
        known.add(id(variable))
        path = paths[variable] if variable in paths else parameter_path(variable)
        if path in found:
            raise ValueError(
                f"two parameters of the main loop are called {path!r}; give bricks "
                "and shared variables names of their own"
            )
        found[path] = variable
    return found


def check_parameters(saved: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Raise unless saved arrays fit parameters in name, shape and dtype.

    Parameters
    ----------
    saved
        Arrays by path.
    parameters
        Shared variables by path.

    Raises
    ------
    ValueError
        At the first name, shape or dtype that differs, with the near match.

    Examples
    --------
    >>> from brickyard.backends import shared
    >>> W = shared([[1.0, 2.0]], name="W", dtype="float32")
    >>> check_parameters({"/linear.V": W.get_value()}, {"/linear.W": W})
    Traceback (most recent call last):
        ...
    ValueError: the state has no parameter '/linear.W'; did you mean '/linear.V'? ...
    """
    for path in parameters:
        if path not in saved:
            raise ValueError(
                f"the state has no parameter {path!r}{_near(path, saved)} "
                "It was saved for another model"
            )
    for path in saved:
        if path not in parameters:
            raise ValueError(
                f"the state has the parameter {path!r}, which this model does not "
                f"have{_near(path, parameters)} It was saved for another model"
            )
    for path, variable in parameters.items():
        value, expected = np.asarray(saved[path]), variable.get_value(borrow=True)
        if value.shape != expected.shape or value.dtype != expected.dtype:
            raise ValueError(
                f"the parameter {path!r} of this model has shape "
                f"{expected.shape} and dtype {expected.dtype}, the saved one has "
                f"shape {value.shape} and dtype {value.dtype}"
            )


def check_initialized(algorithm: Any, model: Any = None) -> None:
    """Raise if parameters are to be trained that have no values yet.

    Parameters
    ----------
    algorithm
        Its ``parameters``, if it has any, are looked at.
    model
        Its ``get_parameter_dict()`` gives further parameters.

    Raises
    ------
    ValueError
        If a parameter of a brick that was never initialized holds NaN, as parameters
        do when they are allocated; or if two parameters have the same path.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from brickyard.bricks import Linear
    >>> linear = Linear(2, 3)
    >>> linear.allocate()
    >>> check_initialized(SimpleNamespace(parameters=linear.parameters))
    Traceback (most recent call last):
        ...
    ValueError: the parameter '/linear.W' has no values: /linear was not ...
    """
    for path, variable in parameters_by_path(algorithm, model).items():
        brick: Any = get_brick(variable)
        if brick is None or brick.initialized:
            continue
        if np.isnan(variable.get_value(borrow=True)).any():
            raise ValueError(
                f"the parameter {path!r} has no values: "
                f"{brick.get_unique_path()[0].path} was not initialized; call its "
                "initialize() before training, or load values"
            )


def _near(name: str, names: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else "."
