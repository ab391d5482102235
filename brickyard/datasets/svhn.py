"""Street View House Numbers: 600,000 digits on photographs of houses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX


class SVHN(H5PYDataset):
    """House numbers: 73,257 training, 531,131 extra and 26,032 test images of a digit.

    Sources are ``features`` (uint8 from 0 to 255, ``(batch, channel, height, width)``
    with the channels red, green and blue of 32 x 32 pixels) and ``targets`` (uint8 from
    0 to 9, ``(batch, index)`` with one index). The default transformers make
    ``features`` floatX from 0 to 1.

    The file ``svhn_format_2.hdf5`` is looked for in the data path. To make it from the
    original files::

        python -m brickyard.datasets.converters svhn --directory D

    Parameters
    ----------
    which_format
        2, the format of cropped digits.
    which_sets
        The splits to use, of ``"train"``, ``"extra"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (1.9 GB with the extra images), rather than
        each batch from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    ValueError
        If the format is another one.
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Netzer, Y., Wang, T., Coates, A., Bissacco, A., Wu, B. and Ng, A. Y. (2011). Reading
    digits in natural images with unsupervised feature learning. NIPS workshop on deep
    learning, section 3.
    """

    default_transformers = uint8_pixels_to_floatX(("features",))

    def __init__(
        self,
        which_format: int,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = False,
        **kwargs: Any,
    ) -> None:
        if which_format != 2:
            raise ValueError(
                "which_format of SVHN must be 2, the cropped digits, got "
                f"{which_format!r}"
            )
        self.which_format = which_format
        path = find_converted_file(self.filename, "SVHN", "svhn")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)

    @property
    def filename(self) -> str:
        """The name of the converted file."""
        return f"svhn_format_{self.which_format}.hdf5"
