import copy
import os
import pickle

import pytest

from brickyard.datasets.kept_mapping import KeptMapping


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(b"old")
    return path


def mapped(kept, path):
    with open(path, "rb") as file:
        return kept.get(file.fileno())


def test_a_file_that_is_opened_again_is_mapped_once(path):
    kept = KeptMapping()
    first = mapped(kept, path)
    assert mapped(kept, path) is first
    assert first.content.tobytes() == b"old"


def test_another_file_of_the_same_name(path):
    kept = KeptMapping()
    first = mapped(kept, path)
    path.with_suffix(".new").write_bytes(b"new")
    os.replace(path.with_suffix(".new"), path)
    assert mapped(kept, path).content.tobytes() == b"new"
    assert first.content.tobytes() == b"old"


def test_a_file_that_was_written_to(path):
    kept = KeptMapping()
    first = mapped(kept, path)
    with open(path, "rb+") as file:
        file.write(b"o")
    assert mapped(kept, path) is first
    with open(path, "ab") as file:
        file.write(b"er")
    assert mapped(kept, path).content.tobytes() == b"older"
    os.truncate(path, 2)
    assert mapped(kept, path).content.tobytes() == b"ol"


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda k: pickle.loads(pickle.dumps(k))]
)
def test_copies_have_no_mapping(path, copied):
    kept = KeptMapping()
    first = mapped(kept, path)
    assert mapped(copied(kept), path) is not first


def test_files_that_cannot_be_mapped(path):
    kept = KeptMapping()
    os.truncate(path, 0)
    with pytest.raises(OSError, match="the file cannot be mapped: "):
        mapped(kept, path)
