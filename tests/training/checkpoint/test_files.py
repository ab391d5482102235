"""A save that fails or is killed anywhere leaves the old file or the new one."""

import errno
import os
import signal
import subprocess
import sys

import pytest

from brickyard.training.checkpoint.files import (
    SUFFIX,
    FileSystem,
    remove_leftovers,
    write_atomically,
)

OLD, NEW = b"old content", bytes(range(256)) * 16


class Killed(BaseException):
    """Stands for the end of the process: nothing is cleaned up after it."""


class DyingFileSystem(FileSystem):
    """Stops the process at its n-th operation, or in the middle of a write."""

    def __init__(self, limit, bytes_left=None):
        self.limit, self.bytes_left = limit, bytes_left
        self.operations = []
        self.dead = False

    def _count(self, name):
        if self.dead or len(self.operations) == self.limit:
            self.dead = True
            raise Killed
        self.operations.append(name)

    def create(self, path):
        self._count("create")
        return super().create(path)

    def write(self, descriptor, data):
        self._count("write")
        if self.bytes_left is not None:
            data = data[: self.bytes_left]
            self.bytes_left -= len(data)
            if not data:
                self.dead = True
                raise Killed
        return super().write(descriptor, data[:1000])

    def sync(self, descriptor):
        self._count("sync")
        super().sync(descriptor)

    def replace(self, source, target):
        self._count("replace")
        super().replace(source, target)

    def remove(self, path):
        self._count("remove")
        super().remove(path)

    def sync_directory(self, path):
        self._count("sync_directory")
        super().sync_directory(path)


def produce(write):
    write(NEW[:100])
    write(memoryview(NEW[100:]))


def leftovers(directory):
    return [name for name in os.listdir(directory) if name.endswith(SUFFIX)]


def test_operations_come_in_the_safe_order(tmp_path):
    files = DyingFileSystem(1000)
    write_atomically(tmp_path / "file", produce, files)
    order = list(dict.fromkeys(files.operations))
    assert order == ["create", "write", "sync", "replace", "sync_directory"]
    assert (tmp_path / "file").read_bytes() == NEW
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("existing", [True, False])
def test_killed_at_every_operation(tmp_path, existing):
    limit = 0
    while True:
        directory = tmp_path / str(limit)
        directory.mkdir()
        path = directory / "file"
        if existing:
            path.write_bytes(OLD)
        files = DyingFileSystem(limit)
        try:
            write_atomically(path, produce, files)
        except Killed:
            replaced = "replace" in files.operations
            if replaced or existing:
                assert path.read_bytes() == (NEW if replaced else OLD)
            else:
                assert not path.exists()
            write_atomically(path, produce)
            assert os.listdir(directory) == ["file"]
            limit += 1
        else:
            break
    assert limit >= 9


def test_killed_within_a_write(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    for size in range(0, len(NEW), 97):
        with pytest.raises(Killed):
            write_atomically(path, produce, DyingFileSystem(1000, bytes_left=size))
        assert path.read_bytes() == OLD
    # Each attempt has swept what the one before had left.
    assert len(leftovers(tmp_path)) == 1


class FailingFileSystem(FileSystem):
    """One operation raises an error, as on a full or vanished disk."""

    def __init__(self, name, number):
        self.error = OSError(number, os.strerror(number))
        setattr(self, name, self._fail)

    def _fail(self, *args):
        raise self.error


@pytest.mark.parametrize("name", ["create", "write", "sync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_failure_leaves_the_old_file_and_no_debris(tmp_path, name, number):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with pytest.raises(
        OSError, match=r"could not write .*file: .*; what was there before is unchanged"
    ) as info:
        write_atomically(path, produce, FailingFileSystem(name, number))
    assert info.value.errno == number
    assert path.read_bytes() == OLD
    assert os.listdir(tmp_path) == ["file"]


def test_disk_full_after_half(tmp_path):
    class FullDisk(FileSystem):
        space = 1500

        def write(self, descriptor, data):
            if not self.space:
                raise OSError(errno.ENOSPC, "No space left on device")
            written = super().write(descriptor, data[: self.space])
            self.space -= written
            return written

    path = tmp_path / "file"
    path.write_bytes(OLD)
    with pytest.raises(OSError, match="No space left on device; what was there"):
        write_atomically(path, produce, FullDisk())
    assert path.read_bytes() == OLD
    assert os.listdir(tmp_path) == ["file"]


def test_unflushed_directory_is_reported_as_such(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with pytest.raises(OSError, match="is written and in place, but its directory"):
        write_atomically(path, produce, FailingFileSystem("sync_directory", errno.EIO))
    assert path.read_bytes() == NEW


def test_vanished_directory(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"could not write .*gone.file: No such"
    ):
        write_atomically(tmp_path / "gone" / "file", produce)


def test_path_is_a_directory(tmp_path):
    with pytest.raises(
        IsADirectoryError, match=r"could not write .*: it is a directory"
    ):
        write_atomically(tmp_path, produce)


def test_error_of_the_producer_leaves_no_debris(tmp_path):
    def fail(write):
        write(b"x")
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        write_atomically(tmp_path / "file", fail)
    assert os.listdir(tmp_path) == []


def test_symbolic_links_are_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "disk" / "file")
    write_atomically(link, produce)
    assert link.is_symlink()
    assert (tmp_path / "disk" / "file").read_bytes() == NEW


def test_only_own_leftovers_are_removed(tmp_path):
    token = "0123456789abcdef"
    kept = [
        f".other.{token}{SUFFIX}",
        f".file.{token}",
        f".file.{token[:-1]}{SUFFIX}",
        f".file.{token.upper()}{SUFFIX}",
        f"file.{token}{SUFFIX}",
        f".file.x.{token}{SUFFIX}",
        ".file.swp",
    ]
    for name in kept:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / f".file.{'f' * 16}{SUFFIX}").mkdir()
    target = tmp_path / "precious"
    target.write_bytes(b"x")
    (tmp_path / f".file.{'e' * 16}{SUFFIX}").symlink_to(target)
    mine = tmp_path / f".file.{token}{SUFFIX}"
    mine.write_bytes(b"")
    assert remove_leftovers(tmp_path / "file") == [str(mine)]
    assert set(kept) < set(os.listdir(tmp_path))
    assert target.read_bytes() == b"x"


def test_file_another_process_writes_is_left_alone(tmp_path):
    path = tmp_path / "file"

    def interleaved(write):
        write(b"first ")
        # Somebody else saves to the same path in the meantime.
        code = (
            "import sys\n"
            "from brickyard.training.checkpoint.files import write_atomically\n"
            "write_atomically(sys.argv[1], lambda write: write(b'second'))\n"
        )
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
        assert path.read_bytes() == b"second"
        assert len(leftovers(tmp_path)) == 1
        write(b"writer")

    write_atomically(path, interleaved)
    assert path.read_bytes() == b"first writer"
    assert os.listdir(tmp_path) == ["file"]


def test_killed_process_is_cleaned_up_after(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(OLD)
    code = (
        "import os, signal, sys\n"
        "from brickyard.training.checkpoint.files import write_atomically\n"
        "def produce(write):\n"
        "    write(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(sys.argv[1], produce)\n"
    )
    process = subprocess.run([sys.executable, "-c", code, str(path)])
    assert process.returncode == -signal.SIGKILL
    assert path.read_bytes() == OLD
    assert len(leftovers(tmp_path)) == 1
    write_atomically(path, produce)
    assert path.read_bytes() == NEW
    assert os.listdir(tmp_path) == ["file"]
