"""Downloads that go wrong leave nothing behind, and downloads after them succeed."""

import hashlib
import os
import resource
from contextlib import contextmanager

import pytest

from brickyard.datasets.downloaders import (
    RemoteFile,
    Transfer,
    ensure_directory_exists,
    fetch_files,
    remove_files,
)
from brickyard.datasets.downloaders.fetch import find_addresses
from brickyard.datasets.exceptions import (
    DownloadError,
    NeedURLPrefix,
    UnverifiedDownloadWarning,
)

CONTENT = bytes(range(256)) * 20
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PAGE = b"<!DOCTYPE html><html><body>Not here, but over there.</body></html>"


@pytest.fixture
def fetch(tmp_path, hasty):
    """Fetch data.bin from addresses into the folder `target`."""

    def fetch_data(*urls, sha256=DIGEST, size=None, transfer=hasty):
        file = RemoteFile("data.bin", urls, sha256, size)
        (path,) = fetch_files(
            tmp_path / "target", [file], progress=False, transfer=transfer
        )
        return path

    return fetch_data


@pytest.fixture
def check(tmp_path, server, fetch):
    """Check that a download fails cleanly, and that the next one succeeds."""
    (tmp_path / "bystander").write_bytes(b"mine")

    def check_failure(url, message, **options):
        with pytest.raises(DownloadError, match=message) as info:
            fetch(url, **options)
        assert "data.bin" in str(info.value)
        assert sorted(os.listdir(tmp_path)) == ["bystander", "target"]
        assert (tmp_path / "bystander").read_bytes() == b"mine"
        left = [path.name for path in (tmp_path / "target").rglob("*")]
        assert set(left) <= {"data.bin.part", "data.bin.part.json"}
        assert left != ["data.bin.part"]
        path = fetch(server.file("/good.bin", CONTENT))
        assert path.read_bytes() == CONTENT
        assert os.listdir(tmp_path / "target") == ["data.bin"]

    return check_failure


def test_a_file_comes_complete(server, fetch, tmp_path):
    path = fetch(server.file("/data.bin", CONTENT))
    assert path == tmp_path / "target" / "data.bin"
    assert path.read_bytes() == CONTENT
    assert os.listdir(path.parent) == ["data.bin"]
    assert server.requests[0][1]["Accept-Encoding"] == "identity"


def test_a_file_that_is_there_is_not_fetched_again(server, fetch):
    url = server.file("/data.bin", CONTENT)
    fetch(url)
    fetch(url)
    assert len(server.requests) == 1


def test_a_file_that_is_there_and_wrong_is_kept(server, fetch):
    path = fetch(server.file("/data.bin", CONTENT))
    path.write_bytes(b"notes of mine")
    with pytest.raises(DownloadError, match=f"is there, .* instead of {DIGEST}; move"):
        fetch(server.file("/data.bin", CONTENT))
    assert path.read_bytes() == b"notes of mine"


def test_a_folder_of_the_name(fetch, tmp_path):
    (tmp_path / "target" / "data.bin").mkdir(parents=True)
    with pytest.raises(DownloadError, match="is there, and is not a file"):
        fetch("http://127.0.0.1:9/data.bin")


def test_wrong_digest(server, check):
    other = hashlib.sha256(b"x" * 5120).hexdigest()
    url = server.file("/data.bin", b"x" * 5120)
    check(url, f"the SHA-256 digest is {other} instead of {DIGEST}")


def test_short_body(server, check):
    url = server.file("/data.bin", CONTENT, cut=1000, ranges=False)
    check(url, "the connection broke .* 2 times")


def test_page_with_status_404(server, check):
    url = server.answer("/data.bin", 404, PAGE, Content_Type="text/html")
    check(url, "status 404 Not Found")
    assert len(server.ranges()) == 1


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/gzip"])
def test_page_in_place_of_the_file(server, check, kind):
    url = server.answer("/data.bin", 200, PAGE, Content_Type=kind)
    check(url, "a web page came instead of the file")


def test_redirect_to_a_file(server, check, tmp_path):
    secret = tmp_path / "bystander"
    url = server.answer("/data.bin", 302, Location=secret.as_uri())
    check(url, "only http and https are followed .*file:")


def test_redirects_in_a_circle(server, check):
    server.answer("/other", 302, Location="/data.bin")
    check(server.answer("/data.bin", 302, Location="/other"), "more than 10 redirects")


def test_redirect_to_the_file(server, fetch):
    server.file("/moved", CONTENT)
    url = server.answer("/data.bin", 301, Location="/moved")
    assert fetch(url).read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["../../bystander", "/etc/passwd", "..", "a\\b"])
