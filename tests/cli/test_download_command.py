import hashlib

import pytest

from brickyard.cli.download_command import choose_files
from brickyard.datasets.downloaders import DOWNLOADS

CONTENT = b"purr " * 1000


@pytest.fixture
def cats(announce, make_module, web):
    """Announce downloads named cats: two files, one of which has a digest."""
    folder, address = web
    (folder / "a.gz").write_bytes(CONTENT)
    (folder / "b.gz").write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    module = make_module(
        "cli_plugin_download",
        "from brickyard.datasets.downloaders import DatasetDownload, RemoteFile\n"
        f"a = RemoteFile('a.gz', ({address + 'a.gz'!r},), {digest!r})\n"
        f"b = RemoteFile('b.gz', ({address + 'b.gz'!r},))\n"
        "cats = DatasetDownload('cats', {'1': (a,), '2': (a, b)}, '--size', '1',\n"
        "    note='feed them')\n"
        "dogs = DatasetDownload('dogs', {'': (RemoteFile('a.gz'),)},\n"
        "    by_hand='sign the form at example.org')\n",
    )
    announce(
        ("brickyard.downloaders", "cats", f"{module}:cats", "dist-a"),
        ("brickyard.downloaders", "dogs", f"{module}:dogs", "dist-a"),
    )
    return address


def test_files_go_to_the_data_path(run, cats, data_path):
    folder = data_path / "originals" / "cats"
    expected = (0, f"{folder / 'a.gz'}\n", "feed them\n")
    assert run("data", "download", "cats") == expected
    assert (folder / "a.gz").read_bytes() == CONTENT
    assert run("data", "download", "cats", "--quiet") == (*expected[:2], "")


def test_directory_and_variant(run, cats, tmp_path):
    words = ["cats", "--size", "2", "--directory", tmp_path / "in", "--quiet"]
    status, output, errors = run("data", "download", *words)
    assert status == 0
    assert output.split() == [str(tmp_path / "in" / name) for name in ("a.gz", "b.gz")]
    assert errors.startswith("warning: no digest of 'b.gz' is known")
    assert errors.count("\n") == 1


def test_only_some_files(run, refuses, cats, tmp_path):
    words = ["cats", "--size", "2", "--directory", tmp_path / "in"]
    status, output, _ = run("data", "download", *words, "--only", "a.gz")
    assert (status, output) == (0, f"{tmp_path / 'in' / 'a.gz'}\n")
    message = "cats has no file 'c.gz'; did you mean"
    refuses(1, message, "data", "download", *words, "--only", "c.gz")
    assert choose_files("cats", DOWNLOADS["iris"].files, ()) == list(
        DOWNLOADS["iris"].files
    )


def test_clear(run, cats, data_path):
    run("data", "download", "cats")
    assert run("data", "download", "cats", "--clear") == (0, "", "")
    assert list((data_path / "originals" / "cats").iterdir()) == []


def test_wrong_file_is_one_line(refuses, cats, data_path):
    folder = data_path / "originals" / "cats"
    folder.mkdir(parents=True)
    (folder / "a.gz").write_bytes(b"mine")
    refuses(1, "a.gz' is there, and its SHA-256", "data", "download", "cats")


def test_without_free_address(run, refuses, cats, data_path):
    message = "dogs has no free address: sign the form at example.org; put a.gz into '"
    refuses(1, message, "data", "download", "dogs")
    status, output, _ = run("data", "download", "dogs", "--url-prefix", cats)
    assert (status, output.strip()[-9:]) == (0, "dogs/a.gz")


def test_server_without_the_file(refuses, cats, web):
    (web[0] / "a.gz").unlink()
    refuses(1, f"{cats}a.gz: status 404", "data", "download", "cats")


def test_unknown_names_and_options(refuses):
    refuses(2, "no download 'mnits'; did you mean 'mnist'", "data", "download", "mnits")
    refuses(2, "'--size'", "data", "download", "caltech101_silhouettes", "--size", "1")


@pytest.mark.parametrize("name", DOWNLOADS)
def test_every_download_has_a_command(run, name):
    status, output, errors = run("data", "download", name, "--help")
    assert (status, errors) == (0, "")
    assert (DOWNLOADS[name].option or "--url-prefix") in output
    assert "--variant" not in output
