import gzip
import io
import tarfile

import numpy as np
import pytest

from brickyard.datasets.converters import archives
from brickyard.datasets.converters.archives import (
    archive_names,
    iterate_archive,
    iterate_nested_archives,
    plain_name,
    read_archive_members,
    refusal,
)
from brickyard.datasets.exceptions import DatasetFileError

FILES = {"f/a": b"first", "f/b": b"x" * 5000, "f/c": b""}


def member(name, content=b"", **attributes):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


def write(path, members, mode="w:gz", **kwargs):
    with tarfile.open(path, mode, **kwargs) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.tar.gz"


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_files_come_back(path, mode, form):
    members = [member("f", type=tarfile.DIRTYPE), member("f/" + "n" * 300, b"long")]
    members += [member(*item) for item in FILES.items()]
    write(path, members, mode, format=form)
    assert read_archive_members(path, FILES) == FILES
    assert read_archive_members(path, ["f/b"]) == {"f/b": FILES["f/b"]}
    assert read_archive_members(path, ["f/" + "n" * 300])


def test_leading_dots_are_no_part_of_a_name(path):
    write(path, [member("./f/a", b"first")])
    assert read_archive_members(path, ["f/a"]) == {"f/a": b"first"}


def test_missing_member(path):
    write(path, [member("f/a", b"")])
    with pytest.raises(DatasetFileError, match=r"gz' lacks the file 'f/b'.*are: f/a"):
        read_archive_members(path, ["f/b"])


@pytest.mark.parametrize("name", ["/f/a", "../a", "f/../../a", "f\\a", "c:a", ".."])
def test_unsafe_names(path, name):
    write(path, [member("f/a", b""), member(name, b"x")])
    with pytest.raises(DatasetFileError, match=r"gz' has the member .*an unsafe name"):
        read_archive_members(path, ["f/a"])


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, b"7", b"S"],
)
def test_special_files(path, kind):
    write(path, [member("f/a", type=kind, linkname="/etc/passwd")])
    with pytest.raises(
        DatasetFileError, match=r"'f/a', a link or other special|not a tar archive"
    ):
        read_archive_members(path, ["f/a"])


def test_sparse_files(path):
    headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(2**40)}
    headers |= {"GNU.sparse.numblocks": "1"}
    write(path, [member("f/a", b"x", pax_headers=headers)], format=tarfile.PAX_FORMAT)
    with pytest.raises(DatasetFileError, match="'f/a', a link or other special file"):
        read_archive_members(path, ["f/a"])


def test_two_of_a_name(path):
    write(path, [member("f/a", b"1"), member("./f/a", b"2")])
    with pytest.raises(DatasetFileError, match="has two files named 'f/a'; fetch"):
        read_archive_members(path, ["f/a"])


def test_large_members(path):
    write(path, [member("f/a", b"12345")])
    assert read_archive_members(path, ["f/a"], max_member_size=5)
    with pytest.raises(DatasetFileError, match="announces 5 bytes for 'f/a', which ma"):
        read_archive_members(path, ["f/a"], max_member_size=4)


