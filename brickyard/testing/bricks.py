"""What every brick must do, as checks for authors of bricks.

`check_brick` runs all of them. Each is a function of its own, to be run alone when it
fails. They build the brick anew from a function without arguments, give it arrays by
input name, and raise AssertionError with what does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, cast

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import CompiledFunction
from brickyard.backends import compile as compile_graph
from brickyard.bricks.base import Brick
from brickyard.bricks.select import Selector
from brickyard.graph.roles import PARAMETER, has_roles

MakeBrick: TypeAlias = Callable[[], Brick]
Arrays: TypeAlias = Mapping[str, np.ndarray]


@dataclass
class BuiltBrick:
    """An initialized brick and the graph of one of its applications.

    Parameters
    ----------
    brick
        The brick.
    inputs
        The input variables by name; their first axis has no static size.
    outputs
        The output variables.
    backend
        What the graph is compiled for.
    """

    brick: Brick
    inputs: dict[str, TensorVariable]
    outputs: list[TensorVariable]
    backend: str | None = None

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the brick and of all below it by full name."""
        return Selector(self.brick).get_parameters()

    def compute(self, arrays: Arrays) -> list[np.ndarray]:
        """Return the values of the outputs.

        Parameters
        ----------
        arrays
            Arrays by input name, in the order of the inputs.
        """
        return [np.asarray(v) for v in self.function(*cast_floats(arrays).values())]

    @cached_property
    def function(self) -> CompiledFunction:
        """The compiled application."""
        inputs = list(self.inputs.values())
        return compile_graph(inputs, self.outputs, backend=self.backend)


def check_brick(
    make_brick: MakeBrick,
    inputs: Arrays,
    *,
    application: str = "apply",
    parameters: Mapping[str, tuple[int, ...]] | None = None,
    rows_are_independent: bool = True,
    check_gradients: bool = True,
    backend: str | None = None,
) -> None:
    """Check shapes, names, dtypes, gradients, seeds, batch sizes and saved values.

    Parameters
    ----------
    make_brick
        Makes the brick, anew on every call, with its dimensions, initializers and,
        for the same numbers every time, a seed.
    inputs
        Arrays by input name, at least two rows each. Floating-point ones are
        converted to ``floatX``. Keep them away from kinks of the function, where
        numeric gradients are off.
    application
        The name of the application to check.
    parameters
        The shapes of all parameters by full name, such as ``{"/linear.W": (3, 2)}``;
        not checked if None.
    rows_are_independent
        Whether each row of an output depends on the same row of the inputs alone.
    check_gradients
        Whether to compare gradients with numeric ones.
    backend
        ``"xla"`` or ``"numba"``; None for the default.

    Raises
    ------
    AssertionError
        With what does not hold.

    Examples
    --------
    >>> from brickyard.bricks import Linear
    >>> from brickyard.bricks.initialization import Constant, IsotropicGaussian
    >>> def make_linear():
    ...     return Linear(3, 2, weights_init=IsotropicGaussian(), seed=1,
    ...                   biases_init=Constant(1))
    >>> check_brick(make_linear, {"input_": np.ones((4, 3))},
    ...             parameters={"/linear.W": (3, 2), "/linear.b": (2,)})
    """
    build = _builder(make_brick, inputs, application, backend)
    check_static_shapes(build(), inputs)
    check_parameter_names(build(), parameters)
    check_float32(build)
    check_same_seed(build)
    check_batch_sizes(build(), inputs, rows_are_independent=rows_are_independent)
    check_saved_values(build, inputs)
    if check_gradients:
        with pytensor.config.change_flags(floatX="float64"):
            check_numeric_gradients(build(), inputs)


def build_brick(
    make_brick: MakeBrick,
    inputs: Arrays,
    application: str = "apply",
    backend: str | None = None,
) -> BuiltBrick:
    """Return an initialized brick with the graph of one of its applications.

    Parameters
    ----------
    make_brick
        Makes the brick.
    inputs
        Arrays by input name.
    application
        The name of the application.
    backend
        ``"xla"`` or ``"numba"``; None for the default.
    """
    brick = make_brick()
    brick.initialize()
    variables = {
        name: pt.tensor(name, dtype=str(array.dtype), shape=(None, *array.shape[1:]))
        for name, array in cast_floats(inputs).items()
    }
    outputs = getattr(brick, application)(**variables, as_list=True)
    return BuiltBrick(brick, variables, outputs, backend)


