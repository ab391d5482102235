import mmap
import os

import numpy as np
import pytest

from brickyard.datasets.mapped_file import MappedFile

PAGES = 64


@pytest.fixture
def file(tmp_path):
    content = np.random.default_rng(0).bytes(PAGES * mmap.PAGESIZE)
    (tmp_path / "bytes").write_bytes(content)
    with open(tmp_path / "bytes", "rb+") as file:
        yield file, content


def test_content_is_that_of_the_file(file):
    file, content = file
    mapped = MappedFile(file.fileno())
    mapped.check(len(content), 3, 5)
    assert mapped.content.tobytes() == content
    assert not mapped.content.flags.writeable


def test_a_file_that_became_shorter_is_not_looked_at(file):
    file, _ = file
    mapped = MappedFile(file.fileno())
    os.truncate(file.name, 1000)
    mapped.check(1000, 1, 1)
    with pytest.raises(OSError, match="has 1000 bytes, and values lie at byte 1001"):
        mapped.check(1001, 1, 1)


def test_an_empty_file_cannot_be_mapped(tmp_path):
    with (
        open(tmp_path / "empty", "wb+") as file,
        pytest.raises(OSError, match="the file cannot be mapped: "),
    ):
        MappedFile(file.fileno())


def pages_in_memory(name):
    """Return how many bytes of the mappings of a file count as memory."""
    found, total = False, 0
    with open("/proc/self/smaps") as smaps:
        for line in smaps:
            words = line.split()
            if not words[0].endswith(":"):
                found = words[-1] == name
            elif found and words[0] == "Rss:":
                total += 1024 * int(words[1])
    return total


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps"), reason="needs /proc")
def test_pages_are_given_back_beyond_the_limit(file):
    file, content = file
    limit = 3 * 2**16
    mapped = MappedFile(file.fileno(), limit)
    for place in range(0, len(content), mmap.PAGESIZE):
        mapped.check(len(content), 1, 1)
        assert mapped.content[place] == content[place]
        assert pages_in_memory(file.name) <= limit
    kept = MappedFile(file.fileno())
    kept.check(len(content), PAGES, mmap.PAGESIZE)
    assert kept.content.sum() == sum(content)
    kept.check(len(content), PAGES, mmap.PAGESIZE)
    assert pages_in_memory(file.name) >= len(content)
