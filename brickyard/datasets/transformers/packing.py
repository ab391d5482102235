"""Taking objects apart into a description and the memory of their arrays.

This is how objects travel between a process and the workers it has started, and the
one place of the data layer with pickles in it; nothing is read from a file with them.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np

SMALL = 4096
"""Arrays of fewer bytes stay in the description."""

UNPICKLABLE = (pickle.PicklingError, TypeError, AttributeError, ValueError)
"""What `pack` raises for an object that cannot travel."""


def pack(value: Any, read_only: bool = False) -> tuple[bytes, list[memoryview]]:
    """Return a description of an object, and the memory of the large arrays in it.

    Parameters
    ----------
    value
        Anything that can be pickled.
    read_only
        Whether arrays that can be written to stay in the description, too, because
        several processes will use the memory of the others together.

    Returns
    -------
    bytes
        The description.
    list of memoryview
        The contents of the large arrays, not copied.

    Examples
    --------
    >>> description, buffers = pack((np.zeros(1000), "zeros"))
    >>> [buffer.nbytes for buffer in buffers]
    [8000]
    >>> unpack(description, buffers)[1]
    'zeros'
    """
    buffers: list[memoryview] = []

    def stays(buffer: pickle.PickleBuffer) -> bool:
        memory = buffer.raw()
        if memory.nbytes < SMALL or (read_only and not memory.readonly):
            return True
        buffers.append(memory)
        return False

    file = io.BytesIO()
    pickle.Pickler(file, protocol=5, buffer_callback=stays).dump(value)
    return file.getvalue(), buffers


def unpack(description: bytes, buffers: Sequence[Any]) -> Any:
    """Return the object that was taken apart, its large arrays on the given memory.

    Parameters
    ----------
    description
        What `pack` returned, in this process or in one that it has started.
    buffers
        The contents of the arrays: objects with the buffer protocol.
    """
    return pickle.loads(description, buffers=buffers)  # noqa: S301 - from our process


def in_one_piece(data: Any) -> Any:
    """Return an array that lies in memory without gaps; other things as they are.

    Parameters
    ----------
    data
        A source of an example or batch.

    Examples
    --------
    >>> in_one_piece(np.zeros((4, 4))[:, ::2]).flags.c_contiguous
    True
    """
    if isinstance(data, np.ndarray) and not data.flags.forc:
        return np.ascontiguousarray(data)
    return data


def unpicklable_part(value: Any, name: str) -> str:
    """Return the name of the innermost part of an object that cannot be pickled.

    Parameters
    ----------
    value
        An object that cannot be pickled.
    name
        Its name.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> unpicklable_part(SimpleNamespace(key=lambda x: x, size=3), "Sort")
    'Sort.key, a function'
    """
    for attribute, part in sorted(getattr(value, "__dict__", {}).items()):
        try:
            pack(part)
        except UNPICKLABLE:
            inner = type(part).__name__
            path = f"{name}.{attribute}"
            return (
                unpicklable_part(part, path)
                if _has_parts(part)
                else (f"{path}, a {inner}")
            )
    return f"{name}, a {type(value).__name__}"


def _has_parts(value: Any) -> bool:
    return bool(getattr(value, "__dict__", None))
