"""ImageNet's challenge of 2012: photographs of 1000 kinds of things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brickyard.datasets.converted import find_converted_file
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.transformers.defaults import rgb_images_from_encoded_bytes


class ILSVRC2012(H5PYDataset):
    """Photographs of 1000 classes, as files, from ImageNet's challenge of 2012.

    Sources are ``encoded_images`` (the contents of image files, uint8, each
    ``(byte,)``), ``filenames`` (bytes, ``(batch, index)`` with one index) and
    ``targets`` (int16 from 0 to 999, ``(batch, index)`` with one index): 1,281,167
    training, 50,000 validation and 100,000 test images, of which the last have no
    targets.

    The default transformers decode ``encoded_images`` to uint8 from 0 to 255, each
    ``(channel, height, width)`` with the channels red, green and blue.

    The file ``ilsvrc2012.hdf5`` is looked for in the data path. To make it from the
    original archives::

        brickyard data convert ilsvrc2012 --directory D

    Parameters
    ----------
    which_sets
        The splits to use, of ``"train"``, ``"valid"`` and ``"test"``.
    load_in_memory
        Whether to read all of it at once (more than 100 GB), rather than each batch
        from the file.
    **kwargs
        `subset`, `sources` and the rest of `H5PYDataset`.

    Raises
    ------
    FileNotFoundError
        If the file is not in the data path.

    References
    ----------
    Russakovsky, O., Deng, J., Su, H., Krause, J., Satheesh, S., Ma, S., Huang, Z.,
    Karpathy, A., Khosla, A., Bernstein, M., Berg, A. C. and Fei-Fei, L. (2015).
    ImageNet large scale visual recognition challenge. International Journal of Computer
    Vision 115(3), section 3.
    """

    filename = "ilsvrc2012.hdf5"
    default_transformers = rgb_images_from_encoded_bytes(("encoded_images",))

    def __init__(
        self,
        which_sets: str | Iterable[str],
        *,
        load_in_memory: bool = False,
        **kwargs: Any,
    ) -> None:
        path = find_converted_file(self.filename, "ILSVRC2012", "ilsvrc2012")
        super().__init__(path, which_sets, load_in_memory=load_in_memory, **kwargs)
