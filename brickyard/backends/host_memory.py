"""Keeping the memory of one call for the next."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from functools import cache

logger = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE = "BRICKYARD_KEEP_MEMORY"

# mallopt(3)
M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8
NEVER_TRIM = 2**31 - 1


@cache
def keep_memory() -> bool:
    """Tell the C library to keep memory that is freed, for what is allocated next.

    XLA takes all the memory a call needs for its intermediate results at once and
    frees it afterwards. From 32 MiB on, glibc gets that memory from the system in each
    call and gives it back, and the system clears it page by page: measured, up to half
    of the time of a training step. Kept, it is there already. The price is memory: the
    process holds on to the most it has needed, and the peak of a GRU over 1,000 steps
    rose from 1.3 to 2.1 GB.

    The setting is one of the whole process, so it is made only where the environment
    variable ``BRICKYARD_KEEP_MEMORY`` is ``1``.

    Returns
    -------
    bool
        Whether it was done: only with glibc, and if the variable says so.

    Raises
    ------
    ValueError
        If the environment variable is neither ``1`` nor ``0``.
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE, "") or "0"
    if chosen not in ("0", "1"):
        raise ValueError(
            f"environment variable {ENVIRONMENT_VARIABLE} is 1 (keep memory for the "
            f"next call) or 0 (leave the C library alone, the default), got {chosen!r}"
        )
    if chosen == "0" or not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    # Threads that start from here on share one heap, the only one that may be large.
    settings = {M_ARENA_MAX: 1, M_MMAP_MAX: 0, M_TRIM_THRESHOLD: NEVER_TRIM}
    done = [library.mallopt(name, value) for name, value in settings.items()]
    if not all(done):
        logger.info("the C library does not keep freed memory; calls may be slower")
    return all(done)
