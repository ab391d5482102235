"""Examples of an HDF5 dataset, read from its file past the HDF5 library.

Where HDF5 keeps the values of a dataset as they are, as one stretch of the file or in
chunks of whole examples, the place of every example is known, and reading it takes a
fraction of the library's time, most of all for examples from all over the dataset.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.datasets.kept_mapping import KeptMapping
from brickyard.datasets.mapped_file import MappedFile

if TYPE_CHECKING:
    import h5py

MAPPED_LIMIT = 2**28
"""The size in bytes up to which a source is mapped to take examples from anywhere.

What is mapped may come to count as memory of the process. Examples of larger sources
are read one by one.
"""

_LARGE_CHUNK = 2**14
_MEDIUM_CHUNK = 2**12
_MAX_CHUNKS = 2**14


class DirectReader:
    """Reads the examples of an HDF5 dataset from its file.

    They lie in blocks of equally many neighbouring examples: one block for a
    contiguous dataset, else one for each chunk.

    Parameters
    ----------
    descriptor
        The descriptor of the file, open for reading as long as this is used.
    blocks
        Where each block starts, in bytes from the start of the file, shape
        ``(blocks,)``.
    block_length
        How many examples a block has.
    shape
        The shape of the dataset, ``(examples, ...)``.
    dtype
        The data type of the values in the file.
    mapping
        What maps the file, to take examples from anywhere; None for a mapping that
        ends with this reader.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryFile() as file:
    ...     _ = file.write(bytes(range(10)))
    ...     file.flush()
    ...     blocks = np.array([6, 0])
    ...     reader = DirectReader(file.fileno(), blocks, 2, (4, 2), np.dtype("uint8"))
    ...     reader.take(np.array([3, 0]))
    array([[2, 3],
           [6, 7]], dtype=uint8)
    """

    def __init__(
        self,
        descriptor: int,
        blocks: np.ndarray,
        block_length: int,
        shape: tuple[int, ...],
        dtype: np.dtype,
        mapping: KeptMapping | None = None,
    ) -> None:
        self.descriptor = descriptor
        self.blocks = blocks
        self.block_length = block_length
        self.shape = shape
        self.dtype = dtype
        self.example_size = math.prod(shape[1:]) * dtype.itemsize
        self._end = int(blocks.max()) + block_length * self.example_size
        block_size = block_length * self.example_size
        numbers = np.arange(len(blocks))
        # Where example 0 would lie if all examples lay as those of a block do.
        self._origins = blocks - numbers * block_size
        # One past the last example before the next gap in the file, for each block.
        gaps = np.flatnonzero(np.diff(self._origins)) + 1
        ends = np.append(gaps, len(blocks)) * block_length
        self._ends = ends[np.searchsorted(gaps, numbers, side="right")].tolist()
        self._mapping = mapping or KeptMapping()
        self._maps = len(blocks) * block_size <= MAPPED_LIMIT
        self._record = np.dtype([("example", dtype, shape[1:])])
        self._mapped: MappedFile | None = None
        self._examples = np.empty(0, dtype=np.void)

    def __getitem__(self, selection: int | slice) -> np.ndarray:
        """Return what the HDF5 dataset gives for an index or for neighbours.

        Parameters
        ----------
        selection
            An index, or a slice with a start, a stop and a step of 1.
        """
        if isinstance(selection, slice):
            return self.read(selection.start, selection.stop)
        return self.read(selection, selection + 1)[0]

    def read(self, start: int, stop: int) -> np.ndarray:
        """Return neighbouring examples.

        Parameters
        ----------
        start
            The first example.
        stop
            One past the last example; from `start` on.

        Returns
        -------
        numpy.ndarray
            A new array, shape ``(stop - start, ...)``.

        Raises
        ------
        IndexError
            If there are fewer examples.
        OSError
            If the file cannot be read, or ends before.
        """
        if stop > self.shape[0]:
            raise self._out_of_range(stop - 1)
        examples = np.empty((stop - start, *self.shape[1:]), dtype=self.dtype)
        index = start
        while index < stop:
            block = index // self.block_length
            end = min(self._ends[block], stop)
            place = int(self._origins[block]) + index * self.example_size
            self._fill(examples[index - start : end - start], place)
            index = end
        return examples

    def take(self, indices: np.ndarray) -> np.ndarray:
        """Return examples from anywhere.

        Parameters
        ----------
        indices
            Which ones, at least one, in any order, shape ``(batch,)``.

        Returns
        -------
        numpy.ndarray
            A new array, shape ``(batch, ...)``.

        Raises
        ------
        IndexError
            If there are fewer examples.
        OSError
            If the file cannot be read, or ends before.
        """
        mapped = self._mapped or (self._map_file() if self._maps else None)
        if mapped is None or len(self.blocks) > 1:
            highest = int(np.maximum.reduce(indices))
            if highest >= self.shape[0]:
                raise self._out_of_range(highest)
        if mapped is None:
            return self._take_each(indices)
        mapped.check(self._end)
        if len(self.blocks) == 1:
            taken = self._examples.take(indices)
        else:
            taken = self._examples[self._locate(indices)]
        return taken.view(self._record)["example"]

    def _locate(self, indices: np.ndarray) -> np.ndarray:
        """Return where examples start in the file."""
        origins = self._origins[indices // self.block_length]
        return origins + indices * self.example_size

    def _map_file(self) -> MappedFile | None:
        try:
            mapped = self._mapping.get(self.descriptor)
        except OSError:
            # Some file systems cannot map files.
            self._maps = False
            return None
        mapped.check(self._end)
        content, size = mapped.content, self.example_size
        # NumPy copies values without a meaning fastest.
        dtype = np.dtype((np.void, size))
        if len(self.blocks) == 1:
            first = int(self.blocks[0])
            self._examples = np.ndarray(self.shape[0], dtype, content, first)
        else:
            # What would be an example at each byte of the file.
            number = content.size - size + 1
            self._examples = np.ndarray(number, dtype, content, strides=(1,))
        self._mapped = mapped
        return mapped

    def _take_each(self, indices: np.ndarray) -> np.ndarray:
        """Take examples by a system call each."""
        examples = np.empty((len(indices), *self.shape[1:]), dtype=self.dtype)
        places = self._locate(indices)
        # From the start of the file to its end, as a disk reads best.
        order = np.argsort(places)
        for number, place in zip(order.tolist(), places[order].tolist(), strict=True):
            self._fill(examples[number : number + 1], place)
        return examples

    def _out_of_range(self, index: int) -> IndexError:
        return IndexError(f"there are {self.shape[0]} examples and none is {index}")

    def _fill(self, examples: np.ndarray, place: int) -> None:
        """Read from a place of the file into a contiguous array."""
        count = os.preadv(self.descriptor, (examples,), place)  # type: ignore[arg-type]
        if count == examples.nbytes:
            return
        rest = memoryview(examples.reshape(-1).view(np.uint8).data)
        while count:
            rest, place = rest[count:], place + count
            count = os.preadv(self.descriptor, (rest,), place)
        if rest:
            raise OSError(f"the file ends at byte {place}, within the values")


def direct_reader(
    dataset: h5py.Dataset,
    scattered: bool,
    whole: bool = False,
    mapping: KeptMapping | None = None,
) -> DirectReader | None:
    """Return a reader of an HDF5 dataset; None if only the HDF5 library can read it.

    The library is needed for files that are not plain files opened for reading alone,
    since it may hold values that are not in the file yet; for compressed, sparse and
    other filtered or incomplete values; for chunks that divide examples, or of which
    there are very many; and for values that are not integers, floating-point numbers
    or truth values.

    Parameters
    ----------
    dataset
        The HDF5 dataset, without external storage and not virtual.
    scattered
        Whether examples from anywhere are to be taken. If not, the library reads
        small chunks as fast, since finding all chunks takes time.
    whole
        Whether most of the examples are to be read, so that finding chunks of medium
        size pays, too.
    mapping
        What maps the file, as for `DirectReader`.
    """
    import h5py

    h5file = dataset.file
    if (h5file.driver, h5file.mode, h5file.swmr_mode) != ("sec2", "r", False):
        return None
    if not (hasattr(os, "preadv") and dataset.ndim and dataset.size):
        return None
    dtype = dataset.dtype
    if dtype.kind not in "biuf":
        return None
    if not dataset.id.get_type().equal(h5py.h5t.py_create(dtype)):
        return None
    least = _MEDIUM_CHUNK if whole else _LARGE_CHUNK
    blocks, length = _find_blocks(dataset, 0 if scattered else least)
    descriptor = h5file.id.get_vfd_handle()
    block_size = length * math.prod(dataset.shape[1:]) * dtype.itemsize
    if not blocks or max(blocks) + block_size > os.fstat(descriptor).st_size:
        return None
    offsets = np.array(blocks, dtype=np.int64)
    return DirectReader(descriptor, offsets, length, dataset.shape, dtype, mapping)


def _find_blocks(dataset: h5py.Dataset, least: int) -> tuple[list[int], int]:
    """Return where blocks start and how many examples each has; none if unsuited.

    Chunks of less than `least` bytes are unsuited.
    """
    import h5py

    storage, plist = dataset.id, dataset.id.get_create_plist()
    if plist.get_layout() == h5py.h5d.CONTIGUOUS:
        # Space that was never written to has no place, whatever offset is told.
        whole = storage.get_storage_size() == dataset.size * dataset.dtype.itemsize
        offset = storage.get_offset() if whole else None
        return ([] if offset is None else [offset]), len(dataset)
    if dataset.chunks is None or plist.get_nfilters():
        return [], 0
    if math.prod(dataset.chunks) * dataset.dtype.itemsize < least:
        return [], 0
    length, *rest = dataset.chunks
    number = -(-len(dataset) // length)
    if tuple(rest) != dataset.shape[1:] or number > _MAX_CHUNKS:
        return [], 0
    offsets: dict[int, int] = {}

    def note(chunk: Any) -> None:
        offsets[chunk.chunk_offset[0] // length] = chunk.byte_offset

    storage.chunk_iter(note)
    if not all(block in offsets for block in range(number)):
        return [], 0
    return [offsets[block] for block in range(number)], length
