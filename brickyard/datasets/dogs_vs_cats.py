"""Dogs vs. Cats: 37,500 photographs of pets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX


class DogsVsCats(H5PYDataset):
    """Photographs of cats (0) and dogs (1), of different sizes.

    Sources are ``image_features`` (uint8 from 0 to 255, each ``(channel, height,
    width)`` with the channels red, green and blue) and ``targets`` (uint8, ``(batch,
    index)`` with one index): 25,000 training images, and 12,500 test images, which have
    no targets.

    The default transformers make ``image_features`` floatX from 0 to 1.

    The file ``dogs_vs_cats.hdf5`` is looked for in the data path. To make it from the
    original archives::

        brickyard data convert dogs_vs_cats --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (16 GB), rather than each batch from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Elson, J., Douceur, J. R., Howell, J. and Saul, J. (2007). Asirra: a CAPTCHA that
    exploits interest-aligned manual image categorization. CCS, section 3.
    """

    filename = "dogs_vs_cats.hdf5"
    default_transformers = uint8_pixels_to_floatX(("image_features",))

    def __init__(
        self,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = False,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "DogsVsCats", "dogs_vs_cats")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)
