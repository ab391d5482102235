"""The order of things in a training run, and its state at every point."""

import errno
import gc
import os
import signal
import weakref

import numpy as np
import pytest

from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme, ShuffledScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions import (
    Checkpoint,
    FinishAfter,
    SimpleExtension,
    TrainingExtension,
)
from brickyard.state import require_keys
from brickyard.training import (
    MainLoop,
    SQLiteLog,
    TrainingFinish,
    TrainingLog,
)
from brickyard.training.algorithms import TrainingAlgorithm
from brickyard.training.checkpoint import read_checkpoint
from brickyard.training.checkpoint.files import FileSystem
from brickyard.training.hooks import CALLBACK_NAMES


class Digest(TrainingAlgorithm):
    """Folds all batches into one number, which depends on their order."""

    def __init__(self):
        self.value = 0.0
        self.initialized = 0
        self.fail_at = None
        self.error = ValueError("the batch is bad")
        self.calls = 0
        self.flushes = 0

    def initialize(self):
        self.initialized += 1

    def process_batch(self, batch):
        self.calls += 1
        if self.calls == self.fail_at:
            raise self.error
        self.value = self.value * 0.7 + float(batch["x"] @ np.arange(len(batch["x"])))

    def flush(self):
        self.flushes += 1

    def get_state(self):
        return {"value": self.value}

    def set_state(self, state):
        require_keys(state, ["value"], "the digest")
        self.value = state["value"]


class Recorder(TrainingExtension):
    """Writes down every call, and acts on demand."""

    def __init__(self, name="recorder", **actions):
        super().__init__(name)
        self.calls = []
        self.actions = actions

    def _note(self, callback):
        done = self.main_loop.status["iterations_done"]
        self.calls.append(f"{callback} {done}")
        action = self.actions.get(f"{callback}_{done}")
        if action is not None:
            action()

    def setup(self):
        self._note("setup")

    def restore(self):
        self._note("restore")


def _noting(name):
    def hook(self, *args):
        self._note(name)

    return hook


for _name in CALLBACK_NAMES:
    setattr(Recorder, _name, _noting(_name))
# A callback with an argument is declared with it.
for _name in ("before_batch", "after_batch", "on_error"):
    setattr(Recorder, _name, lambda self, argument, _name=_name: self._note(_name))


class Count(SimpleExtension):
    """Has a memory, and a record that depends on it."""

    def __init__(self, **kwargs):
        super().__init__(after_batch=True, **kwargs)
        self.count = 0

    def do(self, which_callback, *args):
        self.count += 1
        digest = self.main_loop.algorithm.value
        self.main_loop.log.current_row["digest"] = np.float32(digest)
        self.main_loop.log.current_row["count"] = self.count

    def writes(self):
        return ["digest", "count"]

    def get_state(self):
        return {**super().get_state(), "count": self.count}

    def set_state(self, state):
        state = dict(state)
        self.count = state.pop("count")
        super().set_state(state)


def stream(seed=3):
    data = IndexableDataset({"x": np.arange(10.0)})
    return DataStream(data, ShuffledScheme(10, 4, seed=seed))


def make(*extensions, epochs=2, **kwargs):
    return MainLoop(
        Digest(),
        stream(),
        extensions=[*extensions, FinishAfter(after_n_epochs=epochs)],
        **kwargs,
    )


def test_order_of_a_run():
    recorder = Recorder()
    loop = make(recorder)
    loop.run()
    epoch_one = [
        call for i in range(3) for call in (f"before_batch {i}", f"after_batch {i + 1}")
    ]
    epoch_two = [
        call
        for i in range(3, 6)
        for call in (f"before_batch {i}", f"after_batch {i + 1}")
    ]
    assert recorder.calls == [
        *("setup 0", "restore 0", "before_training 0"),
        *("before_epoch 0", *epoch_one, "after_epoch 3"),
        *("before_epoch 3", *epoch_two, "after_epoch 6"),
        "after_training 6",
    ]
    assert loop.algorithm.initialized == 1
    # At the end of each epoch, and of training.
    assert loop.algorithm.flushes == 3
    assert loop.status["_epoch_ends"] == [3, 6]
    assert loop.log.current_row["training_finished"] is True


def test_run_again_goes_on():
    recorder = Recorder()
    loop = make(recorder, epochs=1)
    loop.run()
    loop.extensions[-1].set_conditions(after_n_epochs=2)
    recorder.calls.clear()
    loop.run()
    assert recorder.calls[:2] == ["on_resumption 3", "before_epoch 3"]
    assert recorder.calls[-1] == "after_training 6"
    assert "training_finished" not in loop.log[3]
    reference = make()
    reference.run()
    assert loop.algorithm.value == reference.algorithm.value


