"""Digits: 1,797 small handwritten digits, shipped with the package."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.scale_and_shift import ScaleAndShift

FILE = Path(__file__).parent / "files" / "digits.hdf5"


class Digits(H5PYDataset):
    """Handwritten digits: 1,437 training and 360 test images of 8 x 8 pixels.

    Sources are ``features`` (uint8 from 0 to 16, ``(batch, channel, height, width)``
    with one channel) and ``targets`` (uint8 from 0 to 9, ``(batch, index)`` with one
    index), laid out as in `MNIST`. The default transformers make ``features`` floatX
    from 0 to 1.

    The division is stratified by class and was drawn with a fixed seed; see
    ``brickyard.datasets.converters.split_digits``. The attributes of the file hold
    attribution, citation and license.

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (120 kB), rather than each batch
        from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    References
    ----------
    Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, SequentialScheme
    >>> test = Digits(("test",))
    >>> stream = DataStream.default_stream(
    ...     test, iteration_scheme=SequentialScheme(test.num_examples, 100)
    ... )
    >>> [features.shape for features, targets in stream.get_epoch_iterator()]
    [(100, 1, 8, 8), (100, 1, 8, 8), (100, 1, 8, 8), (60, 1, 8, 8)]
    """

    default_transformers = (
        (ScaleAndShift, [1 / 16, 0], {"which_sources": ("features",)}),
    )

    def __init__(
        self,
        which_sets: Iterable[str],
        *,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(FILE, which_sets, load_in_memory=load_in_memory, **kwargs)
