"""Words and the one that comes after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickyard.datasets.iterator import Data
from brickyard.datasets.ordering import positive_number
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.axis_labels import BATCH_LABEL, Labels
from brickyard.datasets.transformers.window import Window


class NGrams(Window):
    """Divide sequences into runs of n elements, each with the element after it.

    Parameters
    ----------
    ngram_order
        How many elements a run has.
    data_stream
        The stream below, of examples with one source, which are sequences.
    target_source
        A name for the element after the run.
    axis_labels
        Names of the axes, by source; None for those of the stream below, without the
        first axis for the target.

    Raises
    ------
    TypeError
        If `ngram_order` is not an integer, or `data_stream` is not a stream.
    ValueError
        If `ngram_order` is below 1, or the stream below gives batches, has several
        sources, or one named `target_source`.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> sentences = DataStream(IterableDataset({"words": [[5, 3, 8, 2], [1, 4]]}))
    >>> list(NGrams(2, sentences).get_epoch_iterator())
    [([5, 3], 8), ([3, 8], 2)]
    """

    def __init__(
        self,
        ngram_order: int,
        data_stream: AbstractDataStream,
        target_source: str = "targets",
        *,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        positive_number(ngram_order, "ngram_order", "NGrams")
        super().__init__(
            0,
            ngram_order,
            1,
            False,
            data_stream,
            target_source,
            axis_labels=axis_labels,
        )

    def target_labels(self, labels: Labels) -> Labels:
        """Return the axis labels of one element.

        Parameters
        ----------
        labels
            Those of the sequences.
        """
        if labels[:1] == (BATCH_LABEL,):
            return (BATCH_LABEL, *labels[2:])
        return labels[1:]

    def windows(self, sequence: Any, index: int) -> Data:
        """Return a run of elements and the element after it.

        Parameters
        ----------
        sequence
            The sequence.
        index
            Where in it the run begins.
        """
        source, target = super().windows(sequence, index)
        return source, target[0]
