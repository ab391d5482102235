"""Downloaders: original files of data sets, checked, from servers to a directory."""

from brickyard.datasets.downloaders.base import (
    default_downloader,
    download,
    filename_from_url,
)
from brickyard.datasets.downloaders.caltech101_silhouettes import (
    silhouettes_downloader,
)
from brickyard.datasets.downloaders.connections import Transfer
from brickyard.datasets.downloaders.fetch import (
    ensure_directory_exists,
    fetch_files,
    remove_files,
)
from brickyard.datasets.downloaders.registry import DOWNLOADS
from brickyard.datasets.downloaders.remote_files import DatasetDownload, RemoteFile
from brickyard.datasets.downloaders.svhn import svhn_downloader

__all__ = [
    "DOWNLOADS",
    "DatasetDownload",
    "RemoteFile",
    "Transfer",
    "default_downloader",
    "download",
    "ensure_directory_exists",
    "fetch_files",
    "filename_from_url",
    "remove_files",
    "silhouettes_downloader",
    "svhn_downloader",
]
