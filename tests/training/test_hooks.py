"""The loop calls extensions only where they listen."""

import pytest

from brickyard.training.hooks import CALLBACK_NAMES, Hooks, run_hooks


class Recorder:
    name = "recorder"

    def __init__(self, *callbacks):
        self.listened = set(callbacks)
        self.calls = []

    def callbacks(self):
        return self.listened

    def dispatch(self, callback_name, *args):
        self.calls.append((callback_name, *args))
        if args == ("fail",):
            raise KeyError("missing")


def test_only_listeners_are_called_in_their_order():
    first, second = Recorder("after_batch", "on_error"), Recorder("after_batch")
    hooks = Hooks([first, second])
    run_hooks(hooks.after_batch, "batch")
    assert first.calls == second.calls == [("after_batch", "batch")]
    assert len(hooks.on_error) == 1
    for name in set(CALLBACK_NAMES) - {"after_batch", "on_error"}:
        assert getattr(hooks, name) == ()


def test_unknown_callback_is_refused():
    with pytest.raises(ValueError, match=r"'recorder' listens to \['after_bach'\]"):
        Hooks([Recorder("after_bach")])


def test_error_is_annotated():
    hooks = Hooks([Recorder("after_batch")])
    with pytest.raises(KeyError, match="missing") as info:
        run_hooks(hooks.after_batch, "fail")
    assert info.value.__notes__ == ["raised by extension 'recorder' in after_batch"]


def test_callbacks_are_those_of_the_extensions():
    from brickyard.extensions.conditions import CALLBACKS

    assert CALLBACK_NAMES == CALLBACKS
