"""The database only ever grows by whole transactions."""

import pytest

from brickyard.training.errors import LogError
from brickyard.training.log.base import initial_status
from brickyard.training.log.database import Change, LogDatabase


@pytest.fixture
def store(tmp_path):
    made = LogDatabase(tmp_path / "log.sqlite")
    yield made
    made.close()


def test_latest_entry_counts_within_the_limit(store):
    changes = [Change(0, "a", 1), Change(0, "a", 2), Change(0, "a", removed=True)]
    store.append("run", 0, changes, initial_status())
    assert store.read_row([("run", 1)], 0) == {"a": 1}
    assert store.read_row([("run", 2)], 0) == {"a": 2}
    assert store.read_row([("run", 3)], 0) == {}


def test_failed_append_leaves_nothing(store):
    store.append("run", 0, [Change(0, "a", 1)], initial_status())
    with pytest.raises(LogError, match="UNIQUE constraint"):
        store.append("run", 0, [Change(1, "b", 1)], initial_status())
    with pytest.raises(TypeError, match="cannot be kept"):
        store.append("run", 1, [Change(1, "b", 1), Change(2, "c", object())], {})
    assert store.read_times([("run", 9)]) == {0}


def test_truncate_checks_ancestors(store):
    store.append("run", 0, [Change(0, "a", 1)], initial_status())
    with pytest.raises(LogError, match=r"0 entries of the run parent, but .* needs 2"):
        store.truncate("run", 0, [("parent", 2)])
    assert store.find_run("run")[0] == 1
    assert store.find_run("parent") is None
