"""Running a program on XLA: rewritten by PyTensor, lowered by JAX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.fg import FunctionGraph

from brickyard.backends.lowering import lower
from brickyard.backends.program import Program
from brickyard.backends.random import device_key, is_generator
from brickyard.backends.rewriting import rewrite_for_xla
from brickyard.backends.shared import state_lock
from brickyard.backends.specialise import specialise, static_twin
from brickyard.backends.xla_options import compiler_options
from brickyard.backends.xla_setup import prepare_jax


class XlaExecutable:
    """A program compiled by XLA for one set of shapes.

    State stays on the device between calls: the buffers of updated variables are
    donated to the computation, which writes the new values into them.

    Parameters
    ----------
    program
        What to run.
    arrays
        Arrays with the shapes and dtypes that the inputs will have.
    scan_rewrites
        Whether loops over time are rewritten.

    Raises
    ------
    ComputationError
        If the graph does not work on these shapes, or holds an operation that XLA
        cannot run.
    """

    def __init__(
        self, program: Program, arrays: Sequence[Any], scan_rewrites: bool = True
    ) -> None:
        prepare_jax()
        import jax

        self._cells = [variable.container.storage for variable in program.shared]
        self._generators = [
            (position, variable)
            for position, variable in enumerate(program.shared)
            if is_generator(variable)
        ]
        self._num_outputs = len(program.outputs)
        graph = _rewrite(program, arrays, scan_rewrites)
        donated = _reusable(graph, len(program.inputs), self._num_outputs)
        self._run = jax.jit(
            lower(graph, scan_rewrites),
            donate_argnums=donated,
            compiler_options=compiler_options(graph),
        )

    def __call__(self, arrays: Sequence[Any]) -> Sequence[Any]:
        """Run the program.

        Parameters
        ----------
        arrays
            One array for each input, of the shapes this was compiled for.

        Returns
        -------
        sequence of jax.Array
            The outputs. They may still be under way: reading one waits for it.
        """
        cells = self._cells
        with state_lock:
            for position, variable in self._generators:
                cells[position] = device_key(variable).cell
            for cell in cells:
                if type(cell[0]) is np.ndarray:
                    cell[0] = _on_device(cell[0])
            state = [cell[0] for cell in cells]
            results = self._run(*arrays, *state)
            # not strict: what is only read comes last and keeps its value
            for cell, value in zip(cells, results[self._num_outputs :], strict=False):
                cell[0] = value
        return results[: self._num_outputs]


def _rewrite(
    program: Program, arrays: Sequence[Any], scan_rewrites: bool = True
) -> FunctionGraph:
    """Return the rewritten graph of a program for the shapes of `arrays`."""
    twins = {
        variable: static_twin(variable, array.shape, str(array.dtype))
        for variable, array in zip(program.inputs, arrays, strict=True)
    }
    for variable in program.shared:
        if is_generator(variable):
            twins[variable] = variable.type(name=variable.name)
        else:
            shape = variable.container.storage[0].shape
            twins[variable] = static_twin(variable, shape, variable.type.dtype)
    outputs = specialise([*program.outputs, *program.updates.values()], twins)
    graph = FunctionGraph(list(twins.values()), outputs, clone=False)
    rewrite_for_xla(graph, scan_rewrites)
    return graph


def _reusable(graph: FunctionGraph, first: int, num_outputs: int) -> tuple[int, ...]:
    """Return the positions of updated inputs that the new value fits into."""
    pairs = zip(graph.inputs[first:], graph.outputs[num_outputs:], strict=False)
    return tuple(
        position
        for position, (old, new) in enumerate(pairs, first)
        if new.type.is_super(old.type)
    )


def _on_device(value: np.ndarray) -> Any:
    """Copy an array to the device, so that no buffer of the host is donated."""
    import jax.numpy as jnp

    return jnp.array(value, copy=True)
