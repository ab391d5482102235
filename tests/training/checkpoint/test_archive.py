"""The archive is an ordinary zip file with exactly one valid form."""

import io
import struct
import zipfile

import pytest

from brickyard.training.checkpoint.archive import (
    ArchiveWriter,
    Member,
    read_content,
    read_members,
)
from brickyard.training.errors import CheckpointError

CONTENT = {"a.json": b"{}", "b.safetensors": b"\0" * 300, "empty.json": b""}


def build(content=CONTENT):
    buffer = io.BytesIO()
    writer = ArchiveWriter(buffer.write)
    for name, data in content.items():
        writer.add(name, data)
    writer.finish()
    return buffer.getvalue()


def read(tmp_path, data):
    path = tmp_path / "archive"
    path.write_bytes(data)
    with path.open("rb") as file:
        members = read_members(file, str(path))
        return {m.name: read_content(file, m, str(path)) for m in members}


def test_reads_what_was_written(tmp_path):
    assert read(tmp_path, build()) == CONTENT


def test_other_programs_can_open_it():
    with zipfile.ZipFile(io.BytesIO(build())) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENT
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}


def test_bytes_are_deterministic():
    assert build() == build()


def test_archives_of_others_are_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"{}" * 100)
    with pytest.raises(CheckpointError, match="does not end as a checkpoint ends"):
        read(tmp_path, buffer.getvalue())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data + b"junk", "has something appended"),
        (lambda data: b"junk" + data, "does not end as a checkpoint ends"),
        (lambda data: data[:-1], "truncated"),
        (lambda data: data[:50], "has 50 bytes, too few"),
        (lambda data: b"", "has 0 bytes, too few"),
        (lambda data: b"x" * 1000, "does not end"),
        (lambda data: data.replace(b"a.json", b"A.json", 1), "header of its member"),
        (lambda data: data.replace(b"a.json", b"A.json"), None),
        (lambda data: data[:20] + b"x" + data[21:], "header of its member 'a.json'"),
    ],
)
def test_alterations(tmp_path, change, message):
    data = change(build())
    if message is None:
        # A consistent other archive; only the manifest can tell that it is wrong.
        assert set(read(tmp_path, data)) == {"A.json", *list(CONTENT)[1:]}
        return
    with pytest.raises(CheckpointError, match=message):
        read(tmp_path, data)


def test_altered_content(tmp_path):
    data = build().replace(b"\0" * 300, b"\0" * 150 + b"\1" + b"\0" * 149)
    with pytest.raises(
        CheckpointError, match=r"'b.safetensors' has the CRC-32 \w+, its"
    ):
        read(tmp_path, data)


def test_duplicate_names(tmp_path):
    data = build({"a.json": b"1", "b.json": b"2"}).replace(b"b.json", b"a.json")
    with pytest.raises(CheckpointError, match="two of its members share a name"):
        read(tmp_path, data)


def test_absurd_sizes_cost_nothing(tmp_path):
    data = build({"a.json": b"1"})
    huge = data.replace(struct.pack("<Q", 1), struct.pack("<Q", 2**60))
    with pytest.raises(CheckpointError, match=r"altered|does not end"):
        read(tmp_path, huge)


def test_sizes_beyond_four_gigabytes():
    member = Member("big.safetensors", 5 << 30, 0, 6 << 30)
    assert struct.pack("<2Q", 5 << 30, 5 << 30) in member.local_header()
    assert struct.pack("<3Q", 5 << 30, 5 << 30, 6 << 30) in member.directory_entry()
