"""Records are written before they are read, or training does not start."""

import pytest

from brickyard.training.records import check_records


class Extension:
    def __init__(self, name, reads=(), writes=()):
        self.name = name
        self._reads, self._writes = list(reads), list(writes)

    def reads(self):
        return self._reads

    def writes(self):
        return self._writes


def test_accepts_what_is_written_before():
    check_records(
        [
            Extension("monitor", writes=["cost", "error"]),
            Extension("best", reads=["cost"], writes=["cost_best"]),
            Extension("stop", reads=["cost_best", "training_finish_requested"]),
            Extension("late", writes=["cost"]),
        ]
    )


def test_accepts_its_own_records():
    check_records([Extension("composite", reads=["a"], writes=["a"])])


def test_misspelt_record_names_near_matches_and_writers():
    extensions = [
        Extension("monitor", writes=["test_cost", "test_error"]),
        Extension("best", reads=["test_eror"]),
    ]
    with pytest.raises(
        ValueError,
        match=r"'best' reads the record 'test_eror', which nobody writes\. Did you "
        r"mean 'test_error'.*'monitor' writes \['test_cost', 'test_error'\]",
    ):
        check_records(extensions)


def test_an_extensions_own_records_are_no_near_matches():
    extensions = [
        Extension("monitor", writes=["test_cost"]),
        Extension("best", reads=["test_cots"], writes=["test_cots_best_so_far"]),
    ]
    with pytest.raises(ValueError, match=r"Did you mean 'test_cost'\? Written"):
        check_records(extensions)


def test_nothing_is_written():
    with pytest.raises(ValueError, match="None are written"):
        check_records([Extension("best", reads=["x"])])


def test_reader_before_writer():
    extensions = [Extension("best", reads=["cost"]), Extension("m", writes=["cost"])]
    with pytest.raises(ValueError, match="place 'm' before 'best'"):
        check_records(extensions)
