"""The floating-point type that graphs are built with unless the user chose one."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytensor

logger = logging.getLogger(__name__)


def prefer_float32() -> None:
    """Make float32 PyTensor's ``floatX``, unless somebody has chosen already.

    A choice is ``floatX`` in ``PYTENSOR_FLAGS`` or in a ``.pytensorrc`` file, a value
    assigned to ``pytensor.config.floatX`` that is not PyTensor's own default, or
    PyMC in the process, whose models expect float64. Assigning
    ``pytensor.config.floatX`` after ``import brickyard`` always has the last word.
    """
    parameter: Any = type(pytensor.config).floatX
    chosen = not parameter.is_default or pytensor.config.floatX != parameter.default
    if chosen or "pymc" in sys.modules:
        return
    pytensor.config.floatX = "float32"
    logger.info("floatX is float32; set it in PYTENSOR_FLAGS to choose another type.")
