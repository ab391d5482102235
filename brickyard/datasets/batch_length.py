"""How many examples a batch has."""

from __future__ import annotations

from typing import Any


def batch_length(batch: tuple[Any, ...], sources: tuple[str, ...], owner: str) -> int:
    """Return the number of examples in a batch.

    Parameters
    ----------
    batch
        One array per source, the batch axis first.
    sources
        The names of the sources.
    owner
        The class that reads the batch, for the message.

    Raises
    ------
    ValueError
        If the sources differ in it.

    Examples
    --------
    >>> import numpy as np
    >>> batch_length((np.zeros((3, 2)), [1, 2]), ("x", "y"), "Unpack")
    Traceback (most recent call last):
        ...
    ValueError: Unpack: the sources of a batch must have one number of examples, got
    'x': 3, 'y': 2
    """
    length = len(batch[0])
    for array in batch:
        if len(array) != length:
            raise ValueError(
                f"{owner}: the sources of a batch must have one number of examples, "
                "got "
                + ", ".join(
                    f"{source!r}: {len(array)}"
                    for source, array in zip(sources, batch, strict=True)
                )
            )
    return length
