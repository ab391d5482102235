"""Street View House Numbers: 600,000 digits on photographs of houses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX


class SVHN(H5PYDataset):
    """House numbers on photographs: whole numbers (format 1) or single digits (2).

    In format 2 sources are ``features`` (uint8 from 0 to 255, ``(batch, channel,
    height, width)`` with the channels red, green and blue of 32 x 32 pixels) and
    ``targets`` (uint8 from 0 to 9, ``(batch, index)`` with one index): 73,257 training,
    531,131 extra and 26,032 test images.

    In format 1 they are ``features``, of different heights and widths, and
    ``bbox_heights``, ``bbox_labels``, ``bbox_lefts``, ``bbox_tops`` and ``bbox_widths``
    (int16, ``(batch, index)`` with an index for each digit on the image): 33,402
    training, 202,353 extra and 13,068 test images.

    The default transformers make ``features`` floatX from 0 to 1.

    The file ``svhn_format_<which_format>.hdf5`` is looked for in the data path. To make
    it from the original files::

        brickyard data convert svhn --which-format 2 --directory D

    Parameters
    ----------
    which_format
        1 or 2.
    which_sets
        The splits to use, of ``"train"``, ``"extra"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (1.9 GB for format 2 with the extra images),
        rather than each batch from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    ValueError
        If there is no such format.
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
        if which_format not in (1, 2):
            raise ValueError(
                "which_format of SVHN must be 1 (whole numbers) or 2 (cropped digits), "
                f"got {which_format!r}"
            )
        self.which_format = which_format
        converter = f"svhn --which-format {which_format}"
        path = find_converted_file(self.filename, "SVHN", converter)
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)

    @property
    def filename(self) -> str:
        """The name of the converted file."""
        return f"svhn_format_{self.which_format}.hdf5"
