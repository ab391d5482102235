"""Arrays that go from one process to another through shared memory.

A writer puts the arrays of an object into a slot of a block of shared memory, a reader
in another process makes the object again, with its arrays on that slot. A slot is
written again only when none of these arrays is left.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple

import numpy as np

from brickyard.datasets.transformers.packing import pack, unpack

ALIGNMENT = 64
LARGEST_BLOCK = 1 << 30
PAGE = 4096


class Place(NamedTuple):
    """Where the arrays of a parcel are.

    Attributes
    ----------
    block
        The number of the block of shared memory.
    start
        Where the slot begins in it, in bytes.
    spans
        Where each array begins in the slot, and how long it is, in bytes.
    """

    block: int
    start: int
    spans: list[tuple[int, int]]


class Parcel(NamedTuple):
    """An object on its way to another process.

    Attributes
    ----------
    description
        What `pack` made of it.
    place
        Where its large arrays are; None if they are in `inline`, or if there are none.
    inline
        The contents of its large arrays, where shared memory had no room for them.
    """

    description: bytes
    place: Place | None
    inline: list[bytearray]


class SharedBlock:
    """Shared memory under a name, mapped for as long as an array on it is alive.

    Parameters
    ----------
    name
        The name.
    size
        How large a new block shall be, in bytes; None for one that is there already.

    Examples
    --------
    >>> block = SharedBlock("brickyard_doctest", 8192)
    >>> np.asarray(block)[:2] = 5, 6
    >>> np.asarray(SharedBlock("brickyard_doctest"))[:2].tolist()
    [5, 6]
    >>> block.unlink()
    """

    def __init__(self, name: str, size: int | None = None) -> None:
        self._file: int | None = None
        self._memory = SharedMemory(name, create=size is not None, size=size or 0)
        memory: Any = self._memory.buf
        self.address = np.frombuffer(memory, np.uint8).ctypes.data
        del memory
        path = f"/dev/shm/{name}"  # noqa: S108 - where Linux has shared memory
        if size is not None and os.path.exists(path):
            self._file = os.open(path, os.O_RDWR)

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return _bytes_at(self.address, self._memory.size)

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)

    def reserve(self, start: int, size: int) -> bool:
        """Return whether there is memory for a part of the block, and take it.

        Memory that turns out to be missing only when it is written to ends the process.

        Parameters
        ----------
        start
            Where the part begins, in bytes.
        size
            How long it is, in bytes.
        """
        if self._file is not None:
            try:
                os.posix_fallocate(self._file, start, size)
            except OSError:
                return False
        return True

    def unlink(self) -> None:
        """Remove the name; the memory goes when nobody has it mapped any more."""
        self._memory.unlink()


class Lease:
    """A part of a block on which there are arrays.

    Parameters
    ----------
    block
        The block; it stays mapped.
    start
        Where the part begins, in bytes.
    size
        How long it is, in bytes.
    give_back
        Called when the last array on the part is gone, at any time and in any thread.
    """

    def __init__(
        self, block: SharedBlock, start: int, size: int, give_back: Callable[[], Any]
    ) -> None:
        self._block = block
        self._give_back = give_back
        self.__array_interface__ = _bytes_at(block.address + start, size)

    def __del__(self) -> None:
        self._give_back()


class SlotWriter:
    """Puts objects into shared memory.

    Blocks are divided into slots of one size, a power of two. A block is made when no
    slot that is large enough is free.

    Parameters
    ----------
    name
        The names of the blocks are this and a number.
    slots
        How many slots a block has, as far as it does not become too large.
    """

    def __init__(self, name: str, slots: int) -> None:
        self.name = name
        self.slots = slots
        self.blocks: list[SharedBlock] = []
        self._sizes: list[int] = []
        self._free: dict[int, list[tuple[int, int]]] = {}
        self._reserved: dict[tuple[int, int], int] = {}

    def wrap(self, value: Any, read_only: bool = False) -> Parcel:
        """Return an object as a parcel, the contents of its arrays copied.

        Parameters
        ----------
        value
            Anything that can be pickled.
        read_only
            Whether only arrays that cannot be written to go into shared memory, because
            there will be several readers.
        """
        description, buffers = pack(value, read_only)
        place = self._put(buffers) if buffers else None
        inline = [] if place else [bytearray(buffer) for buffer in buffers]
        return Parcel(description, place, inline)

    def _put(self, buffers: Sequence[memoryview]) -> Place | None:
        spans, total = [], 0
        for buffer in buffers:
            spans.append((total, buffer.nbytes))
            total += -(-buffer.nbytes // ALIGNMENT) * ALIGNMENT
        slot = self._take(total)
        if slot is None:
            return None
        number, start = slot
        memory = np.asarray(self.blocks[number])
        for (offset, length), buffer in zip(spans, buffers, strict=True):
            first = start + offset
            memory[first : first + length] = np.frombuffer(buffer, np.uint8)
        return Place(number, start, spans)

    def _take(self, total: int) -> tuple[int, int] | None:
        size = max(PAGE, 1 << (total - 1).bit_length())
        fitting = [each for each, free in self._free.items() if each >= size and free]
        if not fitting and not self._add_block(size):
            return None
        free = self._free[min(fitting, default=size)]
        slot = free.pop()
        if self._reserved.get(slot, 0) < total:
            if not self.blocks[slot[0]].reserve(slot[1], total):
                free.append(slot)
                return None
            self._reserved[slot] = total
        return slot

    def _add_block(self, size: int) -> bool:
        number = len(self.blocks)
        slots = max(1, min(self.slots, LARGEST_BLOCK // size))
        try:
            block = SharedBlock(f"{self.name}{number}", slots * size)
        except OSError:
            return False
        self.blocks.append(block)
        self._sizes.append(size)
        slots_of_block = [(number, size * index) for index in reversed(range(slots))]
        self._free.setdefault(size, []).extend(slots_of_block)
        return True

    def give_back(self, block: int, start: int) -> None:
        """Allow a slot to be written again.

        Parameters
        ----------
        block
            The number of the block.
        start
            Where the slot begins in it, in bytes.
        """
        self._free[self._sizes[block]].append((block, start))


class SlotReader:
    """Makes objects out of what a `SlotWriter` in another process put into memory.

    Parameters
    ----------
    name
        The writer's name.
    most_leases
        So many objects may have their arrays on the writer's slots at a time; the
        arrays of others are copied, so that its slots become free.
    unlink
        Whether the names of blocks are removed as soon as they were found. Nothing can
        be left behind then, however the processes end.

    Attributes
    ----------
    given_back : collections.deque of (int, int)
        Blocks and starts of the slots that may be written again.
    """

    def __init__(self, name: str, most_leases: int, unlink: bool = True) -> None:
        self.name = name
        self.most_leases = most_leases
        self.unlink = unlink
        self.given_back: deque[tuple[int, int]] = deque()
        self._blocks: list[SharedBlock] = []
        # Iterators in several threads may meet a new block at the same time.
        self._finding = threading.Lock()
        self._lease_numbers = itertools.count()
        self._leases: dict[int, None] = {}

    def unwrap(self, parcel: Parcel) -> Any:
        """Return the object in a parcel.

        Parameters
        ----------
        parcel
            What the writer's `wrap` returned; each parcel once.
        """
        if parcel.place is None:
            return unpack(parcel.description, parcel.inline)
        block, start, spans = parcel.place
        size = spans[-1][0] + spans[-1][1]
        lease = next(self._lease_numbers)
        end = partial(self._end, lease, block, start)
        memory = np.asarray(Lease(self._block(block), start, size, end))
        self._leases[lease] = None
        if len(self._leases) > self.most_leases:
            memory = memory.copy()
        pieces = [memory[offset : offset + length] for offset, length in spans]
        return unpack(parcel.description, pieces)

    def discard(self, parcel: Parcel) -> None:
        """Give the slot of a parcel back that nobody wants.

        Parameters
        ----------
        parcel
            What the writer's `wrap` returned.
        """
        if parcel.place is not None:
            self._block(parcel.place.block)
            self.given_back.append((parcel.place.block, parcel.place.start))

    def _end(self, lease: int, block: int, start: int) -> None:
        # in the thread that happens to drop the last array: only what is atomic
        self._leases.pop(lease, None)
        self.given_back.append((block, start))

    def _block(self, number: int) -> SharedBlock:
        with self._finding:
            while len(self._blocks) <= number:
                block = SharedBlock(f"{self.name}{len(self._blocks)}")
                if self.unlink:
                    block.unlink()
                self._blocks.append(block)
            return self._blocks[number]

    def sweep(self) -> None:
        """Remove the names of blocks that a writer left which has ended."""
        while True:
            try:
                self._block(len(self._blocks))
            except FileNotFoundError:
                return


def _bytes_at(address: int, size: int) -> dict[str, Any]:
    return {"version": 3, "typestr": "|u1", "shape": (size,), "data": (address, False)}
