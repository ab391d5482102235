"""Requests for a number of examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from brickyard.datasets.schemes import BatchScheme, IterationScheme


def check_size_scheme(scheme: Any, owner: str) -> None:
    """Raise unless a scheme can request numbers of examples.

    Parameters
    ----------
    scheme
        The scheme.
    owner
        The class it was given to, for the message.

    Raises
    ------
    TypeError
        If it is no scheme, or one that requests examples by their index.

    Examples
    --------
    >>> from brickyard.datasets import SequentialScheme
    >>> check_size_scheme(SequentialScheme(10, 5), "Batch")
    Traceback (most recent call last):
        ...
    TypeError: Batch needs a scheme that requests numbers of examples, such as
    ConstantScheme(batch_size); SequentialScheme requests examples by their index
    """
    wanted = (
        f"{owner} needs a scheme that requests numbers of examples, such as "
        "ConstantScheme(batch_size); "
    )
    if not hasattr(scheme, "get_request_iterator"):
        raise TypeError(f"{wanted}got {scheme!r}")
    # another author's scheme need not derive from ours; its requests are checked
    if not isinstance(scheme, IterationScheme):
        return
    if isinstance(scheme, BatchScheme) or scheme.requests_examples:
        raise TypeError(
            f"{wanted}{type(scheme).__name__} requests examples by their index"
        )


def check_size(request: Any, owner: str) -> int:
    """Return a request as a number of examples.

    Parameters
    ----------
    request
        The request.
    owner
        The class it was made to, for the message.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is below 1.

    Examples
    --------
    >>> check_size(5, "Batch")
    5
    """
    if isinstance(request, bool) or not isinstance(request, int | np.integer):
        raise TypeError(
            f"{owner}: a request must be a number of examples, got {request!r}; use a "
            "scheme such as ConstantScheme(batch_size)"
        )
    if request < 1:
        raise ValueError(
            f"{owner}: a request must be at least 1 example, got {request}"
        )
    return int(request)
