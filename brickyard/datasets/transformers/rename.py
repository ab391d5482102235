"""Other names for sources."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal

from brickyard.datasets.iterator import Data
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import AgnosticTransformer
from brickyard.datasets.transformers.source_names import check_distinct, check_known


class Rename(AgnosticTransformer):
    """Give sources other names, such as those of a graph's inputs.

    Parameters
    ----------
    data_stream
        The stream below, of examples or batches.
    names
        From names of sources below to the names they get; others keep theirs. Two
        sources can swap names.
    on_non_existent
        What to do about a name that is not a source below: ``"raise"``, ``"warn"`` or
        ``"ignore"``.
    axis_labels
        Names of the axes, by new name of the source; None for those of the stream
        below.

    Raises
    ------
    TypeError
        If `names` is not a mapping to strings.
    ValueError
        If a name is not a source of the stream below, or two sources would have one
        name.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> stream = Rename(DataStream(IterableDataset({"x": [1, 2]})), {"x": "features"})
    >>> list(stream.get_epoch_iterator(as_dict=True))
    [{'features': 1}, {'features': 2}]
    """

    keeps_length = True

    def __init__(
        self,
        data_stream: AbstractDataStream,
        names: Mapping[str, str],
        on_non_existent: Literal["raise", "warn", "ignore"] = "raise",
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, axis_labels=axis_labels)
        if not isinstance(names, Mapping):
            raise TypeError(
                f"Rename: names must be a mapping from old to new names, got {names!r}"
            )
        for name in names.values():
            if not isinstance(name, str):
                raise TypeError(f"Rename: new names must be strings, got {name!r}")
        if on_non_existent not in ("raise", "warn", "ignore"):
            raise ValueError(
                "Rename: on_non_existent must be 'raise', 'warn' or 'ignore', got "
                f"{on_non_existent!r}"
            )
        below = data_stream.sources
        if on_non_existent != "ignore":
            try:
                check_known(names, below, "Rename: names")
            except ValueError as error:
                if on_non_existent == "raise":
                    raise
                warnings.warn(str(error), stacklevel=2)
        self.names = dict(names)
        self._sources = tuple(names.get(source, source) for source in below)
        check_distinct(self._sources, "Rename")
        if axis_labels is None and self.axis_labels is not None:
            self.axis_labels = {
                names.get(source, source): self.axis_labels[source]
                for source in below
                if source in self.axis_labels
            }

    @property
    def sources(self) -> tuple[str, ...]:
        """The new names of the sources, in the order of the data."""
        return self._sources

    def transform_any(self, data: Data) -> Data:
        """Return the data as they are.

        Parameters
        ----------
        data
            One array per source of the stream below.
        """
        return data
