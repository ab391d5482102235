"""What the loop relies on."""

from __future__ import annotations

import pytest

from brickyard.extensions import TrainingExtension
from brickyard.extensions.base import overrides


def test_name_is_that_of_the_class_by_default():
    assert TrainingExtension().name == "TrainingExtension"
    assert TrainingExtension("mine").name == "mine"


def test_main_loop_is_missing_until_assigned():
    extension = TrainingExtension("mine")
    with pytest.raises(ValueError, match="'mine' is not part of a main loop yet"):
        _ = extension.main_loop
    extension.main_loop = "loop"
    assert extension.main_loop == "loop"


def test_overridden_callbacks_are_listened_to():
    class Own(TrainingExtension):
        def on_error(self, exception):
            self.seen = exception

    extension = Own()
    assert extension.callbacks() == {"on_error"}
    assert overrides(Own, "on_error")
    assert not overrides(Own, "after_epoch")
    extension.dispatch("on_error", "trouble")
    assert extension.seen == "trouble"


def test_unknown_arguments_are_named():
    with pytest.raises(TypeError, match=r"no argument or condition 'nam'.*'name'"):
        TrainingExtension(nam="x")


def test_wrong_signature_is_found():
    class Own(TrainingExtension):
        def after_batch(self):
            """Take no batch."""

    with pytest.raises(TypeError, match=r"Own.after_batch\(self, batch\), but"):
        Own().callbacks()


def test_misspelt_callback_is_found():
    class Own(TrainingExtension):
        def after_epok(self):
            """Never called."""

    with pytest.raises(TypeError, match=r"Own.after_epok .*did you mean 'after_epoch'"):
        Own().callbacks()


def test_no_memory_by_default():
    extension = TrainingExtension("mine")
    assert extension.get_state() == {}
    extension.set_state({})
    with pytest.raises(ValueError, match="extension 'mine' has unknown 'x'"):
        extension.set_state({"x": 1})
