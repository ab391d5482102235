"""Arrays on the device that XLA computes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from brickyard.datasets.transformers.arrays import as_array

DTYPES = frozenset(
    (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
        *("uint64", "float16", "float32", "float64", "complex64", "complex128"),
    )
)
"""The dtypes of NumPy that a device has too."""
WIDE = frozenset(("int64", "uint64", "float64", "complex128"))
"""Those that JAX has only if it is told to."""


def as_numbers(data: Any, source: str, owner: str) -> Any:
    """Return the data of a source as an array that can be put on a device.

    Parameters
    ----------
    data
        The data, of an example or a batch.
    source
        The name of the source, for the message.
    owner
        The class of the stream, for the message.

    Returns
    -------
    numpy.ndarray or jax.Array
        An array of numbers; `data` itself if it is one.

    Raises
    ------
    TypeError
        If the data are sequences of different lengths, texts, or numbers of a kind
        that devices do not have.

    Examples
    --------
    >>> as_numbers([1, 2], "targets", "ToDevice")
    array([1, 2])
    >>> as_numbers([[1], [1, 2]], "words", "ToDevice")
    Traceback (most recent call last):
        ...
    TypeError: ToDevice: source 'words' has examples that differ in shape, and a
    device has arrays of numbers only; make one array of them with Padding
    """
    array = data if _is_on_device(data) else as_array(data)
    if array.dtype.name in DTYPES and array.dtype.isnative:
        return array
    kind = array.dtype.kind
    if kind == "O":
        problem = "has examples that differ in shape"
        remedy = "make one array of them with Padding"
    elif kind in "biufc":
        problem = f"has the dtype {array.dtype.str!r}"
        remedy = f"convert it with a Cast, to {_nearest(array.dtype)!r} for example"
    else:
        problem = f"has the dtype {array.dtype}"
        remedy = "turn it into numbers with a Mapping, or leave the source out"
    raise TypeError(
        f"{owner}: source {source!r} {problem}, and a device has arrays of numbers "
        f"only; {remedy}"
    )


def _is_on_device(data: Any) -> bool:
    import jax

    return isinstance(data, jax.Array)


def _nearest(dtype: np.dtype) -> str:
    """Return the name of a dtype in this machine's byte order, of 64 bits at most."""
    name = dtype.newbyteorder("=").name
    return name if name in DTYPES else {"f": "float64"}.get(dtype.kind, "complex128")


def put(arrays: Sequence[Any]) -> list[Any]:
    """Put arrays on the device, without waiting until they are there.

    64-bit numbers stay what they are: where there are any, JAX's option
    ``jax_enable_x64`` is switched on.

    Parameters
    ----------
    arrays
        Arrays of numbers.

    Returns
    -------
    list of jax.Array
        The same numbers, in the same dtypes. On the processor they may share the
        memory of the arrays.

    Examples
    --------
    >>> [array] = put([np.arange(3)])
    >>> array.dtype
    dtype('int64')
    """
    import jax

    if any(array.dtype.name in WIDE for array in arrays):
        # JAX would make 32-bit numbers of them. The backends switch this on too, but
        # not before they compile, which is after the first batch was made.
        jax.config.update("jax_enable_x64", True)
    # one by one: a list takes JAX longer than its arrays
    return [jax.device_put(array) for array in arrays]
