import gc
import os
import signal
import sys
import threading

import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.exceptions import WorkerDiedError
from brickyard.datasets.transformers import Mapping
from brickyard.datasets.transformers.workers import Workers
from brickyard.testing.streams import same

DATA = np.arange(40 * 600.0).reshape(40, 600)


def act_on_value(data):
    """Do what the first number of a batch asks for."""
    value = data[0][0, 0] / 600
    if value == 8:
        raise FileNotFoundError(2, "no such picture", "eight.jpg")
    if value == 16:
        os._exit(7)
    if value == 24:
        os.kill(os.getpid(), signal.SIGKILL)
    return data


def stream_of(mapping=None):
    stream = DataStream(IndexableDataset({"x": DATA}), SequentialScheme(40, 4))
    return stream if mapping is None else Mapping(stream, mapping)


@pytest.fixture(scope="module")
def shared(quick_workers):
    """Two workers that several tests use, without leaving them busy."""
    workers = Workers(stream_of(), 2, 6, "forkserver")
    yield workers
    workers.stop()


@pytest.fixture
def make(workers_find_tests):
    made = []

    def start(mapping=None, num_workers=2, max_store=4, start_method="forkserver"):
        workers = Workers(stream_of(mapping), num_workers, max_store, start_method)
        made.append(workers)
        return workers

    yield start
    for workers in made:
        workers.stop()


def states_and_items():
    iterator = stream_of().get_epoch_iterator(epoch=0)
    states, items = [iterator.get_state()], []
    for item in iterator:
        items.append(item)
        states.append(iterator.get_state())
    return states, items


def test_items_with_their_states(shared):
    states, items = states_and_items()
    team = shared.team()
    run = team.open(0, 0, None)
    for number, item in enumerate(items):
        data, state = team.receive(run, number)
        assert same(data, item)
        assert same(state, states[number + 1])
    with pytest.raises(StopIteration):
        team.receive(run, 10)
    team.close(run)
    team.close(run)


def test_runs_in_turns_and_from_a_saved_position(shared):
    states, items = states_and_items()
    team = shared.team()
    starts = [0, 3, 7, 7]
    runs = [team.open(0, start, states[start]) for start in starts]
    for step in range(3):
        for start, run in zip(starts, runs, strict=True):
            data, state = team.receive(run, start + step)
            assert same(data, items[start + step])
            assert same(state, states[start + step + 1])
    team.forget(runs[0])
    for run in runs[1:]:
        team.close(run)
    for _ in range(3):
        run = team.open(0, 0, None)
        assert same(team.receive(run, 0)[0], items[0])
        team.close(run)


def test_processes_are_kept_over_epochs(shared):
    team = shared.team()
    assert shared.team() is team
    assert not team.ended


def test_runs_in_several_threads(shared):
    _, items = states_and_items()
    team = shared.team()
    results = {}

    def read(name):
        run = team.open(0, 0, None)
        results[name] = [team.receive(run, number)[0] for number in range(10)]
        team.close(run)

    threads = [threading.Thread(target=read, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert same(results, dict.fromkeys(results, items))
    assert len(results) == 4


def test_an_error_has_its_type_and_the_traceback_of_the_worker(make):
    team = make(act_on_value).team()
    run = team.open(0, 0, None)
    team.receive(run, 0)
    team.receive(run, 1)
    with pytest.raises(FileNotFoundError, match="no such picture") as caught:
        team.receive(run, 2)
    (note,) = caught.value.__notes__
    assert "raised for batch 2 of an epoch, in worker 0 of MultiProc" in note
    assert "in act_on_value" in note
    assert not team.ended


@pytest.mark.parametrize(
    ("number", "how"),
    [(4, "ended with exit code 7"), (6, r"was ended by SIGKILL \(signal 9\)")],
)
def test_a_worker_that_dies(make, number, how):
    workers = make(act_on_value)
    team = workers.team()
    iterator = workers.stream.get_epoch_iterator(epoch=0)
    child = states_and_items()[0][number]
    state = {**iterator.get_state(), "position": number, "parts": {"child": child}}
    run = team.open(0, number, state)
    message = rf"worker 0 of MultiProcessing over Mapping \(process \d+\) {how} before"
    with pytest.raises(WorkerDiedError, match=f"{message} it gave batch {number}"):
        team.receive(run, number)
    assert team.ended
    again = workers.team()
    assert again is not team
    assert same(again.receive(again.open(0, 0, None), 0)[0], (DATA[:4],))


def test_a_worker_that_dies_while_it_starts(make, monkeypatch):
    workers = make(os._exit)
    monkeypatch.setattr(
        "brickyard.datasets.transformers.workers.run_worker", leave_at_once
    )
    team = workers.team()
    run = team.open(0, 0, None)
    with pytest.raises(
        WorkerDiedError, match=r"exit code 5 before it was ready; .*'if "
    ):
        team.receive(run, 0)


def leave_at_once(*arguments):
    os._exit(5)


def test_a_stream_that_cannot_be_pickled(make):
    with pytest.raises(
        TypeError, match=r"but Mapping.mapping, a function, cannot be pickled \(.*def"
    ):
        make(lambda data: data).team()


def test_a_stream_that_cannot_be_made_again(make, monkeypatch):
    monkeypatch.setattr(act_on_value, "__module__", "test_gone")
    monkeypatch.setitem(sys.modules, "test_gone", Gone)
    team = make(act_on_value).team()
    run = team.open(0, 0, None)
    with pytest.raises(TypeError, match=r"could not make the .* No module named 'test"):
        team.receive(run, 0)


class Gone:
    act_on_value = staticmethod(act_on_value)


def test_stopping(make):
    workers = make()
    team = workers.team()
    run = team.open(0, 0, None)
    data, _ = team.receive(run, 0)
    workers.stop()
    workers.stop()
    assert same(data, (DATA[:4],))
    with pytest.raises(RuntimeError, match="was closed while somebody waited for its"):
        team.receive(run, 1)
    assert workers.team() is not team


def test_a_spawned_worker(make):
    team = make(num_workers=1, start_method="spawn").team()
    run = team.open(0, 0, None)
    assert same(team.receive(run, 0)[0], (DATA[:4],))


def test_a_process_that_is_a_worker_itself_has_none(make, monkeypatch):
    class Here:
        daemon = True

    monkeypatch.setattr("multiprocessing.current_process", Here)
    with pytest.raises(RuntimeError, match="in a process that is itself a worker; ke"):
        make().team()


def test_no_shared_memory_is_left(make):
    before = {each for each in os.listdir("/dev/shm") if each.startswith("brickyard")}
    workers = make()
    team = workers.team()
    run = team.open(0, 0, None)
    kept = [team.receive(run, number) for number in range(3)]
    workers.stop()
    after = {each for each in os.listdir("/dev/shm") if each.startswith("brickyard")}
    assert after <= before
    assert same(kept[2][0], (DATA[8:12],))
    del kept
    gc.collect()