def cast_floats(arrays: Arrays) -> dict[str, np.ndarray]:
    """Return arrays by name, the floating-point ones with dtype ``floatX``.

    Parameters
    ----------
    arrays
        Arrays by name.
    """
    floatx = pytensor.config.floatX
    as_arrays = {name: np.asarray(value) for name, value in arrays.items()}
    return {
        name: array.astype(floatx) if array.dtype.kind == "f" else array
        for name, array in as_arrays.items()
    }


def check_static_shapes(built: BuiltBrick, inputs: Arrays) -> None:
    """Check that outputs have the shape and dtype that the graph says they have.

    Parameters
    ----------
    built
        The brick and its graph.
    inputs
        Arrays by input name, at least two rows each.
    """
    for variable, value in zip(built.outputs, built.compute(inputs), strict=True):
        static = variable.type.shape
        fits = len(static) == value.ndim and all(
            size in (None, actual)
            for size, actual in zip(static, value.shape, strict=True)
        )
        _require(
            fits and value.dtype == variable.dtype,
            f"{variable} is {variable.dtype} {static} in the graph, but "
            f"{value.dtype} {value.shape} when it is computed",
        )


def check_parameter_names(
    built: BuiltBrick, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> None:
    """Check names, shapes and roles of the parameters, and that all have values.

    Parameters
    ----------
    built
        The brick and its graph.
    shapes
        The shapes of all parameters by full name; not checked if None.
    """
    found = built.parameters()
    actual = {name: tuple(p.get_value().shape) for name, p in found.items()}
    if shapes is not None:
        _require(
            actual == dict(shapes), f"expected parameters {shapes}, found {actual}"
        )
    for name, parameter in found.items():
        _require(
            has_roles(parameter, [PARAMETER]), f"{name} does not have role PARAMETER"
        )
        _require(
            parameter.type.shape == actual[name],
            f"the static shape of {name} is {parameter.type.shape}, its value has "
            f"{actual[name]}",
        )
        _require(
            bool(np.isfinite(parameter.get_value()).all()),
            f"{name} has no finite value after initialize()",
        )


def check_float32(build: Callable[[], BuiltBrick]) -> None:
    """Check that nothing in a float32 brick becomes float64.

    Parameters
    ----------
    build
        Builds the brick and its graph, anew on every call.
    """
    with pytensor.config.change_flags(floatX="float32"):
        built = build()
    variables = {str(each): each for each in built.outputs} | built.parameters()
    for name, variable in variables.items():
        _require(
            variable.dtype not in ("float64", "complex128"),
            f"{name} is {variable.dtype}, though floatX and the inputs are float32",
        )


def check_same_seed(build: Callable[[], BuiltBrick]) -> None:
    """Check that two bricks made in the same way start from the same values.

    Parameters
    ----------
    build
        Builds the brick and its graph, anew on every call.
    """
    first, second = build().parameters(), build().parameters()
    _require(first.keys() == second.keys(), "two bricks have different parameters")
    for name, parameter in first.items():
        _require(
            np.array_equal(parameter.get_value(), second[name].get_value()),
            f"{name} has other first values when the brick is made again; give the "
            "brick a seed, and draw with its rng",
        )


def check_batch_sizes(
    built: BuiltBrick, inputs: Arrays, *, rows_are_independent: bool = True
) -> None:
    """Check that the graph works on one row and on twice the rows.

    Parameters
    ----------
    built
        The brick and its graph.
    inputs
        Arrays by input name, at least two rows each.
    rows_are_independent
        Whether the rows of the outputs must also be the same then.
    """
    whole = built.compute(inputs)
    one = built.compute({name: array[:1] for name, array in inputs.items()})
    doubled = {name: np.concatenate([a, a]) for name, a in inputs.items()}
    twice = built.compute(doubled)
    if not rows_are_independent:
        return
    for variable, full, first, both in zip(
        built.outputs, whole, one, twice, strict=True
    ):
        tolerance = 1e-5 * max(1.0, float(np.abs(full).max()))
        same = np.allclose(first, full[:1], atol=tolerance) and np.allclose(
            both, np.concatenate([full, full]), atol=tolerance
        )
        _require(same, f"the rows of {variable} depend on the size of the batch")


def check_saved_values(build: Callable[[], BuiltBrick], inputs: Arrays) -> None:
    """Check that the values of the parameters are all there is to save.

    Parameters
    ----------
    build
        Builds the brick and its graph, anew on every call.
    inputs
        Arrays by input name, at least two rows each.
    """
    original, restored = build(), build()
    for parameter in restored.parameters().values():
        parameter.set_value(np.zeros_like(parameter.get_value()))
    for name, parameter in restored.parameters().items():
        parameter.set_value(original.parameters()[name].get_value())
    for variable, before, after in zip(
        original.outputs,
        original.compute(inputs),
        restored.compute(inputs),
        strict=True,
    ):
        _require(
            np.array_equal(before, after, equal_nan=before.dtype.kind in "fc"),
            f"{variable} differs after the parameters' values were copied to another "
            "brick: some state is not among the parameters",
        )


def check_numeric_gradients(
    built: BuiltBrick,
    inputs: Arrays,
    *,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    num_directions: int = 3,
) -> None:
    """Check gradients by parameters and inputs against central differences.

    To be run on a brick built with ``floatX`` float64. The outputs, weighted by fixed
    random numbers, are summed; the slope of the sum along random directions is
    compared.

    Parameters
    ----------
    built
        The brick.
    inputs
        Arrays by input name.
    step
        How far to go to both sides, in units of the arguments.
    tolerance
        The largest difference of the slopes, in units of the larger one or of 1.
    num_directions
        How many directions to go for each parameter and input.
    """
    rng = np.random.default_rng(1)
    arrays = cast_floats(inputs)
    parameters = built.parameters()
    floats = {name: v for name, v in built.inputs.items() if "float" in v.dtype}
    wanted = {**floats, **parameters}
    total = _weighted_sum(built, arrays, rng)
    gradients = cast(
        "list[Any]",
        pt.grad(total, list(wanted.values()), disconnected_inputs="ignore"),
    )
    slopes = compile_graph(
        list(built.inputs.values()), [total, *gradients], backend=built.backend
    )

    def value_at(name: str, value: np.ndarray) -> float:
        if name not in parameters:
            return float(np.asarray(slopes(*{**arrays, name: value}.values())[0]))
        before = parameters[name].get_value()
        parameters[name].set_value(value)
        result = float(np.asarray(slopes(*arrays.values())[0]))
        parameters[name].set_value(before)
        return result

    exact = [np.asarray(value) for value in slopes(*arrays.values())[1:]]
    for name, gradient in zip(wanted, exact, strict=True):
        here = parameters[name].get_value() if name in parameters else arrays[name]
        for _ in range(num_directions):
            direction = rng.normal(size=here.shape)
            rise = value_at(name, here + step * direction)
            fall = value_at(name, here - step * direction)
            numeric = (rise - fall) / (2 * step)
            slope = float((gradient * direction).sum())
            _require(
                abs(numeric - slope) <= tolerance * max(1.0, abs(numeric), abs(slope)),
                f"the gradient by {name} gives the slope {slope}, differences give "
                f"{numeric}",
            )


def _weighted_sum(
    built: BuiltBrick, arrays: Arrays, rng: np.random.Generator
) -> TensorVariable:
    terms = [
        (output * pt.constant(rng.normal(size=value.shape))).sum()
        for output, value in zip(built.outputs, built.compute(arrays), strict=True)
        if "float" in output.dtype
    ]
    _require(bool(terms), "no output is differentiable: pass check_gradients=False")
    return sum(terms[1:], start=terms[0])


def _builder(
    make_brick: MakeBrick, inputs: Arrays, application: str, backend: str | None
) -> Callable[[], BuiltBrick]:
    def build() -> BuiltBrick:
        return build_brick(make_brick, inputs, application, backend)

    return build


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise AssertionError(problem)
