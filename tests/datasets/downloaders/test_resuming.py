"""What is asked for, and what is thrown away, when a part is there already."""

import json

import pytest

from brickyard.datasets.downloaders.connections import TransferError
from brickyard.datasets.downloaders.resuming import ResumingDownloader

CONTENT = bytes(range(250)) * 20


@pytest.fixture
def resume(tmp_path, hasty):
    """Put a part there, then download; return what came."""

    def download(url, part=b"", notes=None, **options):
        (tmp_path / "data.bin.part").write_bytes(part)
        if notes is not None:
            (tmp_path / "data.bin.part.json").write_text(json.dumps(notes))
        target = tmp_path / "data.bin"
        downloader = ResumingDownloader(target, transfer=hasty, **options)
        downloader(url, str(target))
        return target.read_bytes(), downloader.resumed

    return download


def notes_on(url, validator='"v1"', total=5000):
    return {"url": url, "validator": validator, "total": total}


def test_same_version_goes_on(server, resume):
    url = server.file("/data.bin", CONTENT)
    assert resume(url, CONTENT[:100], notes_on(url)) == (CONTENT, True)
    _, headers = server.requests[0]
    assert (headers["Range"], headers["If-Range"]) == ("bytes=100-", '"v1"')


def test_changed_file_begins_again(server, resume):
    url = server.file("/data.bin", CONTENT, etag='"v2"')
    assert resume(url, b"x" * 100, notes_on(url)) == (CONTENT, False)
    assert server.ranges() == ["bytes=100-"]


def test_changed_size_begins_again(server, resume):
    url = server.file("/data.bin", CONTENT)
    assert resume(url, b"x" * 100, notes_on(url, total=9)) == (CONTENT, False)
    assert server.ranges() == ["bytes=100-", None]


def test_server_that_ignores_ranges(server, resume):
    url = server.file("/data.bin", CONTENT, ranges=False)
    assert resume(url, b"x" * 100, notes_on(url)) == (CONTENT, False)


@pytest.mark.parametrize("wrong", ["0-4999", "99-4999", "x"])
def test_answer_with_another_range(server, resume, wrong):
    url = server.file("/data.bin", CONTENT, wrong=wrong)
    assert resume(url, b"x" * 100, notes_on(url)) == (CONTENT, False)
    assert server.ranges() == ["bytes=100-", None]


def test_part_that_is_too_long(server, resume):
    url = server.file("/data.bin", CONTENT)
    assert resume(url, CONTENT * 2, notes_on(url)) == (CONTENT, False)


def test_part_that_is_complete_needs_no_request(server, resume):
    url = server.file("/data.bin", CONTENT)
    assert resume(url, CONTENT, notes_on(url)) == (CONTENT, True)
    assert server.requests == []


@pytest.mark.parametrize(
    "notes", [None, notes_on("http://other/"), notes_on("{url}", validator=None)]
)
def test_part_of_unknown_origin(server, resume, notes):
    url = server.file("/data.bin", CONTENT)
    if notes is not None:
        notes = {**notes, "url": notes["url"].format(url=url)}
    assert resume(url, b"x" * 100, notes) == (CONTENT, False)
    assert server.ranges() == [None]
    assert resume(url, CONTENT[:100], notes, has_digest=True) == (CONTENT, True)
    assert server.ranges() == [None, "bytes=100-"]


def test_date_in_place_of_a_tag(server, resume, tmp_path, hasty):
    date = "Mon, 01 Jan 2024 00:00:00 GMT"

    def short(handler):
        handler.send_response(200)
        handler.send_header("ETag", 'W/"weak"')
        handler.send_header("Last-Modified", date)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"a" * 10)

    with pytest.raises(TransferError, match="the connection broke"):
        resume(server.add("/data.bin", short))
    notes = json.loads((tmp_path / "data.bin.part.json").read_text())
    assert notes["validator"] == date


def test_progress_starts_the_count_of_failures_again(server, resume):
    url = server.file("/data.bin", CONTENT, cut=1000)
    assert resume(url) == (CONTENT, True)
    assert len(server.requests) == 5


def test_bar_on_terminals_alone(server, resume, capsys, monkeypatch):
    url = server.file("/data.bin", CONTENT)
    resume(url, progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    resume(url, progress=False)
    assert capsys.readouterr().err == ""
    resume(url, progress=True)
    assert "data.bin: 100%" in capsys.readouterr().err