def test_complete_run_stays_complete():
    loop = make()
    loop.run()
    value = loop.algorithm.value
    loop.run()
    assert loop.algorithm.value == value
    assert loop.log.current_row["training_finished"] is True


def test_cannot_be_nested():
    recorder = Recorder()
    loop = make(recorder)
    recorder.actions["after_batch_1"] = loop.run
    with pytest.raises(RuntimeError, match="the main loop runs already"):
        loop.run()


def test_finish_requested_anywhere():
    for callback, done, expected in [
        ("before_training", 0, 0),
        ("before_epoch", 0, 1),
        ("before_batch", 1, 2),
        ("after_batch", 2, 2),
        ("after_epoch", 3, 3),
    ]:
        recorder = Recorder()

        def request(loop_of=recorder):
            row = loop_of.main_loop.log.current_row
            row["training_finish_requested"] = True

        recorder.actions[f"{callback}_{done}"] = request
        loop = make(recorder)
        loop.run()
        assert loop.status["iterations_done"] == expected, callback
        assert recorder.calls[-1] == f"after_training {expected}"


def test_algorithm_can_finish():
    loop = make()
    loop.algorithm.fail_at, loop.algorithm.error = 3, TrainingFinish("enough")
    loop.run()
    assert loop.status["iterations_done"] == 2
    assert loop.log.current_row["training_finished"] is True


def test_finish_within_an_epoch_waits_for_the_last_batch():
    class Late(Digest):
        """Knows of the failure of a batch when it is asked at last."""

        def flush(self):
            raise self.error

    algorithm = Late()
    finish = FinishAfter(after_n_batches=2)
    loop = MainLoop(algorithm, stream(), extensions=[finish])
    with pytest.raises(ValueError, match="the batch is bad"):
        loop.run()
    assert "training_finished" not in loop.log.current_row
    algorithm.error = TrainingFinish("enough")
    loop.run()
    assert loop.status["iterations_done"] == 2
    assert loop.log.current_row["training_finished"] is True


def test_errors_are_annotated_reported_and_raised():
    recorder = Recorder()
    loop = make(recorder)
    loop.algorithm.fail_at = 5
    with pytest.raises(ValueError, match="the batch is bad") as info:
        loop.run()
    (note,) = info.value.__notes__
    assert (
        note == "while processing batch 2 of epoch 2 (4 batches were processed in all)"
    )
    assert recorder.calls[-1] == "on_error 4"
    record = loop.log.current_row["got_exception"]
    assert record == f"ValueError: the batch is bad\n{note}"


def test_error_of_an_extension_names_it():
    def fail():
        raise KeyError("lost")

    loop = make(Recorder("mine", after_batch_1=fail))
    with pytest.raises(KeyError, match="lost") as info:
        loop.run()
    assert info.value.__notes__ == [
        "raised by extension 'mine' in after_batch",
        "while following up batch 1 of epoch 1 (1 batches were processed in all)",
    ]


def test_second_error_does_not_hide_the_first():
    def fail():
        raise KeyError("second")

    loop = make(Recorder(on_error_0=fail))
    loop.algorithm.fail_at = 1
    with pytest.raises(ValueError, match="the batch is bad") as info:
        loop.run()
    assert info.value.__notes__[-1] == "and then on_error raised KeyError('second')"


def test_batch_that_failed_is_processed_when_run_again():
    loop = make()
    loop.algorithm.fail_at = 2
    with pytest.raises(ValueError, match="the batch is bad"):
        loop.run()
    loop.run()
    reference = make()
    reference.run()
    assert loop.algorithm.value == reference.algorithm.value


def test_empty_stream():
    data = DataStream(IndexableDataset({"x": np.zeros(0)}), SequentialScheme(0, 1))
    loop = MainLoop(Digest(), data)
    with pytest.raises(ValueError, match="DataStream gave no batch in epoch 0"):
        loop.run()


def test_records_are_checked_before_training():
    class Reader(Recorder):
        def reads(self):
            return ["coun"]

    reader = Reader("reader")
    with pytest.raises(ValueError, match="Did you mean 'count'"):
        make(Count(), reader).run()
    assert reader.calls == []


def test_wrong_arguments(tmp_path):
    with pytest.raises(TypeError, match="which has no callbacks or dispatch"):
        MainLoop(Digest(), stream(), extensions=["Printing"])
    with pytest.raises(ValueError, match="both a log and a log_backend"):
        make(log=TrainingLog(), log_backend="memory")


