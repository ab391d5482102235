"""Downloading CalTech 101 Silhouettes."""

from __future__ import annotations

import os
from typing import Any

from brickyard.datasets.downloaders.fetch import fetch_files, remove_files
from brickyard.datasets.downloaders.registry import DOWNLOADS


def silhouettes_downloader(
    size: int,
    *,
    directory: str | os.PathLike[str],
    clear: bool = False,
    **kwargs: Any,
) -> None:
    """Download the original file of CalTech 101 Silhouettes, or remove it.

    Parameters
    ----------
    size
        Height and width of the images in pixels, 16 or 28.
    directory
        Where it goes; it is made if it is not there.
    clear
        Whether to remove it in place of downloading it.
    **kwargs
        `url_prefix`, `progress` and `transfer` of `fetch_files`.

    Raises
    ------
    ValueError
        If there are no images of that size.
    DownloadError
        If the file cannot be downloaded or written, or has another digest.

    References
    ----------
    Marlin, B. M., Swersky, K., Chen, B. and de Freitas, N. (2010). Inductive principles
    for restricted Boltzmann machine learning. AISTATS, section 5.1.
    """
    if size not in (16, 28):
        raise ValueError(
            f"size of CalTech101Silhouettes must be 16 or 28 pixels, got {size!r}"
        )
    files = DOWNLOADS["caltech101_silhouettes"].variants[str(size)]
    if clear:
        remove_files(directory, [file.filename for file in files])
    else:
        fetch_files(directory, files, **kwargs)
