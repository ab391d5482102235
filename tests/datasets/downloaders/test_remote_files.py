import pytest

from brickyard.datasets.downloaders import DatasetDownload, RemoteFile
from brickyard.datasets.downloaders.remote_files import check_filename


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        " ",
        "a/b",
        "/a",
        "..\\a",
        "C:a",
        "a\0",
        "a\nb",
        "x?",
        "../.bashrc",
    ],
)
def test_names_that_lead_elsewhere(name):
    with pytest.raises(ValueError, match="the server gives the file name"):
        check_filename(name, "the server")
    with pytest.raises(ValueError, match="RemoteFile gives the file name"):
        RemoteFile(name)


@pytest.mark.parametrize("name", ["a", ".hidden", "a b.tar.gz", "ä-1_2.mat"])
def test_names_of_files(name):
    assert check_filename(name, "the server") == name


@pytest.mark.parametrize("digest", ["", "0" * 63, "A" * 64, "md5:" + "0" * 60])
def test_digest_that_is_none(digest):
    with pytest.raises(ValueError, match="'a' must be 64 hexadecimal digits"):
        RemoteFile("a", sha256=digest)


def test_downloads_cannot_be_changed():
    variants = {"": [RemoteFile("a")]}
    download = DatasetDownload("letters", variants)
    variants[""].append(RemoteFile("b"))
    assert download.files == (RemoteFile("a"),)
    with pytest.raises(TypeError):
        download.variants["x"] = ()


def test_default_is_a_variant():
    with pytest.raises(ValueError, match=r"'' must be one of the variants \['1'"):
        DatasetDownload("letters", {"1": ()}, "--size")
