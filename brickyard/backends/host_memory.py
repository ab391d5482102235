"""Keeping the memory of one call for the next."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from functools import cache

logger = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE = "BRICKYARD_KEEP_MEMORY"
DEFAULT_MIB = 256
LARGEST_MIB = 2**31 // 2**20 - 1

# mallopt(3)
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8


@cache
def keep_memory() -> bool:
    """Tell the C library to keep memory that is freed, for what is allocated next.

    XLA takes all the memory a call needs for its intermediate results at once and
    frees it afterwards. From 32 MiB on, glibc gets that memory from the system in each
    call and gives it back, and the system clears it page by page: measured, a quarter
    of the time of a training step. Kept, it is there already.

    The price is memory: the process holds on to free memory, at most as many MiB as
    the environment variable ``BRICKYARD_KEEP_MEMORY`` says, 256 by default. What takes
    more goes back to the system as before. And threads that start from here on share
    one heap, the only one that glibc lets grow so large. The setting is one of the
    whole process; 0 leaves the C library alone.

    Returns
    -------
    bool
        Whether it was done: only with glibc, and if the variable is not 0.

    Raises
    ------
    ValueError
        If the environment variable is not a number of MiB, from 0 to 2047.
    """
    mebibytes = _mebibytes()
    if mebibytes == 0 or not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    size = mebibytes * 2**20
    settings = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: size, M_TRIM_THRESHOLD: size}
    done = [library.mallopt(name, value) for name, value in settings.items()]
    if not all(done):
        logger.info("the C library does not keep freed memory; calls may be slower")
    return all(done)


def _mebibytes() -> int:
    chosen = os.environ.get(ENVIRONMENT_VARIABLE, "") or str(DEFAULT_MIB)
    if not chosen.isdecimal() or int(chosen) > LARGEST_MIB:
        raise ValueError(
            f"environment variable {ENVIRONMENT_VARIABLE} is the number of MiB of "
            f"freed memory that are kept for the next call, from 0 (leave the C "
            f"library alone) to {LARGEST_MIB}, {DEFAULT_MIB} by default; got {chosen!r}"
        )
    return int(chosen)
