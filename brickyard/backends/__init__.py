"""Compiling symbolic graphs: one door, `compile`, to XLA and to numba."""

from brickyard.backends.choice import default_backend, set_default_backend
from brickyard.backends.compiling import CompiledFunction, compile, evaluate
from brickyard.backends.errors import ComputationError
from brickyard.backends.provenance import mark_provenance
from brickyard.backends.random import (
    RandomStream,
    default_update_of,
    generators_of,
    get_generator_state,
    random_stream,
    set_generator_state,
)
from brickyard.backends.shared import SharedTensor, shared

__all__ = [
    "CompiledFunction",
    "ComputationError",
    "RandomStream",
    "SharedTensor",
    "compile",
    "default_backend",
    "default_update_of",
    "evaluate",
    "generators_of",
    "get_generator_state",
    "mark_provenance",
    "random_stream",
    "set_default_backend",
    "set_generator_state",
    "shared",
]
