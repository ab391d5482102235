"""A computation graph as something that is trained, saved and loaded."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.graph import (
    PARAMETER,
    PERSISTENT,
    ComputationGraph,
    get_brick,
    has_roles,
)
from brickyard.training.parameters import parameter_path

logger = logging.getLogger(__name__)


class Model(ComputationGraph):
    """The graph of a cost, with its parameters under the paths of their bricks.

    Other shared variables that are saved with a model, those with the role
    ``PERSISTENT`` such as the population statistics of batch normalization, count as
    parameters here.

    Parameters
    ----------
    outputs
        The variable or variables the model computes, usually the cost.

    Raises
    ------
    TypeError
        If an output is no variable.
    ValueError
        If two parameters have one path, or one has neither a brick nor a name: such a
        model could not be saved.

    Examples
    --------
    >>> import numpy as np
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import shared
    >>> from brickyard.graph import WEIGHT, add_role
    >>> x, W = pt.matrix("x"), shared(np.ones((2, 1)), name="W", dtype="floatX")
    >>> add_role(W, WEIGHT)
    >>> model = Model(x @ W)
    >>> model.get_parameter_values()["W"].shape
    (2, 1)
    >>> model.set_parameter_values({"V": np.zeros((2, 1))})
    Traceback (most recent call last):
        ...
    ValueError: these values do not belong to this model. Missing: 'W'...
    """

    def __init__(self, outputs: Variable | Iterable[Variable]) -> None:
        super().__init__(outputs)
        self._parameters_by_path = _by_path(
            v for v in self.shared_variables if has_roles(v, [PERSISTENT])
        )

    def get_parameter_dict(self) -> dict[str, SharedVariable]:
        """Return the parameters by path.

        Returns
        -------
        dict
            Shared variables by path, such as ``"/mlp/linear_0.W"``, sorted by path.
        """
        return dict(self._parameters_by_path)

    def get_parameter_values(self) -> dict[str, np.ndarray]:
        """Return the values of all parameters.

        Returns
        -------
        dict
            Arrays by path, sorted by path; copies.
        """
        return {
            path: np.asarray(variable.get_value())
            for path, variable in self._parameters_by_path.items()
        }

    def set_parameter_values(self, parameter_values: Mapping[str, ArrayLike]) -> None:
        """Set all parameters, or none if one value does not fit.

        Parameters
        ----------
        parameter_values
            Arrays by path: one for each parameter, of its shape and dtype. Lists and
            Python numbers are converted.

        Raises
        ------
        ValueError
            If a value is missing, unknown, or of the wrong shape or dtype. The message
            lists all that is wrong.
        """
        arrays = self._as_arrays(parameter_values)
        problems = [
            *_wrong_names(arrays, self._parameters_by_path),
            *_wrong_values(arrays, self._parameters_by_path),
        ]
        if problems:
            raise ValueError(
                f"these values do not belong to this model. {' '.join(problems)} "
                "Nothing was changed"
            )
        for path, variable in self._parameters_by_path.items():
            variable.set_value(arrays[path])

    def _as_arrays(self, values: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
        arrays = {}
        for path, value in values.items():
            variable = self._parameters_by_path.get(path)
            untyped = variable is not None and not hasattr(value, "dtype")
            dtype = variable.type.dtype if untyped else None  # type: ignore[union-attr]
            arrays[path] = np.asarray(value, dtype=dtype)
        return arrays

    def get_top_bricks(self) -> list[Any]:
        """Return the bricks that no other brick contains.

        Returns
        -------
        list of Brick
            The roots of all bricks in the graph, in the order of the graph.
        """
        roots: dict[int, Any] = {}
        for variable in self.variables:
            brick: Any = get_brick(variable)
            if brick is not None:
                root = brick.get_unique_path()[0]
                roots.setdefault(id(root), root)
        return list(roots.values())

    def check_sanity(self, algorithm: Any) -> None:
        """Compare the parameters of the model with those an algorithm trains.

        Parameters that are not trained are mentioned in the log.

        Parameters
        ----------
        algorithm
            A training algorithm; one without ``parameters`` is not looked at.

        Raises
        ------
        ValueError
            If the algorithm trains a parameter that is not part of the model, so that
            ``get_parameter_values`` would leave it out.
        """
        trained = getattr(algorithm, "parameters", None)
        if trained is None:
            return
        own = set(self._parameters_by_path.values())
        strangers = [_describe(p) for p in trained if p not in own]
        if strangers:
            raise ValueError(
                f"{type(algorithm).__name__} trains parameters that the model does not "
                f"have: {', '.join(strangers)}; make the Model from all costs that are "
                "trained: Model([cost, other_cost])"
            )
        resting = [
            path
            for path, parameter in self._parameters_by_path.items()
            if parameter not in set(trained) and has_roles(parameter, [PARAMETER])
        ]
        if resting:
            logger.warning(
                "%s does not train these parameters of the model: %s",
                type(algorithm).__name__,
                ", ".join(resting),
            )


def _describe(parameter: SharedVariable) -> str:
    if get_brick(parameter) is None and not parameter.name:
        return f"a nameless {parameter.type}"
    return parameter_path(parameter)


def _by_path(parameters: Iterable[SharedVariable]) -> dict[str, SharedVariable]:
    found: dict[str, SharedVariable] = {}
    for parameter in parameters:
        path = parameter_path(parameter)
        if path in found:
            raise ValueError(
                f"two parameters of the model are called {path!r}: "
                f"{_origin(found[path])} and {_origin(parameter)}; give their bricks, "
                "or the shared variables, different names"
            )
        found[path] = parameter
    return dict(sorted(found.items()))


def _origin(parameter: SharedVariable) -> str:
    brick: Any = get_brick(parameter)
    owner = "of no brick" if brick is None else f"of {type(brick).__name__}"
    return f"{parameter.name} {owner} ({parameter.type})"


def _wrong_names(given: Collection[str], expected: Collection[str]) -> list[str]:
    missing = [path for path in expected if path not in given]
    unknown = [path for path in given if path not in expected]
    problems = []
    if missing:
        problems.append(f"Missing: {_with_near(missing, unknown)}.")
    if unknown:
        problems.append(f"Unknown: {_with_near(unknown, missing or expected)}.")
    return problems


def _with_near(names: Iterable[str], others: Collection[str]) -> str:
    described = []
    for name in names:
        near = difflib.get_close_matches(name, others, n=1)
        described.append(f"{name!r} (near {near[0]!r})" if near else repr(name))
    return ", ".join(described)


def _wrong_values(
    arrays: Mapping[str, np.ndarray], parameters: Mapping[str, SharedVariable]
) -> list[str]:
    shapes, dtypes = [], []
    for path, variable in parameters.items():
        if path not in arrays:
            continue
        array, present = arrays[path], variable.get_value(borrow=True)
        if array.shape != present.shape:
            shapes.append(f"{path!r} is {present.shape}, got {array.shape}")
        if array.dtype != present.dtype:
            dtypes.append(f"{path!r} is {present.dtype}, got {array.dtype}")
    problems = [f"Wrong shape: {'; '.join(shapes)}."] if shapes else []
    return problems + ([f"Wrong dtype: {'; '.join(dtypes)}."] if dtypes else [])