def test_log_backend():
    assert isinstance(make(log_backend="memory").log, TrainingLog)


def test_iteration_state():
    seen = []
    recorder = Recorder(after_batch_1=lambda: seen.append(loop.iteration_state))
    loop = make(recorder)
    loop.run()
    assert seen[0][0] is loop.data_stream
    assert seen[0][1] is not None
    assert loop.iteration_state == (loop.data_stream, None)


def test_batches_are_let_go():
    class Weak(np.ndarray):
        pass

    references = []

    class Watch(TrainingExtension):
        def after_batch(self, batch):
            references.append(weakref.ref(batch["x"]))

    class Source:
        epoch = 0

        def get_epoch_iterator(self, as_dict=False, epoch=None):
            for _ in range(4):
                assert not any(reference() is not None for reference in references)
                yield {"x": np.ones(2).view(Weak)}

    gc.collect()
    loop = MainLoop(
        Digest(), Source(), extensions=[Watch(), FinishAfter(after_n_epochs=1)]
    )
    loop.run()
    assert len(references) == 4


def rows(log):
    return {time: dict(log[time]) for time in sorted(log)}


def log_of(kind, tmp_path):
    return TrainingLog() if kind == "memory" else SQLiteLog(tmp_path / "log.sqlite")


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("callback", ["before_epoch", "after_batch", "after_epoch"])
def test_exact_resume_from_every_safe_point(kind, callback, tmp_path):
    reference = make(Count(), log=log_of(kind, tmp_path / "none"))
    if kind == "sqlite":
        (tmp_path / "none").mkdir()
    reference.run()
    for stop in range(7):
        states = []
        loop = make(Count(), log=log_of(kind, tmp_path))
        saver = Recorder("saver")
        saver.actions[f"{callback}_{stop}"] = lambda loop=loop, states=states: (
            loop.at_safe_point(lambda: states.append(loop.get_state()))
        )
        # The saver comes first: what it saves includes what others do later.
        loop.extensions.insert(0, saver)
        loop.run()
        loop.log.close()
        if not states:
            continue
        resumed = make(Recorder("saver"), Count(), log=log_of(kind, tmp_path))
        resumed.set_state(states[0])
        resumed.run()
        assert resumed.algorithm.value == reference.algorithm.value
        assert rows(resumed.log) == rows(reference.log)
        assert resumed.status == reference.status
        resumed.log.close()
    reference.log.close()


def test_state_within_a_batch_draws_it_again():
    for callback in ("before_batch", "on_error"):
        states = []
        recorder = Recorder("saver")
        loop = make(recorder)
        recorder.actions[f"{callback}_4"] = lambda loop=loop, states=states: (
            states.append(loop.get_state())
        )
        if callback == "on_error":
            loop.algorithm.fail_at = 5
            with pytest.raises(ValueError, match="the batch is bad"):
                loop.run()
        else:
            loop.run()
        resumed, reference = make(Recorder("saver")), make()
        resumed.set_state(states[0])
        resumed.run()
        reference.run()
        assert resumed.algorithm.value == reference.algorithm.value


def test_safe_point_of_before_batch_is_after_the_batch():
    seen = []
    recorder = Recorder()
    loop = make(recorder)
    recorder.actions["before_batch_1"] = lambda: loop.at_safe_point(
        lambda: seen.append(loop.status["iterations_done"])
    )
    loop.run()
    assert seen == [2]
    loop.at_safe_point(lambda: seen.append("now"))
    assert seen == [2, "now"]


def test_refused_state_changes_nothing():
    loop = make(Count())
    loop.run()
    good = loop.get_state()
    value, count = loop.algorithm.value, loop.extensions[0].count
    for part, content in [
        ("algorithm", {"wrong": 1}),
        ("extensions", {**good["extensions"], "Count": {"cuont": 1}}),
        ("stream", {**good["stream"], "stream": {"epok": 1}}),
        ("stream", {**good["stream"], "description": {"Stream": []}}),
        ("log", {}),
        ("log", {**good["log"], "rows": [["x", {}]]}),
    ]:
        with pytest.raises((ValueError, KeyError)):
            loop.set_state({**good, "algorithm": {"value": -1.0}, part: content})
        assert loop.algorithm.value == value
        assert loop.extensions[0].count == count
        assert loop.get_state() == good


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        ("extensions", {"Cuont": {"count": 1}}, "'Cuont', which .* mean 'Count'"),
        ("extensions", {}, "the extension 'Count' has a memory, but the state"),
        ("generators", [{}], "has 1 random generators and the graph .* has 0"),
        ("parameters", {"/a.W": np.ones(1)}, "'/a.W', which this model does not have"),
        ("loop", {}, "the main loop's status lacks"),
    ],
)
def test_state_of_another_loop(part, content, message):
    loop = make(Count())
    with pytest.raises(ValueError, match=message):
        loop.set_state({**loop.get_state(), part: content})