def test_name_from_the_server_is_not_used(server, fetch, tmp_path, name):
    (tmp_path / "bystander").write_bytes(b"mine")
    disposition = f'attachment; filename="{name}"'
    url = server.answer("/data.bin", 200, CONTENT, Content_Disposition=disposition)
    assert fetch(url) == tmp_path / "target" / "data.bin"
    assert (tmp_path / "bystander").read_bytes() == b"mine"


def test_stall(server, check):
    url = server.stall("/data.bin", CONTENT, after=1000)
    impatient = Transfer(timeout_s=0.1, attempts=2, pause_s=0, chunk_size=100)
    check(url, "the server was silent for 0.1 s, 2 times", transfer=impatient)


def test_server_that_never_answers(server, check):
    url = server.add("/data.bin", lambda handler: server.released.wait(60))
    impatient = Transfer(timeout_s=0.1, attempts=2, pause_s=0)
    check(url, "the server was silent for 0.1 s, 2 times", transfer=impatient)


def test_nobody_there(check):
    reason = r"no connection \(Failed to establish a new connection: .*\), 2 times$"
    check("http://127.0.0.1:9/data.bin", reason)


def test_no_address(check):
    check("http://[bad/data.bin", "is not an address|only http and https")


@pytest.mark.parametrize("size", [1000, 10_000])
def test_wrong_size_is_found_before_anything_is_read(server, check, size):
    url = server.file("/data.bin", CONTENT)
    check(url, f"it has 5120 bytes instead of {size}", size=size)


def test_endless_body_is_cut_off(server, check):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 100)

    check(server.add("/data.bin", endless), "instead of 5120", size=5120)


