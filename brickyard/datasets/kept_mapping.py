"""The mapping of a file, kept from one opening of the file to the next.

The system sets up a mapping page by page, when a page is first looked at. Of a file
that every epoch opens anew, an epoch would spend a fifth to a third of its time on it.
"""

from __future__ import annotations

from typing import Any

from brickyard.datasets.mapped_file import MappedFile


class KeptMapping:
    """Maps a file, and gives the same mapping as long as it is asked for that file.

    Pickled or copied, it has no mapping.

    Examples
    --------
    >>> import tempfile
    >>> kept = KeptMapping()
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"brickyard")
    ...     file.flush()
    ...     mapped = kept.get(file.fileno())
    ...     with open(file.name, "rb") as again:
    ...         kept.get(again.fileno()) is mapped
    True
    """

    def __init__(self) -> None:
        self._mapped: MappedFile | None = None

    def get(self, descriptor: int) -> MappedFile:
        """Return a mapping of all of a file as it is now.

        Parameters
        ----------
        descriptor
            The file descriptor, open for reading.

        Raises
        ------
        OSError
            If the file cannot be mapped.
        """
        mapped = self._mapped
        if mapped is None or not mapped.shows(descriptor):
            mapped = self._mapped = MappedFile(descriptor)
        return mapped

    def __reduce__(self) -> Any:
        return KeptMapping, ()
