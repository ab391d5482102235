import gzip
from contextlib import nullcontext

import numpy as np
import pytest

from brickyard.datasets.converters import (
    fill_hdf5_file,
    open_tracked,
    report_progress,
    sha256_of_file,
    track_progress,
)
from brickyard.datasets.converters.original_files import read_original


def test_task_is_reported(tasks):
    with track_progress("images", 3, "image") as advance:
        advance(1)
        assert tasks["images"].done == 1
        advance(2)
    assert (tasks["images"].total, tasks["images"].unit) == (3, "image")


def test_innermost_reporter_is_told_and_errors_pass(tasks):
    told = []

    def reporter(*task):
        told.append(task)
        return nullcontext(told.append)

    with (
        pytest.raises(ZeroDivisionError),
        report_progress(reporter),
        track_progress("images", 3, "image") as advance,
    ):
        advance(2)
        raise ZeroDivisionError
    assert told == [("images", 3, "image"), 2]
    with track_progress("more", 1, "image") as advance:
        advance(1)
    assert list(tasks) == ["more"]


def test_nobody_needs_to_listen(tmp_path):
    (tmp_path / "a").write_bytes(b"bricks")
    with report_progress(None), track_progress("images", 3, "image") as advance:
        advance(1)
    with report_progress(None), open_tracked(tmp_path / "a") as file:
        assert file.read() == b"bricks"


def test_file_reports_the_bytes_that_are_new(tmp_path, tasks):
    (tmp_path / "a").write_bytes(bytes(100_000))
    with open_tracked(tmp_path / "a") as file:
        file.read(10_000)
        done = tasks["a"].done
        assert 10_000 <= done < 50_000
        file.seek(0)
        file.read(5_000)
        assert tasks["a"].done == done
        assert len(file.read(100_000)) == 95_000
        assert tasks["a"].done == 100_000
    assert (tasks["a"].total, tasks["a"].unit) == (100_000, "B")


def test_file_is_done_with_at_the_end(tmp_path, tasks):
    (tmp_path / "a").write_bytes(bytes(100_000))
    with open_tracked(tmp_path / "a", "beginning of a") as file:
        file.read(10)
        file.seek(90_000)
    assert file.closed
    assert tasks["beginning of a"].done == 100_000


def test_missing_file(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="nothing"),
        open_tracked(tmp_path / "nothing"),
    ):
        pytest.fail("there is no such file")


def test_compressed_bytes_are_counted(tmp_path, tasks):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(np.random.default_rng(1).bytes(50_000)))
    assert len(read_original(path)) == 50_000
    assert tasks["a.gz"].total == path.stat().st_size


def test_digests_and_sources_are_tasks(tmp_path, tasks):
    import h5py

    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w") as h5file:
        data = [("train", "x", np.zeros((5, 2))), ("test", "x", np.zeros((3, 2)))]
        fill_hdf5_file(h5file, data)
    sha256_of_file(path)
    assert (tasks["x"].done, tasks["x"].unit) == (8, "example")
    assert tasks["digest of a.hdf5"].total == path.stat().st_size
