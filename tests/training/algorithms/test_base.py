import pytest

from brickyard.training.algorithms import TrainingAlgorithm


class Nothing(TrainingAlgorithm):
    def initialize(self):
        self.ready = True

    def process_batch(self, batch):
        self.batch = batch


def test_no_state_by_default():
    algorithm = Nothing()
    algorithm.set_state(algorithm.get_state())
    assert algorithm.get_state() == {}
    algorithm.flush()


def test_unknown_state():
    with pytest.raises(ValueError, match="state of Nothing has unknown 'count'"):
        Nothing().set_state({"count": 1})


def test_methods_must_be_defined():
    with pytest.raises(TypeError, match="abstract method"):
        TrainingAlgorithm()
