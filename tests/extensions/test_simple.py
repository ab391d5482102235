"""Conditions and what follows from them."""

from __future__ import annotations

import pytest

from brickyard.extensions import FinishAfter, SimpleExtension
from brickyard.extensions.simple import default_conditions, has_conditions
from brickyard.testing.extensions import check_extension, idle_main_loop


class Recorder(SimpleExtension):
    """Note when it acts."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = []

    def do(self, which_callback, *args):
        status = self.main_loop.status
        _, from_user = self.parse_args(which_callback, args)
        self.calls.append((str(which_callback), status["iterations_done"], *from_user))


def run(recorder, epochs=3):
    idle_main_loop([FinishAfter(after_n_epochs=epochs), recorder], 2).run()
    return recorder.calls


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"before_training": True}, [("before_training", 0)]),
        ({"before_first_epoch": True}, [("before_epoch", 0)]),
        ({"before_epoch": True}, [("before_epoch", n) for n in (0, 2, 4)]),
        ({"after_epoch": True}, [("after_epoch", n) for n in (2, 4, 6)]),
        ({"before_batch": True}, [("before_batch", n) for n in range(6)]),
        ({"after_batch": True}, [("after_batch", n) for n in range(1, 7)]),
        ({"every_n_batches": 4}, [("after_batch", 4)]),
        ({"after_n_batches": 5}, [("after_batch", 5)]),
        ({"every_n_epochs": 2}, [("after_epoch", 4)]),
        ({"after_n_epochs": 1}, [("after_epoch", 2)]),
        ({"after_training": True}, [("after_training", 6)]),
        ({"after_epoch": False, "every_n_batches": None}, []),
        (
            {"every_n_batches": 3, "after_n_batches": 3},
            [("after_batch", 3), ("after_batch", 6)],
        ),
    ],
)
def test_each_condition(conditions, expected):
    assert run(Recorder(**conditions)) == expected


def test_callbacks_are_those_of_the_conditions():
    recorder = Recorder(every_n_batches=2, on_error=True, before_first_epoch=True)
    assert recorder.callbacks() == {"after_batch", "on_error", "before_epoch"}


def test_added_condition_with_predicate_and_arguments():
    recorder = Recorder(after_batch=True)
    done = recorder.add_condition(
        ["after_batch"], lambda log: log.status["iterations_done"] == 2, ("x", 7)
    )
    assert done is recorder
    assert run(recorder, epochs=2) == [
        ("after_batch", 1),
        ("after_batch", 2),
        ("after_batch", 2, "x", 7),
        ("after_batch", 3),
        ("after_batch", 4),
    ]


def test_conditions_can_be_replaced():
    recorder = Recorder(after_batch=True)
    recorder.set_conditions(after_training=True)
    assert recorder.callbacks() == {"after_training"}
    assert [str(c.callback) for c in recorder.conditions] == ["after_training"]


def test_wrong_conditions_leave_the_former_ones():
    recorder = Recorder(after_batch=True)
    with pytest.raises(
        TypeError, match=r"has no condition 'after_bach'.*'after_batch'"
    ):
        recorder.set_conditions(after_bach=True)
    assert recorder.callbacks() == {"after_batch"}


def test_overridden_callbacks_run_before_conditions():
    class Both(Recorder):
        def after_epoch(self):
            self.calls.append("own")

    assert run(Both(after_epoch=True), epochs=1) == ["own", ("after_epoch", 2)]


def test_parse_args_of_callbacks_without_arguments():
    assert SimpleExtension.parse_args("after_epoch", ["a"]) == ((), ("a",))
    assert SimpleExtension.parse_args("on_error", ["e", "a"]) == (("e",), ("a",))


def test_condition_errors():
    with pytest.raises(TypeError, match=r"Recorder has no argument.*'after_epoch'"):
        Recorder(after_epok=True)
    with pytest.raises(TypeError, match="after_epoch is True or False, got 3"):
        Recorder(after_epoch=3)
    with pytest.raises(ValueError, match="every_n_epochs must be at least 1, got 0"):
        Recorder(every_n_epochs=0)
    with pytest.raises(TypeError, match=r"write \['after_epoch'\]"):
        Recorder().add_condition("after_epoch")
    with pytest.raises(TypeError, match=r"takes a predicate .*, got 5"):
        Recorder().add_condition(["after_epoch"], 5)
    with pytest.raises(TypeError, match="'after_n_epochs' is not a callback"):
        Recorder().add_condition(["after_n_epochs"])
    with pytest.raises(TypeError, match=r"list of arguments, .*\['best.ckpt'\]"):
        Recorder().add_condition(["after_epoch"], None, "best.ckpt")
    with pytest.raises(TypeError, match=r"abstract method '?do"):
        SimpleExtension()


def test_arguments_are_those_of_all_callbacks():
    recorder = Recorder()
    recorder.add_condition(["before_epoch", "after_epoch"], None, iter(["x"]))
    assert [condition.arguments for condition in recorder.conditions] == [("x",)] * 2


def test_memory_of_conditions():
    recorder = Recorder(after_n_batches=3, every_n_epochs=1)
    run(recorder)
    state = recorder.get_state()
    assert state == {"fired": ["after_n_batches=3"]}
    other = Recorder(after_n_batches=3)
    other.set_state(state)
    assert other.get_state() == state
    changed = Recorder(after_n_batches=4)
    changed.set_state(state)
    assert changed.get_state() == {"fired": []}
    assert Recorder(every_n_epochs=1).get_state() == {}
    with pytest.raises(ValueError, match="'Recorder' has unknown 'x'"):
        other.set_state({"x": 1})


def test_resumes_exactly():
    class Mark(SimpleExtension):
        def do(self, which_callback, *args):
            self.main_loop.log.current_row["mark"] = str(which_callback)

    check_extension(lambda: Mark(after_n_batches=6, every_n_epochs=3))


def test_has_conditions():
    assert has_conditions({"every_n_epochs": 1})
    assert not has_conditions({"name": "x"})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"after_epoch", "after_training"}),
        ({"name": "x"}, {"after_epoch", "after_training"}),
        ({"after_epoch": False}, {"after_training"}),
        ({"before_training": False}, {"after_epoch", "after_training"}),
        ({"every_n_epochs": 5}, {"every_n_epochs"}),
        ({"every_n_epochs": 5, "after_training": False}, {"every_n_epochs"}),
        ({"after_epoch": False, "after_training": False}, set()),
    ],
)
def test_default_conditions(given, expected):
    arguments = dict(given)
    default_conditions(arguments, "after_epoch", "after_training")
    assert {n for n, v in arguments.items() if v and n != "name"} == expected
