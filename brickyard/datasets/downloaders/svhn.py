"""Downloading the Street View House Numbers."""

from __future__ import annotations

import os
from typing import Any

from brickyard.datasets.downloaders.fetch import fetch_files, remove_files
from brickyard.datasets.downloaders.registry import DOWNLOADS


def svhn_downloader(
    which_format: int,
    directory: str | os.PathLike[str],
    clear: bool = False,
    **kwargs: Any,
) -> None:
    """Download the original files of the Street View House Numbers, or remove them.

    Parameters
    ----------
    which_format
        1 for the archives of whole numbers, 2 for the ``.mat`` files of cropped digits.
    directory
        Where they go; it is made if it is not there.
    clear
        Whether to remove them in place of downloading them.
    **kwargs
        `url_prefix`, `progress` and `transfer` of `fetch_files`.

    Raises
    ------
    ValueError
        If there is no such format.
    DownloadError
        If a file cannot be downloaded or written, or has another digest.

    References
    ----------
    Netzer, Y., Wang, T., Coates, A., Bissacco, A., Wu, B. and Ng, A. Y. (2011). Reading
    digits in natural images with unsupervised feature learning. NIPS workshop on deep
    learning, section 3.
    """
    if which_format not in (1, 2):
        raise ValueError(
            "which_format of SVHN must be 1 (whole numbers) or 2 (cropped digits), got "
            f"{which_format!r}"
        )
    files = DOWNLOADS["svhn"].variants[str(which_format)]
    if clear:
        remove_files(directory, [file.filename for file in files])
    else:
        fetch_files(directory, files, **kwargs)
