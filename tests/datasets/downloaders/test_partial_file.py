import errno
import multiprocessing
import os

import pytest

from brickyard.datasets.downloaders.partial_file import PartialFile
from brickyard.datasets.exceptions import DownloadError


def test_it_is_kept_and_goes_on(tmp_path):
    with PartialFile(tmp_path / "a") as part:
        part.start("http://x", '"v"', 10)
        part.write(b"abc")
        assert part.size == 3
    with PartialFile(tmp_path / "a") as part:
        assert part.size == 3
        assert part.read_notes() == {"url": "http://x", "validator": '"v"', "total": 10}
        part.write(b"def")
        part.move_to(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"abcdef"
    assert os.listdir(tmp_path) == ["a"]


def test_start_and_discard_throw_away(tmp_path):
    with PartialFile(tmp_path / "a") as part:
        part.write(b"abc")
        part.start("http://x", None, None)
        assert part.size == 0
        part.write(b"d")
        assert part.path.read_bytes() == b"d"
        part.discard()
        assert (part.size, part.read_notes()) == (0, {})


@pytest.mark.parametrize("text", ["", "[1]", "{", "\0"])
def test_notes_that_make_no_sense(tmp_path, text):
    (tmp_path / "a.part.json").write_text(text)
    with PartialFile(tmp_path / "a") as part:
        assert part.read_notes() == {}


def test_an_empty_one_is_not_kept(tmp_path):
    with PartialFile(tmp_path / "a") as part:
        part.start("http://x", None, 10)
    assert os.listdir(tmp_path) == []


def test_an_empty_file_can_be_complete(tmp_path):
    with PartialFile(tmp_path / "a") as part:
        part.start("http://x", None, 0)
        part.move_to(tmp_path / "a")
        # Of the next process.
        (tmp_path / "a.part").write_bytes(b"")
    assert sorted(os.listdir(tmp_path)) == ["a", "a.part"]


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def no_locks(file, flags):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(
        "brickyard.datasets.downloaders.partial_file.fcntl.flock", no_locks
    )
    with PartialFile(tmp_path / "a") as part:
        part.write(b"abc")
    assert (tmp_path / "a.part").read_bytes() == b"abc"


def test_it_must_be_open(tmp_path):
    with pytest.raises(ValueError, match=r"a\.part' is not open; enter it by `with`"):
        PartialFile(tmp_path / "a").write(b"abc")


def _hold(path, held, done):
    with PartialFile(path):
        held.set()
        done.wait(60)


def test_one_process_at_a_time(tmp_path):
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(tmp_path / "a", held, done))
    process.start()
    assert held.wait(60)
    try:
        with (
            pytest.raises(DownloadError, match="written by another process"),
            PartialFile(tmp_path / "a"),
        ):
            raise AssertionError
    finally:
        done.set()
        process.join()
    with PartialFile(tmp_path / "a") as part:
        assert part.size == 0


def test_a_part_that_was_finished_meanwhile_is_not_touched(tmp_path, monkeypatch):
    from brickyard.datasets.downloaders import partial_file

    lock = partial_file.fcntl.flock

    def finish_then_lock(file, flags):
        monkeypatch.setattr(partial_file.fcntl, "flock", lock)
        os.replace(tmp_path / "a.part", tmp_path / "a")
        lock(file, flags)

    monkeypatch.setattr(partial_file.fcntl, "flock", finish_then_lock)
    with PartialFile(tmp_path / "a") as part:
        part.write(b"new")
    assert (tmp_path / "a").read_bytes() == b""
    assert (tmp_path / "a.part").read_bytes() == b"new"