def test_bombs(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        info = tarfile.TarInfo("f/bomb")
        info.size = 2**24
        file.write(info.tobuf() + bytes(2**24))
        file.write(tarfile.TarInfo("f/a").tobuf() + bytes(1024))
    assert read_archive_members(path, ["f/a"]) == {"f/a": b""}
    with pytest.raises(DatasetFileError, match="more than 1048576 bytes when unpacked"):
        read_archive_members(path, ["f/a"], max_total_size=2**20)


def test_large_headers(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        info = tarfile.TarInfo("f/a")
        info.type = tarfile.XHDTYPE
        info.size = 2**22
        file.write(info.tobuf() + bytes(2**22))
    with pytest.raises(DatasetFileError, match=r"gz' has a header of 4194304 bytes"):
        read_archive_members(path, ["f/a"])


def test_many_members(path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    write(path, [member(f"f/{i}") for i in range(4)])
    with pytest.raises(DatasetFileError, match="has more than 3 members"):
        read_archive_members(path, ["f/1"])


def test_members_without_content(path, monkeypatch):
    write(path, [member("f/a", b"x")])
    monkeypatch.setattr(tarfile.TarFile, "extractfile", lambda self, info: None)
    with pytest.raises(DatasetFileError, match="has no content for 'f/a'"):
        read_archive_members(path, ["f/a"])


def test_short_members(path, monkeypatch):
    write(path, [member("f/a", b"xyz")])
    monkeypatch.setattr(
        tarfile.TarFile, "extractfile", lambda self, info: io.BytesIO(b"x")
    )
    with pytest.raises(DatasetFileError, match="ends in the middle of 'f/a'"):
        read_archive_members(path, ["f/a"])


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_truncated_anywhere(path, mode):
    write(path, [member(*item) for item in FILES.items()], mode)
    content = path.read_bytes()
    end = len(content) if mode == "w:gz" else 7168
    for keep in [*range(0, end - 10, max(end // 60, 1)), *range(end - 10, end)]:
        path.write_bytes(content[:keep])
        with pytest.raises(DatasetFileError, match=r"a\.tar\.gz'.*fetch it again"):
            read_archive_members(path, FILES)


def test_something_else(path):
    for content in (b"", b"<html>" * 200, gzip.compress(b"<html>" * 200)):
        path.write_bytes(content)
        with pytest.raises(DatasetFileError, match="is not a tar archive, or is trunc"):
            read_archive_members(path, ["f/a"])


def test_any_change_is_files_or_an_error(path):
    rng = np.random.default_rng(1)
    write(path, [member(*item) for item in FILES.items()], "w")
    original = path.read_bytes()
    for _ in range(500):
        content = bytearray(original)
        start = 512 * rng.choice([0, 2, 13])
        for position in rng.integers(start, start + 512, rng.integers(1, 4)):
            content[position] = rng.integers(256)
        path.write_bytes(content)
        try:
            assert set(read_archive_members(path, FILES)) == set(FILES)
        except DatasetFileError as error:
            assert "a.tar.gz" in str(error)


def test_names_and_files_one_after_the_other(path):
    files = [member(*item) for item in FILES.items()]
    write(path, [member("f", type=tarfile.DIRTYPE), *files])
    assert archive_names(path) == list(FILES)
    assert dict(iterate_archive(path, "f/b".__eq__)) == {"f/b": FILES["f/b"]}


def test_names_of_a_damaged_archive(path):
    write(path, [member(*item) for item in FILES.items()])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetFileError, match="is not a tar archive, or is truncated"):
        archive_names(path)


def test_refusals_and_names_are_shared_with_other_archives():
    assert "'a.zip' is odd; fetch" in str(refusal("a.zip", "is odd"))
    assert plain_name("./f//a", "a.zip") == "f/a"
    with pytest.raises(DatasetFileError, match=r"'a\\x00b', an unsafe name"):
        plain_name("a\0b", "a.zip")


def tar(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def nested(path, inner, mode="w"):
    return write(path, [member(name, content) for name, content in inner.items()], mode)


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_archives_in_an_archive(path, mode):
    inner = {
        "a.tar": tar([member("x", b"1"), member("y" * 200, b"2" * 5000)]),
        "g/b.tar": tar([member("x", b"3")]),
        "c.tar": tar([]),
    }
    nested(path, inner, mode)
    found = {}
    for each in iterate_nested_archives(path):
        assert each.path == f"{path}:{each.name}"
        names = each.names()
        found[each.name] = dict(each.files())
        assert list(found[each.name]) == names
    assert found == {
        "a.tar": {"x": b"1", "y" * 200: b"2" * 5000},
        "g/b.tar": {"x": b"3"},
        "c.tar": {},
    }


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"<html>" * 200, r"gz:a.tar' is not a tar archive"),
        (tar([member("../x", b"1")]), r"gz:a.tar' has the member '../x', an unsafe"),
        (
            tar([member("x", type=tarfile.SYMTYPE, linkname="/etc")]),
            r"gz:a.tar' has the member 'x', a link",
        ),
        (tar([member("x"), member("x")]), r"gz:a.tar' has two files named 'x'"),
        (tar([member("x", bytes(99))]), r"gz:a.tar' announces 99 bytes for 'x'"),
        (tar([member("x", bytes(5000))])[:2000], r"gz:a.tar'.*fetch it again"),
    ],
)
def test_malformed_archives_in_an_archive(path, content, match):
    nested(path, {"a.tar": content})
    with pytest.raises(DatasetFileError, match=match):
        for each in iterate_nested_archives(path):
            list(each.files(max_member_size=50))


def test_archives_in_an_archive_without_content(path, monkeypatch):
    nested(path, {"a.tar": tar([])})
    monkeypatch.setattr(tarfile.TarFile, "extractfile", lambda self, info: None)
    with pytest.raises(DatasetFileError, match=r"gz:a.tar' has no content; fetch"):
        next(iterate_nested_archives(path)).names()


def test_large_archives_in_an_archive(path):
    nested(path, {"a.tar": tar([member("x", bytes(2**22))])})
    with pytest.raises(DatasetFileError, match="more than 65536 bytes when unpacked"):
        list(iterate_nested_archives(path, max_total_size=2**16))
