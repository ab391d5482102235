"""Which backend a training run is compiled by."""

from __future__ import annotations

from typing import Any

from brickyard.backends import default_backend


def backend_of(algorithm: Any) -> str:
    """Return the backend that an algorithm's function is compiled by.

    Parameters
    ----------
    algorithm
        The algorithm; its ``compile_kwargs`` may name a backend.

    Returns
    -------
    str
        ``"xla"`` or ``"numba"``.

    Examples
    --------
    >>> from brickyard.training import UpdatesAlgorithm
    >>> backend_of(UpdatesAlgorithm([], compile_kwargs={"backend": "numba"}))
    'numba'
    """
    settings = getattr(algorithm, "compile_kwargs", None) or {}
    return settings.get("backend") or default_backend()
