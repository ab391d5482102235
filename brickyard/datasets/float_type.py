"""The floating-point type that data streams produce where none was asked for."""

from __future__ import annotations

import sys

import numpy as np


def float_x() -> np.dtype:
    """Return the float type of the graphs in this process, without importing them.

    Returns
    -------
    numpy.dtype
        ``pytensor.config.floatX`` if PyTensor has been imported, float32 otherwise.

    Notes
    -----
    Transformers ask once, when they are constructed, so that a copy of a stream in a
    worker process without PyTensor produces the same type as the original.

    Examples
    --------
    >>> float_x().kind
    'f'
    """
    pytensor = sys.modules.get("pytensor")
    return np.dtype("float32" if pytensor is None else pytensor.config.floatX)
