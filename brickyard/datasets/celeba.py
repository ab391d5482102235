"""CelebA: 200,000 faces with 40 attributes each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.names import near_match
from brickyard.datasets.transformers.defaults import uint8_pixels_to_floatX

FORMATS = ("aligned_cropped", "64")


class CelebA(H5PYDataset):
    """Faces of famous people, and which of 40 attributes, as a hat or a smile, apply.

    Sources are ``features`` (uint8 from 0 to 255, ``(batch, channel, height, width)``
    with the channels red, green and blue) and ``targets`` (uint8, 0 or 1, ``(batch,
    target)`` with 40 targets): 162,770 training, 19,867 validation and 19,962 test
    images.

    The default transformers make ``features`` floatX from 0 to 1.

    The file ``celeba_<which_format>.hdf5`` is looked for in the data path. To make it
    from the original files::

        brickyard data convert celeba --which-format 64 --directory D

    Parameters
    ----------
    which_format
        ``"aligned_cropped"`` for 218 x 178 pixels, ``"64"`` for 64 x 64 pixels.
    which_sets
        The splits to use, of ``"train"``, ``"valid"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (24 or 2.5 GB), rather than each batch from
        the file.
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
    Liu, Z., Luo, P., Wang, X. and Tang, X. (2015). Deep learning face attributes in the
    wild. ICCV, section 4.
    """

    default_transformers = uint8_pixels_to_floatX(("features",))

    def __init__(
        self,
        which_format: str,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = False,
        **kwargs: Any,
    ) -> None:
        if which_format not in FORMATS:
            raise ValueError(
                f"which_format of CelebA is {which_format!r}, and there is no such "
                f"format{near_match(str(which_format), FORMATS)}"
            )
        self.which_format = which_format
        converter = f"celeba --which-format {which_format}"
        path = find_converted_file(self.filename, "CelebA", converter)
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)

    @property
    def filename(self) -> str:
        """The name of the converted file."""
        return f"celeba_{self.which_format}.hdf5"
