"""Rectangular batches out of sequences of different lengths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from brickyard.datasets.float_type import float_x
from brickyard.datasets.iterator import Data
from brickyard.datasets.streams import AbstractDataStream, AxisLabels
from brickyard.datasets.transformers.arrays import as_array, is_ragged
from brickyard.datasets.transformers.base import Transformer
from brickyard.datasets.transformers.cast import as_dtype
from brickyard.datasets.transformers.source_names import check_distinct, check_known


class Padding(Transformer):
    """Pad the sequences of a batch with zeros, and add masks that tell them apart.

    Sequences of shape ``(time, ...)`` become an array of shape ``(batch, time, ...)``
    as long as the longest of them. After it comes a source ``<source>_mask`` of shape
    ``(batch, time)``, 1 where there are data and 0 where there is padding.

    Parameters
    ----------
    data_stream
        The stream below, of batches.
    mask_sources
        Names of the sources to pad; None for all of them.
    mask_dtype
        The data type of the masks; None for floatX: ``pytensor.config.floatX`` if
        PyTensor has been imported when the transformer is constructed, float32
        otherwise.
    axis_labels
        Names of the axes, by source; None for those of the stream below, from which
        those of the masks follow.

    Raises
    ------
    TypeError
        If `mask_sources` is a single string, or `mask_dtype` is not a data type.
    ValueError
        If the stream below gives examples, `mask_sources` names a source it does not
        have, or it already has a source with the name of a mask.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> dataset = IndexableDataset({"x": [[1, 2, 3], [4]]})
    >>> stream = Padding(DataStream(dataset, SequentialScheme(2, 2)))
    >>> stream.sources
    ('x', 'x_mask')
    >>> x, mask = next(stream.get_epoch_iterator())
    >>> x.tolist(), mask.tolist()
    ([[1, 2, 3], [4, 0, 0]], [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    """

    keeps_length = True

    def __init__(
        self,
        data_stream: AbstractDataStream,
        mask_sources: Iterable[str] | None = None,
        mask_dtype: DTypeLike | None = None,
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_stream, produces_examples=False, axis_labels=axis_labels)
        if data_stream.produces_examples:
            raise ValueError(
                f"Padding makes the sequences of a batch equally long, but "
                f"{type(data_stream).__name__} gives examples; put a Batch between them"
            )
        below = data_stream.sources
        if mask_sources is None:
            mask_sources = below
        elif not isinstance(mask_sources, str):
            mask_sources = tuple(mask_sources)
        check_known(mask_sources, below, "Padding: mask_sources")
        self.mask_sources = tuple(mask_sources)
        self.mask_dtype = (
            float_x() if mask_dtype is None else as_dtype(mask_dtype, "Padding")
        )
        check_distinct(self.sources, "Padding")
        if axis_labels is None:
            self.axis_labels = labels_with_masks(self.axis_labels, self.mask_sources)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources and masks, in the order of the data."""
        return with_masks(self.data_stream.sources, self.mask_sources)

    def transform_batch(self, batch: Data) -> Data:
        """Return a batch with its sequences padded, and their masks.

        Parameters
        ----------
        batch
            One array per source of the stream below, the batch axis first.

        Raises
        ------
        ValueError
            If the elements of sequences in one source differ in shape, or a source has
            no time axis.
        """
        result: list[Any] = []
        for source, data in zip(self.data_stream.sources, batch, strict=True):
            if source in self.mask_sources:
                padded, mask = pad(data, source)
                result += [padded, mask.astype(self.mask_dtype)]
            else:
                result.append(data)
        return tuple(result)


def with_masks(sources: Iterable[str], mask_sources: Iterable[str]) -> tuple[str, ...]:
    """Return the names of sources with those of their masks after them.

    Parameters
    ----------
    sources
        The names of all sources.
    mask_sources
        Those that have a mask.

    Examples
    --------
    >>> with_masks(("x", "y"), ("x",))
    ('x', 'x_mask', 'y')
    """
    masked = set(mask_sources)
    return tuple(
        name
        for source in sources
        for name in ((source, f"{source}_mask") if source in masked else (source,))
    )


def labels_with_masks(
    axis_labels: AxisLabels | None, mask_sources: Iterable[str]
) -> AxisLabels | None:
    """Return the axis labels of batches with those of their masks.

    Parameters
    ----------
    axis_labels
        Names of the axes, by source; or None.
    mask_sources
        The sources that have a mask.

    Examples
    --------
    >>> labels_with_masks({"x": ("batch", "time", "feature")}, ["x"])["x_mask"]
    ('batch', 'time')
    """
    if axis_labels is None:
        return None
    labelled = [source for source in mask_sources if source in axis_labels]
    masks = {f"{source}_mask": axis_labels[source][:2] for source in labelled}
    return {**axis_labels, **masks}


def pad(
    data: Any, source: str, length: int | None = None, owner: str = "Padding"
) -> tuple[np.ndarray, np.ndarray]:
    """Pad the sequences of one source of a batch with zeros.

    Parameters
    ----------
    data
        Sequences of shape ``(time, ...)``, one per example.
    source
        The name of the source, for the message.
    length
        The length to pad to, at least that of the longest sequence; None for that.
    owner
        The class of the transformer, for the message.

    Returns
    -------
    tuple of numpy.ndarray
        The padded sequences, of shape ``(batch, time, ...)``, and a mask of truth
        values of shape ``(batch, time)``.

    Raises
    ------
    ValueError
        If elements differ in shape, or there is no time axis.

    Examples
    --------
    >>> pad([[1], [2, 3]], "x")[0].tolist()
    [[1, 0], [2, 3]]
    """
    batch = as_array(data)
    lengths = sequence_lengths(batch, source, owner)
    if not is_ragged(batch) and length in (None, batch.shape[1]):
        return batch, np.ones(batch.shape[:2], bool)
    if length is None:
        length = int(lengths.max(initial=0))
    sequences = [as_array(sequence) for sequence in batch]
    if not sequences:
        return np.zeros((0, length)), np.zeros((0, length), bool)
    # an empty list has no elements that could say what their shape and dtype are
    known = [s for s in sequences if s.shape != (0,)] or sequences
    shapes = sorted({sequence.shape[1:] for sequence in known})
    if len(shapes) > 1:
        raise ValueError(
            f"{owner}: the sequences of source {source!r} may differ in their first "
            f"axis only, but their elements have the shapes {shapes[0]} and "
            f"{shapes[1]}; make these equal with a Mapping, or leave the source out of "
            "mask_sources"
        )
    elements = np.concatenate(known)
    mask = np.arange(length) < lengths[:, None]
    padded = np.zeros(mask.shape + elements.shape[1:], elements.dtype)
    padded[mask] = elements
    return padded, mask


def sequence_lengths(batch: np.ndarray, source: str, owner: str) -> np.ndarray:
    """Return how long the sequences of one source of a batch are.

    Parameters
    ----------
    batch
        One array, shape ``(batch, time, ...)``, or one array per sequence.
    source
        The name of the source, for the message.
    owner
        The class of the transformer, for the message.

    Returns
    -------
    numpy.ndarray
        The lengths, shape ``(batch,)``.

    Raises
    ------
    ValueError
        If there is no time axis.

    Examples
    --------
    >>> sequence_lengths(as_array([[1], [2, 3]]), "x", "Padding")
    array([1, 2])
    """
    if is_ragged(batch):
        sequences = [as_array(sequence) for sequence in batch]
        if all(sequence.ndim > 0 for sequence in sequences):
            return np.fromiter(map(len, sequences), np.intp, len(sequences))
    elif batch.ndim > 1:
        return np.full(len(batch), batch.shape[1])
    raise ValueError(
        f"{owner}: source {source!r} has one number per example, and no sequences that "
        "could be padded; name the sources to pad in mask_sources"
    )
