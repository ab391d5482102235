import gc

import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
from brickyard.datasets.transformers.workers import Workers
from brickyard.datasets.transformers.workers_reader import WorkersReader
from brickyard.testing.streams import same

DATA = np.arange(40.0)


def epoch(number=0):
    stream = DataStream(IndexableDataset({"x": DATA}), ShuffledScheme(40, 4))
    return stream.get_epoch_iterator(epoch=number)


@pytest.fixture(scope="module")
def workers(quick_workers):
    workers = Workers(epoch().data_stream, 2, 4, "forkserver")
    yield workers
    workers.stop()


def test_reads_the_epoch(workers):
    for number in (0, 1):
        reader = WorkersReader(workers, epoch(number))
        child = epoch(number)
        for item in list(epoch(number)):
            assert same(reader.get_state(), child.get_state())
            assert same(reader.read(), item)
            next(child)
        for _ in range(2):
            with pytest.raises(StopIteration):
                reader.read()
        assert same(reader.get_state(), child.get_state())


def test_goes_to_a_saved_position(workers):
    items, reader, states = list(epoch()), WorkersReader(workers, epoch()), []
    for _ in range(6):
        states.append(reader.get_state())
        reader.read()
    for position in (3, 5, 0):
        reader.set_state(states[position])
        assert same(reader.get_state(), states[position])
        assert same([reader.read(), reader.read()], items[position : position + 2])
    reader.close()


def test_a_refused_state_leaves_the_position(workers):
    reader = WorkersReader(workers, epoch())
    reader.read()
    state = reader.get_state()
    with pytest.raises(ValueError, match="saved in epoch 4"):
        reader.set_state({**state, "epoch": 4})
    assert reader.get_state() == state
    assert same(reader.read(), list(epoch())[1])
    reader.close()


def test_goes_on_with_new_workers_when_the_old_have_been_stopped(workers):
    reader = WorkersReader(workers, epoch())
    items = [reader.read()]
    workers.stop()
    items += [reader.read() for _ in range(9)]
    assert same(items, list(epoch()))
    reader.close()


def test_workers_stop_for_a_reader_that_is_dropped(workers):
    reader = WorkersReader(workers, epoch())
    reader.read()
    team = workers.team()
    assert len(team._runs) == 1
    del reader
    gc.collect()
    other = WorkersReader(workers, epoch())
    other.read()
    assert len(team._runs) == 1
    other.close()
    assert not team._runs
