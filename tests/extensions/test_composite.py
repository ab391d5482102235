"""Extensions made of others."""

from __future__ import annotations

import pytest

from brickyard.extensions import (
    CompositeExtension,
    FinishAfter,
    Printing,
    SimpleExtension,
    TrackTheBest,
)
from brickyard.testing.extensions import check_extension, idle_main_loop

CALLS: list[str] = []


class Part(SimpleExtension):
    def do(self, which_callback, *args):
        CALLS.append(self.name)


class Whole(CompositeExtension):
    def do(self, which_callback, *args):
        CALLS.append(self.name)


@pytest.mark.parametrize(
    ("first", "expected"), [(True, ["whole", "a", "b"]), (False, ["a", "b", "whole"])]
)
def test_order(first, expected):
    CALLS.clear()
    parts = [Part(name="a", after_training=True), Part(name="b", after_training=True)]
    whole = Whole(parts, run_before_children=first, name="whole", after_training=True)
    idle_main_loop([FinishAfter(after_n_epochs=1), whole]).run()
    assert expected == CALLS


def test_parts_are_not_asked_at_every_batch():
    class Counting(Part):
        asked = 0

        def callbacks(self):
            type(self).asked += 1
            return super().callbacks()

    part = Counting(after_batch=True)
    idle_main_loop([CompositeExtension([part]), FinishAfter(after_n_epochs=2)]).run()
    assert Counting.asked < 8


def test_dispatch_outside_a_run():
    CALLS.clear()
    whole = CompositeExtension([Part(name="a", after_epoch=True)])
    whole.main_loop = idle_main_loop([])
    whole.dispatch("after_epoch")
    assert CALLS == ["a"]
    assert whole.main_loop is whole.sub_extensions[0].main_loop


def test_records_read_inside_are_not_read_from_outside():
    whole = CompositeExtension(
        [TrackTheBest("error"), TrackTheBest("error_best_so_far")]
    )
    assert whole.reads() == ["error"]
    assert whole.writes() == ["error_best_so_far", "error_best_so_far_best_so_far"]


def test_state():
    check_extension(
        lambda: CompositeExtension([TrackTheBest("a"), Part(after_n_batches=5)]),
        records={"a": [3, 1, 2, 0]},
    )
    assert CompositeExtension([Part(after_batch=True)]).get_state() == {}


def test_state_is_applied_whole_or_not_at_all():
    whole = CompositeExtension([TrackTheBest("a"), TrackTheBest("b")])
    before = whole.get_state()
    with pytest.raises(ValueError, match="has unknown 'x'"):
        whole.set_state({"parts": [{"best": 1.0}, {"x": 0}]})
    assert whole.get_state() == before
    with pytest.raises(ValueError, match="has 1 parts, the extension has 2"):
        whole.set_state({"parts": [{"best": 1.0}]})


def test_parts_are_extensions():
    with pytest.raises(TypeError, match="composed of extensions, got 3 of type int"):
        CompositeExtension([3])


def test_one_extension_is_no_list():
    with pytest.raises(TypeError, match=r"got one, Printing; pass \[Printing"):
        CompositeExtension(Printing())
