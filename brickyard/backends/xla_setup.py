"""Bringing up JAX once, quietly, with the settings the XLA backend needs."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

from brickyard.backends.host_memory import keep_memory

logger = logging.getLogger(__name__)


@cache
def prepare_jax() -> None:
    """Import JAX and PyTensor's lowering to it, and configure them.

    64-bit types are switched on, so that a graph computes in the types it declares:
    float32 where it says float32, and int64 indices without warnings. Compiled
    programs are kept in the user's cache directory unless JAX was told of another.
    """
    keep_memory()
    import jax
    import pytensor.link.jax.dispatch  # noqa: F401  registers the lowerings

    import brickyard.backends.convolution.jax_forms  # registers its lowering, too
    import brickyard.backends.pooling.jax_forms  # noqa: F401

    jax.config.update("jax_enable_x64", True)
    if jax.config.values["jax_compilation_cache_dir"] is None:
        directory = cache_directory()
        if directory is not None:
            jax.config.update("jax_compilation_cache_dir", str(directory))
            jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)


def cache_directory() -> Path | None:
    """Return the directory in which compiled programs are kept.

    Returns
    -------
    Path or None
        ``BRICKYARD_CACHE`` or the user's cache directory; None if the variable is
        empty or the directory cannot be made, which is logged and only costs time.
    """
    import platformdirs

    chosen = os.environ.get("BRICKYARD_CACHE")
    if chosen == "":
        return None
    root = Path(chosen) if chosen else platformdirs.user_cache_path("brickyard")
    directory = root / "xla"
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        logger.warning("compiled programs are not kept: %s", error)
        return None
    return directory
