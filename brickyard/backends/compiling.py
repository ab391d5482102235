"""The one door through which every function of the library is compiled."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pytensor.graph.basic import Variable

from brickyard.backends.choice import (
    check_backend,
    default_backend,
    default_scan_rewrites,
)
from brickyard.backends.errors import format_shape
from brickyard.backends.garbage import garbage_collection_paused
from brickyard.backends.numba_backend import NumbaExecutable, check_shapes
from brickyard.backends.program import Program, Updates, make_program
from brickyard.backends.random import is_generator
from brickyard.backends.specialise import as_array, check_array
from brickyard.backends.xla import XlaExecutable

logger = logging.getLogger(__name__)

MANY_SIGNATURES = 8

# One at a time: compiling changes settings of PyTensor, which all threads share.
_compiling = RLock()

Signature = tuple[Any, ...]


@dataclass(frozen=True)
class Compilation:
    """One compilation of a function.

    Parameters
    ----------
    reason
        Why it was necessary.
    signature
        Shape and dtype of each input.
    seconds
        How long it took, the first run included, in seconds.
    """

    reason: str
    signature: Signature
    seconds: float


class CompiledFunction:
    """A graph made executable; what `compile` returns.

    Called with one array for each input, it returns the outputs, updates the shared
    variables and advances the random generators. On XLA it is compiled once for each
    combination of input shapes and dtypes it meets, and does not wait for its results:
    reading one does.

    Parameters
    ----------
    program
        What to run.
    backend
        Where.
    name
        What to call it in messages.
    form
        How outputs are returned: ``"list"``, ``"single"`` or ``"none"``.
    scan_rewrites
        Whether loops over time are rewritten to run faster.
    """

    def __init__(
        self,
        program: Program,
        backend: str,
        name: str,
        form: str,
        scan_rewrites: bool = True,
    ) -> None:
        self.inputs = list(program.inputs)
        self.outputs = list(program.outputs)
        self.updates = dict(program.updates)
        self.backend = backend
        self.name = name
        self.compilations: list[Compilation] = []
        self._program = program
        self._form = form
        self._scan_rewrites = scan_rewrites
        self._executables: dict[Signature, Any] = {}
        self._numba: NumbaExecutable | None = None
        self._resizable = [
            variable.container.storage
            for variable in program.shared
            if not is_generator(variable) and None in variable.type.shape
        ]

    def __call__(self, *arrays: Any) -> Any:
        """Run the function.

        Parameters
        ----------
        *arrays
            One array for each input: its number of dimensions, and its dtype or one
            that converts to it without loss. Python numbers and lists are converted.

        Returns
        -------
        array, list of arrays or None
            The outputs, as `compile` was given them: ``jax.Array`` on XLA,
            ``numpy.ndarray`` on numba.

        Raises
        ------
        TypeError
            If the number of arrays is wrong.
        ComputationError
            If an array does not fit its input, or shapes do not fit each other.
        """
        try:
            signature = tuple([(array.shape, array.dtype) for array in arrays])
        except AttributeError:
            return self(*self._as_arrays(arrays))
        if self._resizable:
            signature += tuple([cell[0].shape for cell in self._resizable])
        executable = self._executables.get(signature)
        if executable is None:
            results = self._first_run(signature, arrays)
        else:
            results = executable(arrays)
        if self._form == "single":
            return results[0]
        return list(results) if self._form == "list" else None

    def _as_arrays(self, values: Sequence[Any]) -> list[Any]:
        self._check_count(values)
        pairs = zip(self.inputs, values, strict=True)
        return [
            value if hasattr(value, "dtype") else as_array(variable, value)
            for variable, value in pairs
        ]

    def _check_count(self, values: Sequence[Any]) -> None:
        if len(values) != len(self.inputs):
            names = ", ".join(str(variable) for variable in self.inputs) or "none"
            raise TypeError(
                f"{self.name} takes {len(self.inputs)} inputs ({names}), "
                f"got {len(values)}"
            )

    def _first_run(self, signature: Signature, arrays: Sequence[Any]) -> Sequence[Any]:
        """Compile for a new signature, run, and log why and how long."""
        self._check_count(arrays)
        for variable, array in zip(self.inputs, arrays, strict=True):
            check_array(variable, array, self.name)
        started = time.perf_counter()
        with _compiling, garbage_collection_paused():
            executable = self._executable(arrays)
            results = executable(arrays)
        reason = self._reason(signature)
        seconds = time.perf_counter() - started
        self._executables[signature] = executable
        self.compilations.append(Compilation(reason, signature, seconds))
        logger.info(
            "%s: compiled on %s in %.2f s: %s", self.name, self.backend, seconds, reason
        )
        if self.backend == "xla" and len(self._executables) == MANY_SIGNATURES:
            logger.warning(
                "%s was compiled for %d different shapes; batches of few shapes "
                "(padding to few lengths, dropping the last short batch) save time",
                self.name,
                MANY_SIGNATURES,
            )
        return results

    def _executable(self, arrays: Sequence[Any]) -> Any:
        if self.backend == "xla":
            return XlaExecutable(self._program, arrays, self._scan_rewrites)
        check_shapes(self._program, arrays)
        if self._numba is None:
            self._numba = NumbaExecutable(self._program, self._scan_rewrites)
        return self._numba

    def _reason(self, signature: Signature) -> str:
        if not self.inputs:
            return "first call" if not self._executables else "shared shapes changed"
        described = ", ".join(
            f"{variable} {dtype}{format_shape(shape)}"
            for variable, (shape, dtype) in zip(self.inputs, signature, strict=False)
        )
        return f"{'new shapes' if self._executables else 'first call'}: {described}"

    def __repr__(self) -> str:
        inputs = ", ".join(map(str, self.inputs))
        return f"<CompiledFunction {self.name}({inputs}) on {self.backend}>"


def compile(
    inputs: Sequence[Variable],
    outputs: Variable | Sequence[Variable] | None = None,
    updates: Updates | None = None,
    *,
    givens: Mapping[Variable, Variable] | None = None,
    backend: str | None = None,
    name: str | None = None,
    scan_rewrites: bool | None = None,
) -> CompiledFunction:
    """Make a graph executable.

    Nothing is compiled before the first call, which brings the shapes.

    Parameters
    ----------
    inputs
        The variables that are passed in, in the order of the call.
    outputs
        A variable, a sequence of variables, or None for a function that only updates.
    updates
        New values for shared variables, as a mapping or as pairs. The updates that
        random generators bring with them are added.
    givens
        Replacements made in the graph first.
    backend
        ``"xla"`` or ``"numba"``; None for `default_backend`.
    name
        What to call the function in messages and in the log.
    scan_rewrites
        Whether loops over time, and their gradients, are rewritten to run faster:
        what can be computed for all steps at once leaves them. None for what the
        environment variable ``BRICKYARD_SCAN_REWRITES`` says, ``1`` or ``0``, else on.

    Returns
    -------
    CompiledFunction
        A function of as many arrays as there are inputs.

    Raises
    ------
    TypeError
        If something is not a variable, or an update does not fit its variable.
    ValueError
        If the graph needs a variable that is neither an input nor shared, something
        is named twice, there is no such backend, or an environment variable says
        something it cannot.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x = pt.vector("x")
    >>> from brickyard.backends import shared
    >>> count = shared(0, name="count")
    >>> double = compile([x], 2 * x, updates={count: count + 1})
    >>> double(np.ones(2, dtype=x.dtype)).tolist()
    [2.0, 2.0]
    >>> int(count.get_value())
    1
    """
    name = name or "function"
    chosen = default_backend() if backend is None else check_backend(backend, name)
    if outputs is None:
        form, expressions = "none", []
    elif isinstance(outputs, Variable):
        form, expressions = "single", [outputs]
    else:
        form, expressions = "list", list(outputs)
    program = make_program(inputs, expressions, updates, givens, name)
    if scan_rewrites is None:
        scan_rewrites = default_scan_rewrites()
    return CompiledFunction(program, chosen, name, form, scan_rewrites)


def evaluate(
    outputs: Variable | Sequence[Variable],
    values: Mapping[Variable, ArrayLike] | None = None,
    backend: str | None = None,
) -> Any:
    """Compute variables once.

    Random generators advance and default updates take place, as in any call.

    Parameters
    ----------
    outputs
        A variable or a sequence of variables.
    values
        The value of each input of the graph, converted to its dtype if only precision
        is lost.
    backend
        ``"xla"`` or ``"numba"``; None for `default_backend`.

    Returns
    -------
    numpy.ndarray or list of numpy.ndarray
        One value for each output.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x = pt.scalar("x")
    >>> evaluate(x ** 2, {x: 3.0})
    array(9., dtype=float32)
    """
    values = values or {}
    function = compile(list(values), outputs, backend=backend, name="evaluate")
    results = function(*[as_array(v, value) for v, value in values.items()])
    if isinstance(outputs, Variable):
        return np.asarray(results)
    return [np.asarray(result) for result in results]
