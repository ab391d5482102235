import gzip

import pytest

from brickyard.datasets.downloaders.connections import (
    Transfer,
    TransferError,
    check_is_no_page,
    filename_of_response,
    open_response,
    read_chunks,
)


def test_body_comes_as_it_was_sent(server, hasty):
    body = gzip.compress(b"a" * 1000)
    url = server.answer("/a.gz", 200, body, Content_Encoding="gzip")
    with open_response(url, {}, hasty) as response:
        assert b"".join(read_chunks(response, hasty)) == body


def test_request_says_who_asks(server, hasty):
    url = server.file("/a", b"a")
    with open_response(url, {"X-More": "1"}, hasty):
        pass
    headers = server.requests[0][1]
    assert headers["User-Agent"].startswith("brickyard/")
    assert headers["X-More"] == "1"


@pytest.mark.parametrize(("status", "transient"), [(404, False), (503, True)])
def test_whether_it_may_help_to_try_again(server, hasty, status, transient):
    url = server.answer("/a", status)
    with (
        pytest.raises(TransferError, match=f"status {status}") as info,
        open_response(url, {}, hasty),
    ):
        raise AssertionError
    assert info.value.transient is transient


def test_range_beyond_the_end_is_an_answer(server, hasty):
    url = server.file("/a", b"abc")
    with open_response(url, {"Range": "bytes=7-"}, hasty) as response:
        assert response.status_code == 416


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "a.gz"])
def test_other_protocols(hasty, url):
    with (
        pytest.raises(TransferError, match="only http and https are followed"),
        open_response(url, {}, hasty),
    ):
        raise AssertionError


def test_secure_connection_to_a_server_without(server, hasty):
    url = server.file("/a", b"abc").replace("http:", "https:")
    with (
        pytest.raises(TransferError, match=r"no secure connection|no connection"),
        open_response(url, {}, hasty),
    ):
        raise AssertionError


@pytest.mark.parametrize(
    ("kind", "start", "name", "is_page"),
    [
        ("text/html", b"", "a.gz", True),
        ("TEXT/HTML; charset=x", b"", "a.gz", True),
        ("text/plain", b"\n <!DOCTYPE HTML>", "a.gz", True),
        ("text/plain", b"<html lang=en>", "a.data", True),
        ("text/plain", b"5.1,3.5", "a.data", False),
        ("application/gzip", b"\x1f\x8b", "a.gz", False),
        ("text/html", b"<html>", "a.html", False),
    ],
)
def test_pages(server, hasty, kind, start, name, is_page):
    url = server.answer("/a", 200, b"x", Content_Type=kind)
    with open_response(url, {}, hasty) as response:
        if is_page:
            with pytest.raises(TransferError, match="a web page came"):
                check_is_no_page(response, start, name)
        else:
            check_is_no_page(response, start, name)


def test_name_is_that_of_the_last_address(server, hasty):
    server.file("/b%20c.gz", b"abc")
    url = server.answer("/a", 302, Location="/b%20c.gz")
    with open_response(url, {}, hasty) as response:
        assert filename_of_response(response) == "b c.gz"


def test_connection_that_is_reset(server, hasty):
    def reset(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"a" * 10)

    with (
        open_response(server.add("/a", reset), {}, hasty) as response,
        pytest.raises(TransferError, match="the connection broke") as info,
    ):
        list(read_chunks(response, hasty))
    assert info.value.transient


def test_patience_has_defaults():
    assert Transfer().timeout_s > 0
    assert Transfer().attempts > 1
