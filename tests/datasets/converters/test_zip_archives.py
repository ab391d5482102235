import io
import stat
import struct
import zipfile
import zlib

import numpy as np
import pytest

from brickyard.datasets.converters import zip_archives
from brickyard.datasets.converters.zip_archives import iterate_zip, zip_names
from brickyard.datasets.exceptions import DatasetFileError

FILES = {"f/a": b"first", "f/b": b"x" * 5000, "f/c": b""}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.zip"


def write(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for member, content in members:
            archive.writestr(member, content)


def read(path, **limits):
    return dict(iterate_zip(path, lambda name: True, **limits))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_back(path, method):
    write(path, [("f/", b""), *FILES.items(), ("./g", b"dots")], method)
    assert zip_names(path) == ["f/a", "f/b", "f/c", "g"]
    assert read(path) == {**FILES, "g": b"dots"}
    assert dict(iterate_zip(path, "f/a".__eq__)) == {"f/a": b"first"}


def test_comments_and_bytes_in_front_do_not_matter(path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("f/a", b"first")
        archive.comment = b"of the archive"
    path.write_bytes(b"#!/bin/sh" + file.getvalue())
    assert read(path) == {"f/a": b"first"}


@pytest.mark.parametrize("name", ["/f/a", "../a", "f/../../a", "f\\a", "c:a", ".."])
def test_unsafe_names(path, name):
    write(path, [("f/b", b"")])
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, b"x")
    with pytest.raises(DatasetFileError, match=r"zip' has the member .*an unsafe name"):
        zip_names(path)


def test_names_with_hidden_ends(path):
    write(path, [("f/aXb", b"x")])
    path.write_bytes(path.read_bytes().replace(b"f/aXb", b"f/a\0b"))
    with pytest.raises(DatasetFileError, match=r"member 'f/a\\x00b', an unsafe name"):
        zip_names(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("f/a", stat.S_IFLNK),
        ("f/a", stat.S_IFIFO),
        ("f/a", stat.S_IFCHR),
        ("f/a", stat.S_IFDIR),
        ("f/a/", stat.S_IFLNK),
    ],
)
def test_special_files(path, name, kind):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    write(path, [(info, b"/etc/passwd")])
    with pytest.raises(DatasetFileError, match=r"'f/a/?', a link or other special"):
        zip_names(path)


def test_encryption_and_other_methods(path):
    write(path, [("f/a", b"x" * 99)], zipfile.ZIP_LZMA)
    match = "has the member 'f/a', encrypted or compressed by other means"
    with pytest.raises(DatasetFileError, match=match):
        zip_names(path)
    write(path, [("f/a", b"x")])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DatasetFileError, match=match):
        zip_names(path)


def test_two_of_a_name(path):
    write(path, [("f/a", b"1"), ("./f/a", b"2")])
    with pytest.raises(DatasetFileError, match="has two files named 'f/a'; fetch"):
        zip_names(path)


def test_large_members(path):
    write(path, [("f/a", b"12345")])
    assert read(path, max_member_size=5) == {"f/a": b"12345"}
    with pytest.raises(DatasetFileError, match="announces 5 bytes for 'f/a', which ma"):
        read(path, max_member_size=4)


def test_bombs(path):
    write(path, [("f/a", bytes(2**20)), ("f/b", bytes(2**20))])
    assert path.stat().st_size < 2**13
    with pytest.raises(DatasetFileError, match="more than 2097151 bytes when unpacked"):
        read(path, max_total_size=2**21 - 1)


def announce(path, size):
    """Let the table of contents announce another size of the content."""
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, size)
    path.write_bytes(content)


def test_members_larger_than_announced(path):
    write(path, [("f/a", bytes(2**24))])
    announce(path, 100)
    with pytest.raises(DatasetFileError, match=r"truncated or damaged \(Bad CRC-32"):
        read(path, max_member_size=100)


def test_members_smaller_than_announced(path):
    write(path, [("f/a", b"12345")])
    announce(path, 100)
    with pytest.raises(DatasetFileError, match="ends in the middle of 'f/a'"):
        read(path)


def test_members_that_overlap(path):
    """The quoted bomb: every member of the table has one and the same content."""
    kernel = zlib.compress(bytes(1000), wbits=-15)
    crc, name = zlib.crc32(bytes(1000)), b"f/a"
    sizes = (crc, len(kernel), 1000, len(name), 0)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes) + name
    table = b""
    for each in (b"f/a", b"f/b"):
        head = struct.pack("<4s6H3I2H", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes)
        table += head + struct.pack("<3H2I", 0, 0, 0, 0, 0) + each
    end = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, len(table), len(local + kernel), 0
    )
    path.write_bytes(local + kernel + table + end)
    with pytest.raises(
        DatasetFileError, match=r"member 'f/.', which overlaps the next"
    ):
        zip_names(path)


def test_many_members_and_large_tables(path, monkeypatch):
    write(path, [(f"f/{i}", b"") for i in range(4)])
    monkeypatch.setattr(zip_archives, "MAX_MEMBERS", 3)
    with pytest.raises(DatasetFileError, match="has more than 3 members"):
        zip_names(path)
    monkeypatch.setattr(zip_archives, "_MAX_DIRECTORY", 99)
    with pytest.raises(
        DatasetFileError, match=r"zip' has a table of contents of \d+ b"
    ):
        zip_names(path)


def test_truncated_anywhere(path):
    write(path, FILES.items())
    content = path.read_bytes()
    for keep in range(0, len(content), 5):
        path.write_bytes(content[:keep])
        with pytest.raises(DatasetFileError, match=r"a\.zip'.*fetch it again"):
            read(path)


def test_something_else(path):
    for content in (b"", b"<html>" * 200):
        path.write_bytes(content)
        with pytest.raises(DatasetFileError, match="is not a zip archive, or is trunc"):
            zip_names(path)


def test_any_change_is_files_or_an_error(path):
    rng = np.random.default_rng(1)
    write(path, FILES.items())
    original = path.read_bytes()
    for _ in range(2000):
        content = bytearray(original)
        for position in rng.integers(0, len(content), rng.integers(1, 4)):
            content[position] = rng.integers(256)
        path.write_bytes(content)
        try:
            assert len(read(path)) <= len(FILES)
        except DatasetFileError as error:
            assert "a.zip" in str(error)
