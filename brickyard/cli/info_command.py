"""``brickyard data info``: what is in a data file, and what made it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.cli.known_data import find_data_files
from brickyard.cli.printing import format_table, on_one_line
from brickyard.datasets.exceptions import DatasetFileError

if TYPE_CHECKING:
    import click
    import h5py

_MAX_TEXT = 2000


def info_command() -> click.Command:
    """Return the command."""
    import click

    @click.command("info", short_help="What is in a data file, and what made it.")
    @click.argument("file_or_name")
    def info(file_or_name: str) -> None:
        """Show the splits, sources and origin of a data file.

        FILE_OR_NAME is the path of a file, or the name of a data set that has been
        converted.
        """
        texts = [describe_file(path) for path in find_data_files(file_or_name)]
        click.echo("\n\n".join(texts))

    return info


def describe_file(path: Path) -> str:
    """Return a description of a data file, of several lines.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DatasetFileError
        If it is not what a data file should be.
    """
    from brickyard.datasets.hdf5_access import open_h5file

    with open_h5file(path) as h5file:
        try:
            parts = [
                f"{on_one_line(str(path))} ({_size(path.stat().st_size)})",
                format_table(_split_rows(h5file)),
                format_table(_source_rows(h5file)),
                *_origin(h5file),
            ]
        except (KeyError, OSError, RuntimeError) as error:
            raise DatasetFileError(
                f"{str(path)!r} is damaged: {on_one_line(str(error))}"
            ) from error
    return "\n\n".join(parts)


def _size(num_bytes: float) -> str:
    for unit in ("B", "kB", "MB"):
        if num_bytes < 1000:
            return f"{num_bytes:.3g} {unit}"
        num_bytes /= 1000
    return f"{num_bytes:,.3g} GB"


def _split_rows(h5file: h5py.File) -> list[tuple[str, str, str]]:
    from brickyard.datasets import hdf5_layout as layout

    rows = [("SPLIT", "EXAMPLES", "SOURCES")]
    for split in layout.get_all_splits(h5file):
        sources = layout.get_provided_sources(h5file, split)
        subsets = layout.get_subsets(h5file, [split], sources)
        lengths = sorted({subset.num_examples for subset in subsets})
        counts = " or ".join(f"{length:,}" for length in lengths)
        rows.append((split, counts or "0", ", ".join(sources)))
    return rows


def _source_rows(h5file: h5py.File) -> list[tuple[str, str, str, str]]:
    from brickyard.datasets import hdf5_layout as layout
    from brickyard.datasets.hdf5_access import checked_dataset

    rows = [("SOURCE", "DTYPE", "SHAPE", "AXES")]
    labels = layout.get_axis_labels(h5file)
    varying = layout.get_vlen_sources(h5file)
    for source in layout.get_all_sources(h5file):
        dataset = checked_dataset(h5file, source)
        shape = ", ".join(map(str, dataset.shape))
        if source in varying:
            shape += ", varying"
        elif dataset.ndim == 1:
            shape += ","
        axes = ", ".join(label or "?" for label in labels[source])
        rows.append((source, _dtype(dataset), f"({shape})", axes))
    return rows


def _dtype(dataset: h5py.Dataset) -> str:
    import h5py

    if h5py.check_string_dtype(dataset.dtype) is not None:
        return "text"
    inner = h5py.check_vlen_dtype(dataset.dtype)
    return str(dataset.dtype if inner is None else inner)


def _origin(h5file: h5py.File) -> Iterator[str]:
    """Yield tables of the attributes that are texts, and of the original files."""
    rows = []
    for name in h5file.attrs:
        if name != "split":
            value = h5file.attrs[name]
            text = value.decode(errors="replace") if isinstance(value, bytes) else value
            if isinstance(text, str):
                rows.append((name, text[:_MAX_TEXT]))
    if rows:
        yield format_table([("ATTRIBUTE", "VALUE"), *rows])
    files = _original_files(h5file)
    if files:
        yield format_table([("ORIGINAL FILE", "SHA-256"), *sorted(files.items())])


def _original_files(h5file: h5py.File) -> dict[str, str]:
    from brickyard.datasets import hdf5_layout as layout
    from brickyard.datasets.hdf5_access import checked_dataset

    found: dict[str, str] = {}
    for source in layout.get_all_sources(h5file):
        noted: Any = checked_dataset(h5file, source).attrs.get("inputs", "{}")
        try:
            digests = json.loads(noted)
        except (TypeError, ValueError):
            continue
        if isinstance(digests, dict):
            found.update({str(name): str(digest) for name, digest in digests.items()})
    return found
