"""Running a program on numba, PyTensor's own just-in-time compiler."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytensor

from brickyard.backends.program import Program
from brickyard.backends.random import is_generator
from brickyard.backends.rewriting import numba_mode
from brickyard.backends.shared import state_lock
from brickyard.backends.specialise import specialise, static_twin


class NumbaExecutable:
    """A program compiled by numba, for arrays of any shape.

    Parameters
    ----------
    program
        What to run.
    scan_rewrites
        Whether loops over time are rewritten.
    """

    def __init__(self, program: Program, scan_rewrites: bool = True) -> None:
        import brickyard.backends.convolution.numba_forms  # registers its form
        import brickyard.backends.pooling.numba_forms  # noqa: F401

        self._is_compiled = False
        self._dtypes = [variable.type.dtype for variable in program.inputs]
        self._cells = [
            variable.container.storage
            for variable in program.shared
            if not is_generator(variable)
        ]
        self._function = pytensor.function(
            list(program.inputs),
            list(program.outputs),
            updates=list(program.updates.items()),
            mode=numba_mode(scan_rewrites),
            on_unused_input="ignore",
            trust_input=True,
        )

    def __call__(self, arrays: Sequence[Any]) -> Sequence[Any]:
        """Run the program.

        Parameters
        ----------
        arrays
            One array for each input.

        Returns
        -------
        list of numpy.ndarray
            The outputs.
        """
        operands = [
            np.asarray(array, dtype=dtype)
            for array, dtype in zip(arrays, self._dtypes, strict=True)
        ]
        with state_lock:
            for cell in self._cells:
                if type(cell[0]) is not np.ndarray:
                    cell[0] = np.array(cell[0])
            if self._is_compiled:
                return self._function(*operands)
            with _without_performance_warnings():
                results = self._function(*operands)
            self._is_compiled = True
            return results


@contextmanager
def _without_performance_warnings() -> Iterator[None]:
    """Keep what numba says about the layout of arrays that the user never sees."""
    from numba.core.errors import NumbaPerformanceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaPerformanceWarning)
        yield


def check_shapes(program: Program, arrays: Sequence[Any]) -> None:
    """Raise if the graph does not work on the shapes of `arrays`.

    Numba compiles for any shape and would fail inside a loop, without a name; the
    graph is rebuilt for the shapes beforehand, as for XLA, to find the brick.

    Parameters
    ----------
    program
        What is going to run.
    arrays
        One array for each input.

    Raises
    ------
    ComputationError
        If a node does not work on the shapes it meets.
    """
    twins = {
        variable: static_twin(variable, array.shape, str(array.dtype))
        for variable, array in zip(program.inputs, arrays, strict=True)
    }
    for variable in program.shared:
        if not is_generator(variable):
            shape = variable.container.storage[0].shape
            twins[variable] = static_twin(variable, shape, variable.type.dtype)
    specialise([*program.outputs, *program.updates.values()], twins)
