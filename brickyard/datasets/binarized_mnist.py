"""The binarized MNIST: 70,000 handwritten digits in black and white."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset


class BinarizedMNIST(H5PYDataset):
    """Digits in black and white: 50,000 training, 10,000 validation and test images.

    The one source is ``features`` (uint8, 0 or 1, ``(batch, channel, height, width)``
    with one channel of 28 x 28 pixels). The pixels were drawn once, with the grey
    values of MNIST as their probabilities, so that results can be compared.

    The file ``binarized_mnist.hdf5`` is looked for in the data path. To make it from
    the three original files::

        brickyard data convert binarized_mnist --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"``, ``"valid"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (55 MB), rather than each batch from the
        file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Salakhutdinov, R. and Murray, I. (2008). On the quantitative analysis of deep
    belief networks. ICML, section 5.1.
    """

    filename = "binarized_mnist.hdf5"

    def __init__(
        self,
        which_sets: str | Iterable[str],
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "BinarizedMNIST", "binarized_mnist")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)
