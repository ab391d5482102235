"""A description of a data stream, to tell whether a position belongs to it.

A cursor says how many batches were taken; it means something only in a stream that
gives the same batches. The description holds what decides on that: the chain of
streams, the datasets and the schemes with their sizes and seeds.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

_SETTINGS = ("batch_size", "seed", "sorted_indices", "num_examples", "times")


def describe_stream(stream: Any) -> dict[str, Any]:
    """Describe a stream, the streams it takes its data from, and their schemes.

    Parameters
    ----------
    stream
        A data stream.

    Returns
    -------
    dict
        JSON values by path.

    Examples
    --------
    >>> from brickyard.datasets import IndexableDataset
    >>> from brickyard.datasets.schemes import SequentialScheme
    >>> from brickyard.datasets.streams import DataStream
    >>> data = IndexableDataset({"x": np.arange(6)})
    >>> described = describe_stream(DataStream(data, SequentialScheme(6, 2)))
    >>> described["DataStream.SequentialScheme.batch_size"]
    2
    """
    described: dict[str, Any] = {}
    _describe(stream, "", described)
    return described


def check_stream_description(saved: Mapping[str, Any], stream: Any) -> None:
    """Raise unless a saved position belongs to a stream like this one.

    Parameters
    ----------
    saved
        What `describe_stream` gave when the position was saved.
    stream
        The stream that is about to be moved there.

    Raises
    ------
    ValueError
        Naming the first difference.
    """
    current = describe_stream(stream)
    for key in [*saved, *(key for key in current if key not in saved)]:
        was, now = saved.get(key, "absent"), current.get(key, "absent")
        if was != now:
            raise ValueError(
                f"the data stream is not the one whose position was saved: {key} is "
                f"{now!r} and was {was!r}, so the batches would not be the same. "
                "Restore the former setting, or warm-start with Load"
            )


def _describe(part: Any, prefix: str, described: dict[str, Any]) -> None:
    """Add a stream, a dataset or a scheme and what it is made of."""
    path = f"{prefix}{type(part).__name__}"
    described[path] = list(getattr(part, "sources", ()))
    for name in _SETTINGS:
        value = getattr(part, name, None)
        if isinstance(value, bool | int | str):
            described[f"{path}.{name}"] = value
    indices = getattr(part, "indices", None)
    if indices is not None and not callable(indices):
        described[f"{path}.indices"] = _digest(indices)
    below = [getattr(part, name, None) for name in ("data_stream", "dataset")]
    below.append(getattr(part, "iteration_scheme", None))
    for name in ("data_streams", "schemes"):
        below.extend(getattr(part, name, None) or ())
    for number, child in enumerate(below):
        if child is not None:
            position = "" if number < 3 else f"{number - 3}."
            _describe(child, f"{path}.{position}", described)


def _digest(indices: Any) -> str:
    if isinstance(indices, range):
        return f"{indices.start}:{indices.stop}:{indices.step}"
    array = np.ascontiguousarray(np.asarray(indices, "int64"))
    return f"{array.size} indices {zlib.crc32(array.tobytes()):08x}"