@contextmanager
def largest_file(size):
    """Let no file grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_disk_that_is_full(server, fetch, tmp_path):
    url = server.file("/data.bin", CONTENT)
    with (
        pytest.raises(DownloadError, match=r"cannot write '.*data.bin': .*too large; "),
        largest_file(1050),
    ):
        fetch(url)
    assert os.listdir(tmp_path / "target") == ["data.bin.part"]
    folder = tmp_path / "target" / "data.bin.part"
    assert sorted(os.listdir(folder)) == ["data.bin.part", "data.bin.part.json"]
    assert (folder / "data.bin.part").read_bytes() == CONTENT[:1050]
    assert fetch(url).read_bytes() == CONTENT
    assert server.ranges() == [None, "bytes=1050-"]


def test_directory_that_cannot_be_written(server, fetch, tmp_path):
    (tmp_path / "target").touch()
    with pytest.raises(DownloadError, match="cannot make the directory"):
        fetch(server.file("/data.bin", CONTENT))
    assert server.requests == []


def test_cut_and_resumed_in_one_run(server, fetch):
    url = server.file("/data.bin", CONTENT, cut=1000)
    assert fetch(url).read_bytes() == CONTENT
    assert server.ranges() == [None, *(f"bytes={n}000-" for n in range(1, 6))]


def test_cut_and_resumed_in_another_run(server, fetch, tmp_path):
    url = server.stall("/data.bin", CONTENT, after=1000)
    once = Transfer(timeout_s=0.1, attempts=1, chunk_size=100)
    with pytest.raises(DownloadError, match="silent"):
        fetch(url, transfer=once)
    part = tmp_path / "target" / "data.bin.part" / "data.bin.part"
    assert part.read_bytes() == CONTENT[:1000]
    server.file("/data.bin", CONTENT)
    assert fetch(url).read_bytes() == CONTENT
    assert server.ranges() == [None, "bytes=1000-"]


def test_wrong_part_of_an_earlier_run_is_replaced(server, fetch, tmp_path):
    folder = tmp_path / "target" / "data.bin.part"
    folder.mkdir(parents=True)
    (folder / "data.bin.part").write_bytes(b"x" * 1000)
    # As a download that was killed leaves it.
    (folder / "tmp12345678").touch()
    assert fetch(server.file("/data.bin", CONTENT)).read_bytes() == CONTENT
    assert server.ranges() == ["bytes=1000-", None]
    assert os.listdir(tmp_path / "target") == ["data.bin"]


@pytest.mark.parametrize(("content", "requests"), [(CONTENT, 0), (b"x", 1)])
def test_killed_before_the_last_step(server, fetch, tmp_path, content, requests):
    folder = tmp_path / "target" / "data.bin.part"
    folder.mkdir(parents=True)
    (folder / "data.bin").write_bytes(content)
    assert fetch(server.file("/data.bin", CONTENT)).read_bytes() == CONTENT
    assert len(server.requests) == requests
    assert os.listdir(tmp_path / "target") == ["data.bin"]


def test_a_file_where_the_part_should_be(server, fetch, tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "data.bin.part").write_bytes(b"mine")
    with pytest.raises(DownloadError, match=r"cannot make the directory .*bin\.part'"):
        fetch(server.file("/data.bin", CONTENT))
    assert (tmp_path / "target" / "data.bin.part").read_bytes() == b"mine"


def test_the_first_mirror_that_has_it(server, fetch):
    bad = server.answer("/bad", 500)
    missing = server.address + "/missing"
    assert fetch(bad, missing, server.file("/data.bin", CONTENT)).is_file()
    assert [path for path, _ in server.requests] == [
        "/bad",
        "/bad",
        "/missing",
        "/data.bin",
    ]


def test_every_mirror_is_in_the_message(server, fetch):
    urls = [server.answer("/one", 403), server.answer("/two", 503)]
    message = f"{urls[0]}: status 403.*; {urls[1]}: status 503 .*, 2 times$"
    with pytest.raises(DownloadError, match=message):
        fetch(*urls)


def test_a_part_is_completed_from_another_mirror(server, fetch):
    first = server.file("/data.bin", CONTENT, cut=1000, ranges=False)
    assert fetch(first, server.file("/other", CONTENT)).read_bytes() == CONTENT
    assert server.ranges("/other") == ["bytes=1000-"]


def test_digest_is_noted_where_none_is_published(server, fetch):
    url = server.file("/data.bin", CONTENT)
    with pytest.warns(UnverifiedDownloadWarning, match=f"'data.bin' .* {DIGEST}"):
        path = fetch(url, sha256=None)
    noted = path.with_name("data.bin.sha256")
    assert noted.read_text() == f"{DIGEST}  data.bin\n"
    path.unlink()
    server.file("/data.bin", CONTENT[::-1])
    with pytest.raises(DownloadError, match=r"instead of .*; the digest was noted in"):
        fetch(url, sha256=None)
    server.file("/data.bin", CONTENT)
    assert fetch(url, sha256=None) == path


def test_without_a_digest_only_a_known_version_is_resumed(server, fetch):
    url = server.file("/data.bin", CONTENT, cut=3000, etag=None)
    with pytest.raises(DownloadError, match="the connection broke"):
        fetch(url, sha256=None)
    assert server.ranges() == [None, None]
    server.file("/data.bin", CONTENT, cut=3000, etag='"v1"')
    with pytest.warns(UnverifiedDownloadWarning):
        assert fetch(url, sha256=None).read_bytes() == CONTENT
    assert server.ranges()[2:] == [None, "bytes=3000-"]


def test_prefix_is_tried_first_and_completes_addresses(server, tmp_path, hasty):
    server.file("/mine/data.bin", CONTENT)
    server.file("/mine/old/two.bin", CONTENT)
    files = [
        RemoteFile("data.bin", ("http://127.0.0.1:9/data.bin",), DIGEST),
        RemoteFile("two.bin", ("old/two.bin",), DIGEST),
    ]
    prefix = server.address + "/mine/"
    paths = fetch_files(tmp_path, files, prefix, progress=False, transfer=hasty)
    assert [path.name for path in paths] == ["data.bin", "two.bin"]
    assert [path for path, _ in server.requests] == [
        "/mine/data.bin",
        "/mine/two.bin",
        "/mine/old/two.bin",
    ]


def test_without_prefix_nothing_is_begun(tmp_path):
    files = [RemoteFile("a", ("http://127.0.0.1:9/a",)), RemoteFile("b", ("b",))]
    with pytest.raises(NeedURLPrefix, match=r"'b' has no free address; .*--url-prefix"):
        fetch_files(tmp_path / "target", files)
    assert os.listdir(tmp_path) == []
    with pytest.raises(NeedURLPrefix):
        find_addresses(RemoteFile("c"), None)


def test_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match=r"cannot make the directory '.*file/in'"):
        ensure_directory_exists(tmp_path / "file" / "in")


def test_files_are_removed_with_what_belongs_to_them(tmp_path):
    (tmp_path / "a.part").mkdir()
    for name in ("a", "a.part/a.part", "a.sha256", "b"):
        (tmp_path / name).touch()
    remove_files(tmp_path, ["a", "c"])
    assert os.listdir(tmp_path) == ["b"]
