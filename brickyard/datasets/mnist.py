"""MNIST: 70,000 handwritten digits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX


class MNIST(H5PYDataset):
    """Handwritten digits: 60,000 training and 10,000 test images of 28 x 28 pixels.

    Sources are ``features`` (uint8 from 0 to 255, ``(batch, channel, height, width)``
    with one channel) and ``targets`` (uint8 from 0 to 9, ``(batch, index)`` with one
    index). The default transformers make ``features`` floatX from 0 to 1.

    The file ``mnist.hdf5`` is looked for in the data path. To make it from the four
    original files::

        brickyard data convert mnist --directory D

    which writes it into the first folder of the data path.

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (55 MB), rather than each batch
        from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning
    applied to document recognition. Proceedings of the IEEE 86(11), section III.A.
    """

    filename = "mnist.hdf5"
    default_transformers = uint8_pixels_to_floatX(("features",))

    def __init__(
        self,
        which_sets: Iterable[str],
        *,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "MNIST", "mnist")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)
