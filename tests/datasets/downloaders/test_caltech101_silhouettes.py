import os

import pytest

from brickyard.datasets.downloaders import silhouettes_downloader
from brickyard.datasets.exceptions import UnverifiedDownloadWarning


@pytest.mark.parametrize("size", [16, 28])
def test_file_of_a_size(server, tmp_path, hasty, size):
    name = f"caltech101_silhouettes_{size}_split1.mat"
    server.file(f"/{name}", b"MATLAB")
    prefix = server.address + "/"
    with pytest.warns(UnverifiedDownloadWarning):
        silhouettes_downloader(
            size, directory=tmp_path, url_prefix=prefix, transfer=hasty
        )
    assert (tmp_path / name).read_bytes() == b"MATLAB"
    silhouettes_downloader(size, directory=tmp_path, clear=True)
    assert os.listdir(tmp_path) == []


def test_unknown_size(tmp_path):
    with pytest.raises(ValueError, match="must be 16 or 28 pixels, got 14"):
        silhouettes_downloader(14, directory=tmp_path)
