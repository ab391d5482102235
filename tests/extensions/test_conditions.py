"""The words of the condition language."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from brickyard.extensions import CallbackName, Predicate, always_true, has_done_epochs
from brickyard.extensions.conditions import (
    check_callback,
    has_done_no_epochs,
    near_match,
    positive_count,
)


def log_at(iterations=0, epochs=0):
    return SimpleNamespace(
        status={"iterations_done": iterations, "epochs_done": epochs}
    )


def times(predicate, counts):
    return [n for n in counts if predicate(log_at(iterations=n, epochs=n))]


@pytest.mark.parametrize("unit", ["batches", "epochs"])
def test_every_n(unit):
    assert times(Predicate(f"every_n_{unit}", 3), range(1, 10)) == [3, 6, 9]


@pytest.mark.parametrize("unit", ["batches", "epochs"])
def test_after_n_holds_once(unit):
    assert times(Predicate(f"after_n_{unit}", 3), range(1, 10)) == [3]


def test_after_n_is_not_missed_by_a_run_that_begins_later():
    assert times(Predicate("after_n_batches", 3), range(5, 10)) == [5]


def test_after_n_can_hold_from_then_on():
    predicate = Predicate("after_n_batches", 3, once=False)
    assert times(predicate, range(1, 6)) == [3, 4, 5]


def test_predicate_accepts_numpy_integers():
    assert Predicate("every_n_batches", np.int64(3)).label == "every_n_batches=3"


def test_predicate_errors():
    with pytest.raises(TypeError, match=r"'every_n_epoch' is not.*'every_n_epochs'"):
        Predicate("every_n_epoch", 3)
    with pytest.raises(TypeError, match=r"positive integer, got 2.5 of type float"):
        Predicate("every_n_epochs", 2.5)
    with pytest.raises(TypeError, match="positive integer, got True of type bool"):
        positive_count("epochs", True)
    with pytest.raises(ValueError, match="epochs must be at least 1, got -1"):
        positive_count("epochs", -1)


def test_epochs_done():
    assert [has_done_epochs(log_at(epochs=n)) for n in (0, 1)] == [False, True]
    assert [has_done_no_epochs(log_at(epochs=n)) for n in (0, 1)] == [True, False]
    assert always_true(None)


def test_callback_name_compares_with_callbacks_only():
    name = CallbackName("after_epoch")
    assert name == "after_epoch"
    assert name != "before_epoch"
    assert name in ("before_epoch", "after_epoch")
    assert {name: 1}["after_epoch"] == 1
    assert name != 3
    with pytest.raises(
        TypeError, match=r"'after_epok' is not a callback.*'after_epoch"
    ):
        assert name == "after_epok"
    with pytest.raises(TypeError, match="not a callback"):
        CallbackName("every_n_epochs")
    with pytest.raises(TypeError, match="'x' is not a callback"):
        check_callback("x")


def test_near_match_may_find_nothing():
    assert near_match("qqqq", ["after_epoch"]) == ""
