import os

import numpy as np
import pytest

from brickyard.datasets.mapped_file import MappedFile

SIZE = 5000


@pytest.fixture
def file(tmp_path):
    content = np.random.default_rng(0).bytes(SIZE)
    (tmp_path / "bytes").write_bytes(content)
    with open(tmp_path / "bytes", "rb+") as file:
        yield file, content


def test_content_is_that_of_the_file(file):
    file, content = file
    mapped = MappedFile(file.fileno())
    mapped.check(len(content))
    assert mapped.content.tobytes() == content
    assert not mapped.content.flags.writeable


def test_a_file_that_became_shorter_is_not_looked_at(file):
    file, _ = file
    mapped = MappedFile(file.fileno())
    os.truncate(file.name, 1000)
    mapped.check(1000)
    with pytest.raises(OSError, match="has 1000 bytes, and values lie at byte 1001"):
        mapped.check(1001)


def test_bytes_that_came_after_the_mapping_are_not_looked_at(file):
    file, _ = file
    mapped = MappedFile(file.fileno())
    assert mapped.shows(file.fileno())
    os.truncate(file.name, SIZE + 1)
    assert not mapped.shows(file.fileno())
    mapped.check(SIZE)
    with pytest.raises(OSError, match="has 5000 bytes, and values lie at byte 5001"):
        mapped.check(SIZE + 1)


def test_other_files_are_not_shown(file, tmp_path):
    file, content = file
    (tmp_path / "copy").write_bytes(content)
    mapped = MappedFile(file.fileno())
    with open(tmp_path / "copy", "rb") as other, open(file.name, "rb") as again:
        assert not mapped.shows(other.fileno())
        assert mapped.shows(again.fileno())


def test_an_empty_file_cannot_be_mapped(tmp_path):
    with (
        open(tmp_path / "empty", "wb+") as file,
        pytest.raises(OSError, match="the file cannot be mapped: "),
    ):
        MappedFile(file.fileno())
