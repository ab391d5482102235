import hashlib
import io
import os

import pytest

from brickyard.datasets.downloaders import (
    default_downloader,
    download,
    filename_from_url,
)
from brickyard.datasets.exceptions import (
    DownloadError,
    NeedURLPrefix,
    UnverifiedDownloadWarning,
)

CONTENT = b"sepal and petal\n" * 100
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (None, "iris.data"),
        ("attachment", "iris.data"),
        ('attachment; filename="other.data"', "other.data"),
        ("attachment; filename=other.data", "other.data"),
        ("attachment; filename*=UTF-8''bl%C3%BCte.data", "blüte.data"),
    ],
)
def test_file_name(server, disposition, name):
    headers = {} if disposition is None else {"Content_Disposition": disposition}
    url = server.answer("/in/iris.data?version=1", 200, CONTENT, **headers)
    assert filename_from_url(url) == name
    assert filename_from_url(url, "folder") == os.path.join("folder", name)


@pytest.mark.parametrize(
    "name", ["../iris.data", "/etc/passwd", "..", "a\\b", "C:x", ""]
)
def test_file_name_that_leads_elsewhere(server, name):
    header = f'attachment; filename="{name}"'
    url = server.answer("/iris.data", 200, CONTENT, Content_Disposition=header)
    with pytest.raises(DownloadError, match=r"server of .*gives the file name"):
        filename_from_url(url)


@pytest.mark.parametrize("path", ["/", "/in/", "/..%2Fpasswd"])
def test_address_without_a_file_name(server, path):
    with pytest.raises(DownloadError, match=r"the address .*gives the file name"):
        filename_from_url(server.answer(path, 200))


def test_file_name_of_an_address_that_is_not_there(server):
    with pytest.raises(DownloadError, match=r"cannot find a file name .*status 404"):
        filename_from_url(server.address + "/iris.data")


def test_download(server):
    file = io.BytesIO()
    download(server.file("/iris.data", CONTENT), file)
    assert file.getvalue() == CONTENT


@pytest.mark.parametrize("cut", [0, 100])
def test_download_of_a_part(server, cut):
    url = server.file("/iris.data", CONTENT, cut=cut)
    with pytest.raises(DownloadError, match=r"cannot download '.*': the connection"):
        download(url, io.BytesIO())


def test_download_of_a_page(server):
    url = server.answer("/iris.data", 200, b"<p>", Content_Type="text/html")
    with pytest.raises(DownloadError, match="a web page came"):
        download(url, io.BytesIO())


def test_default_downloader(server, tmp_path, hasty):
    server.file("/iris.data", CONTENT)
    server.file("/second", CONTENT)
    arguments = (
        [server.address + "/iris.data", "second", None],
        [None, "two.data", "iris.data"],
    )
    options = {"url_prefix": server.address + "/", "transfer": hasty}
    folder = tmp_path / "a" / "b"
    default_downloader(folder, *arguments, **options, sha256=[DIGEST] * 3)
    assert sorted(os.listdir(folder)) == ["iris.data", "two.data"]
    default_downloader(folder, *arguments, **options, clear=True)
    assert os.listdir(folder) == []


def test_default_downloader_without_digests(server, tmp_path, hasty):
    url = server.file("/iris.data", CONTENT)
    with pytest.warns(UnverifiedDownloadWarning):
        default_downloader(tmp_path, [url], [None], transfer=hasty)
    assert sorted(os.listdir(tmp_path)) == ["iris.data", "iris.data.sha256"]


def test_default_downloader_wants_a_prefix(tmp_path):
    with pytest.raises(NeedURLPrefix, match=r"'iris.data' has no free address"):
        default_downloader(tmp_path, [None], ["iris.data"])


def test_default_downloader_wants_lists_of_one_length(tmp_path):
    with pytest.raises(ValueError, match="1 urls, 2 filenames and 1 digests"):
        default_downloader(tmp_path, ["a"], ["b", "c"])
    with pytest.raises(ValueError, match="without name and address"):
        default_downloader(tmp_path, [None], [None])


def test_default_downloader_refuses_names_with_folders(tmp_path):
    with pytest.raises(ValueError, match=r"file name '\.\./x'"):
        default_downloader(tmp_path, ["http://127.0.0.1:9/x"], ["../x"])
