"""Fashion-MNIST: 70,000 pictures of clothes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX


class FashionMNIST(H5PYDataset):
    """Clothes: 60,000 training and 10,000 test images of 28 x 28 pixels.

    Sources are laid out as those of `MNIST`. The classes are, in order: T-shirt,
    trousers, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.

    The file ``fashion_mnist.hdf5`` is looked for in the data path. To make it from the
    four original files::

        brickyard data convert fashion_mnist --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"`` and ``"test"``.
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
    Xiao, H., Rasul, K. and Vollgraf, R. (2017). Fashion-MNIST: a novel image dataset
    for benchmarking machine learning algorithms. arXiv:1708.07747, section 2.
    """

    filename = "fashion_mnist.hdf5"
    default_transformers = uint8_pixels_to_floatX(("features",))

    def __init__(
        self,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = True,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "FashionMNIST", "fashion_mnist")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)
