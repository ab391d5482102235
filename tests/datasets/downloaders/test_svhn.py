import os

import pytest

from brickyard.datasets.downloaders import svhn_downloader
from brickyard.datasets.exceptions import DownloadError


@pytest.mark.parametrize(
    ("which_format", "first"), [(1, "train.tar.gz"), (2, "train_32x32.mat")]
)
def test_files_of_a_format(server, tmp_path, hasty, monkeypatch, which_format, first):
    monkeypatch.setattr(
        "brickyard.datasets.downloaders.fetch.find_addresses",
        lambda file, prefix: [prefix + file.filename],
    )
    options = {"url_prefix": server.address + "/", "transfer": hasty}
    with pytest.raises(DownloadError, match=f"'{first}' .*status 404"):
        svhn_downloader(which_format, tmp_path, **options)
    (tmp_path / first).touch()
    svhn_downloader(which_format, tmp_path, clear=True)
    assert os.listdir(tmp_path) == []


def test_unknown_format(tmp_path):
    with pytest.raises(ValueError, match=r"which_format of SVHN must be 1 .*, got 3"):
        svhn_downloader(3, tmp_path)
