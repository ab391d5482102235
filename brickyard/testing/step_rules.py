r"""What every step rule must do, as checks for authors of step rules.

`check_step_rule` runs all of them. Each is a function of its own, to be run alone when
it fails. All of them descend on a quadratic in parameters of several shapes,

.. math:: \tfrac{1}{2} \sum_i (\theta_i - c_i - x)^2

where :math:`x` is the batch and :math:`c` are distinct numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.graph.basic import Variable

from brickyard.backends import SharedTensor, shared
from brickyard.graph.roles import PARAMETER, add_role
from brickyard.training.algorithms import GradientDescent, StepRule
from brickyard.training.algorithms.step_rule import Steps

MakeRule: TypeAlias = Callable[[], StepRule]

SHAPES: dict[str, tuple[int, ...]] = {"W": (3, 2), "row": (1, 4), "scale": ()}
"""The parameters of the quadratic: one matrix, one that broadcasts, one scalar."""


def check_step_rule(
    make_rule: MakeRule,
    *,
    num_steps: int = 300,
    tolerance: float = 0.05,
    backend: str | None = None,
) -> None:
    """Check that a rule descends, keeps types, resumes exactly and compiles once.

    Parameters
    ----------
    make_rule
        Makes the rule, anew on every call, with rates that suit the quadratic: the
        optimum is at most 1.5 away and the curvature is 1.
    num_steps
        The number of steps in which the rule must come near the optimum.
    tolerance
        How near each element must come.
    backend
        ``"xla"`` or ``"numba"``; None for the default.

    Raises
    ------
    AssertionError
        With what does not hold.

    Examples
    --------
    >>> from brickyard.training import Momentum
    >>> check_step_rule(lambda: Momentum(0.1, 0.5), num_steps=50)
    """
    check_keeps_types(make_rule)
    check_serves_twice(make_rule)
    algorithm = check_compiles_once(make_rule, backend=backend)
    check_resumes(make_rule, algorithm, backend=backend)
    check_reaches_optimum(algorithm, num_steps=num_steps, tolerance=tolerance)


def check_keeps_types(make_rule: MakeRule) -> None:
    """Check dtypes and static shapes of steps and updates, in float32 and float64.

    Parameters
    ----------
    make_rule
        Makes the rule.

    Raises
    ------
    AssertionError
        If a step has not the dtype of its parameter or cannot have its shape, or a new
        value has not the type of its variable.
    """
    for dtype in ("float32", "float64"):
        parameters = make_parameters(dtype)
        gradients: Steps = {
            p: p * np.asarray(0.5, dtype=dtype) for p in parameters.values()
        }
        steps, updates = make_rule().compute_steps(gradients)
        _require(
            list(steps) == list(gradients),
            f"there must be one step for each parameter, in their order: {steps}",
        )
        for parameter, step in steps.items():
            _check_type(parameter, step, f"the step of {parameter} ({dtype})")
        for target, value in updates:
            _check_type(target, value, f"the update of {target} ({dtype})")


def check_serves_twice(make_rule: MakeRule) -> None:
    """Check that a rule can be used by two algorithms, without shared memory.

    Parameters
    ----------
    make_rule
        Makes the rule.

    Raises
    ------
    AssertionError
        If two calls return updates of one shared variable.
    """
    rule = make_rule()
    gradients: Steps = {p: 1 * p for p in make_parameters().values()}
    first, second = (dict(rule.compute_steps(gradients)[1]) for _ in range(2))
    common = [str(target) for target in first if target in second]
    _require(
        not common,
        f"two calls of compute_steps update the same variables: {', '.join(common)}; "
        "make buffers in compute_steps, not in __init__",
    )


def check_compiles_once(
    make_rule: MakeRule, *, backend: str | None = None
) -> GradientDescent:
    """Check that the second batch is not compiled again, and that types stay.

    Parameters
    ----------
    make_rule
        Makes the rule.
    backend
        ``"xla"`` or ``"numba"``; None for the default.

    Returns
    -------
    GradientDescent
        The algorithm, three batches later.

    Raises
    ------
    AssertionError
        If there was another compilation, or a value changed its dtype or shape.
    """
    algorithm = _algorithm(make_rule, backend)
    types = _value_types(algorithm)
    for number in range(3):
        algorithm.process_batch(_batch(number))
    count = len(algorithm.function.compilations)
    _require(count == 1, f"three batches of one shape took {count} compilations")
    _require(
        _value_types(algorithm) == types,
        f"values were {types} and became {_value_types(algorithm)}",
    )
    return algorithm


def check_resumes(
    make_rule: MakeRule, algorithm: GradientDescent, *, backend: str | None = None
) -> None:
    """Check that a rule continues from a saved state, bit for bit.

    Parameters
    ----------
    make_rule
        Makes the rule.
    algorithm
        An algorithm with the rule, in the middle of training, as `check_compiles_once`
        returns it.
    backend
        ``"xla"`` or ``"numba"``; None for the default.

    Raises
    ------
    AssertionError
        If another algorithm that was given parameters and state takes other steps.
    """
    resumed = _algorithm(make_rule, backend)
    resumed.set_state(algorithm.get_state())
    for ours, theirs in zip(resumed.parameters, algorithm.parameters, strict=True):
        ours.set_value(theirs.get_value())
    for number in range(3, 6):
        for each in (algorithm, resumed):
            each.process_batch(_batch(number))
        for ours, theirs in zip(resumed.parameters, algorithm.parameters, strict=True):
            _require(
                ours.get_value().tobytes() == theirs.get_value().tobytes(),
                f"after resuming, batch {number} made {ours} {ours.get_value()} "
                f"instead of {theirs.get_value()}",
            )
    _require(
        repr(resumed.get_state()) == repr(algorithm.get_state()),
        "after resuming, buffers differ although parameters do not",
    )


def check_reaches_optimum(
    algorithm: GradientDescent, *, num_steps: int = 300, tolerance: float = 0.05
) -> None:
    """Check that a rule comes near the optimum of a quadratic.

    Parameters
    ----------
    algorithm
        An algorithm with the rule, as `check_compiles_once` returns it.
    num_steps, tolerance
        As for `check_step_rule`.

    Raises
    ------
    AssertionError
        If an element ends farther from the optimum than `tolerance`.
    """
    for _ in range(num_steps):
        algorithm.process_batch(_batch(None))
    algorithm.flush()
    for parameter in algorithm.parameters:
        value, optimum = parameter.get_value(), _optimum(parameter.type.shape)
        distance = float(np.max(np.abs(value - optimum)))
        _require(
            distance <= tolerance,
            f"after {num_steps} steps {parameter} is {distance:.3g} away from the "
            f"optimum, more than {tolerance}",
        )


def make_parameters(dtype: str | None = None) -> dict[str, SharedTensor]:
    """Make the parameters of the quadratic, at zero.

    Parameters
    ----------
    dtype
        Their dtype; ``floatX`` by default.

    Returns
    -------
    dict
        Shared variables by name.

    Examples
    --------
    >>> {name: p.type.shape for name, p in make_parameters().items()}
    {'W': (3, 2), 'row': (1, 4), 'scale': ()}
    """
    parameters = {}
    for name, shape in SHAPES.items():
        parameters[name] = shared(np.zeros(shape), name=name, dtype=dtype or "floatX")
        add_role(parameters[name], PARAMETER)
    return parameters


def _optimum(shape: tuple[int, ...]) -> np.ndarray:
    return np.linspace(-1.5, 1.0, int(np.prod(shape))).reshape(shape)


def _algorithm(make_rule: MakeRule, backend: str | None) -> GradientDescent:
    x = pt.scalar("x")
    parameters = make_parameters()
    distances = [
        p - _optimum(p.type.shape).astype(p.dtype) - x for p in parameters.values()
    ]
    cost = pt.add(*[pt.sqr(d).sum() for d in distances]) / 2
    return GradientDescent(
        cost=cost.copy(name="cost"),
        parameters=parameters,
        step_rule=make_rule(),
        compile_kwargs={"backend": backend},
    )


def _batch(number: int | None) -> dict[str, np.ndarray]:
    """Return a batch of zero, or one that moves the optimum a little."""
    value = 0.0 if number is None else 0.3 * np.cos(number)
    return {"x": np.asarray(value, dtype=pytensor.config.floatX)}


def _value_types(algorithm: GradientDescent) -> dict[str, tuple[str, tuple[int, ...]]]:
    state = algorithm.get_state()
    arrays: dict[str, Any] = {**state["buffers"], **state["hyperparameters"]}
    arrays |= {str(p): p.get_value() for p in algorithm.parameters}
    return {name: (str(a.dtype), a.shape) for name, a in arrays.items()}


def _check_type(target: Variable, value: Variable, what: str) -> None:
    _require(
        value.type.dtype == target.type.dtype,
        f"{what} must be {target.type.dtype}, it is {value.type.dtype}",
    )
    _require(
        value.type.ndim == target.type.ndim,
        f"{what} must have {target.type.ndim} dimensions, it has {value.type.ndim}",
    )
    _require(
        value.type.shape == target.type.shape,
        f"{what} must have the static shape {target.type.shape}, it has "
        f"{value.type.shape}",
    )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)