def test_state_lacks_a_part():
    loop = make()
    with pytest.raises(ValueError, match="the state of the main loop lacks 'log'"):
        loop.set_state({k: v for k, v in loop.get_state().items() if k != "log"})


def press(number):
    return lambda: os.kill(os.getpid(), number)


def test_first_interrupt_ends_the_epoch():
    recorder = Recorder(after_batch_1=press(signal.SIGINT))
    loop = make(recorder)
    loop.run()
    assert recorder.calls[-1] == "on_interrupt 3"
    assert "after_training 3" not in recorder.calls
    loop.run()
    reference = make()
    reference.run()
    assert loop.algorithm.value == reference.algorithm.value


def test_second_interrupt_ends_the_batch():
    recorder = Recorder(
        after_batch_1=press(signal.SIGINT), before_batch_1=press(signal.SIGINT)
    )
    loop = make(recorder)
    loop.run()
    assert recorder.calls[-2:] == ["after_batch 2", "on_interrupt 2"]
    assert loop.status["batch_interrupt_received"]
    assert not loop.get_state()["loop"]["batch_interrupt_received"]


def test_third_interrupt_is_at_once():
    recorder = Recorder()

    def press_thrice():
        for _ in range(3):
            press(signal.SIGINT)()

    recorder.actions["before_batch_1"] = press_thrice
    before = signal.getsignal(signal.SIGINT)
    loop = make(recorder)
    with pytest.raises(KeyboardInterrupt):
        loop.run()
    assert recorder.calls[-1] == "before_batch 1"
    assert signal.getsignal(signal.SIGINT) is before


def test_termination_saves_and_exits_with_143():
    states = []
    recorder = Recorder(after_batch_2=press(signal.SIGTERM))
    recorder.actions["on_interrupt_2"] = lambda: loop.at_safe_point(
        lambda: states.append(loop.get_state())
    )
    before = signal.getsignal(signal.SIGTERM)
    loop = make(Count(), recorder)
    with pytest.raises(SystemExit) as info:
        loop.run()
    assert info.value.code == 143
    assert recorder.calls[-1] == "on_interrupt 2"
    assert signal.getsignal(signal.SIGTERM) is before
    resumed, reference = make(Count(), Recorder()), make(Count())
    resumed.set_state(states[0])
    resumed.run()
    reference.run()
    assert rows(resumed.log) == rows(reference.log)


def test_interrupt_after_the_last_batch_of_an_epoch():
    recorder = Recorder(after_epoch_3=press(signal.SIGINT))
    loop = make(recorder)
    loop.run()
    assert recorder.calls[-2:] == ["after_epoch 3", "on_interrupt 3"]


def test_log_that_cannot_be_written_does_not_end_training(tmp_path, caplog):
    class Full(TrainingLog):
        full = False

        def flush(self):
            if self.full:
                from brickyard.training import LogError

                raise LogError("the disk is full")

    log = Full()

    class Fill(TrainingExtension):
        def before_training(self):
            log.full = True

        def after_training(self):
            log.full = False

    loop = make(Fill(), log=log)
    loop.run()
    assert loop.status["epochs_done"] == 2
    assert "the disk is full; its rows stay in memory" in caplog.text


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.ENOENT])
def test_training_survives_saves_that_fail(number, tmp_path, monkeypatch):
    path = tmp_path / "run.ckpt"
    loop = make(Checkpoint(path, every_n_epochs=1, overwrite=True))
    loop.extensions.append(Recorder(before_epoch_3=lambda: break_disk(monkeypatch)))
    contents = []
    loop.extensions[-1].actions["after_batch_4"] = lambda: contents.append(
        path.read_bytes()
    )

    def break_disk(monkeypatch):
        def fail(self, descriptor, data):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(FileSystem, "write", fail)

    loop.run()
    assert loop.status["epochs_done"] == 2
    assert os.strerror(number) in loop.log[6]["checkpoint_failed"]
    assert "saved_to" not in loop.log[6]
    assert path.read_bytes() == contents[0]
    assert read_checkpoint(path).parts["loop"]["iterations_done"] == 3
    assert os.listdir(tmp_path) == ["run.ckpt"]
