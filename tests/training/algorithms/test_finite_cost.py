import logging

import numpy as np
import pytest

from brickyard.training.algorithms import NonFiniteCostError
from brickyard.training.algorithms.finite_cost import FiniteCostWatch
from brickyard.training.errors import TrainingFinish


def watch_of(policy, flags):
    watch = FiniteCostWatch(policy, "the cost c")
    for number, flag in enumerate(flags, start=1):
        watch.add(np.bool_(flag), number)
    return watch


def test_raise_tells_after_one_more_batch():
    watch = FiniteCostWatch("raise", "the cost c")
    watch.add(np.bool_(False), 1)
    watch.look_back()
    watch.add(np.bool_(True), 2)
    with pytest.raises(
        NonFiniteCostError, match="the cost c was not finite in batch 1;"
    ):
        watch.look_back()
    watch.look_back()


def test_flush_looks_at_the_last_batch():
    with pytest.raises(NonFiniteCostError, match="not finite in batch 2, 3; it has"):
        watch_of("raise", [True, False, False]).flush()


def test_stop():
    with pytest.raises(TrainingFinish, match="the cost c was not finite in batch 2"):
        watch_of("stop", [True, False]).flush()


def test_skip_counts_and_says_so(caplog):
    watch = watch_of("skip", [False, True, False])
    with caplog.at_level(logging.WARNING):
        watch.flush()
    assert watch.skipped == 2
    assert "the cost c was not finite in batch 1, 3; the batch" in caplog.messages[0]


def test_settled_failures_wait_to_be_acted_on():
    watch = watch_of("raise", [False])
    watch.settle()
    assert watch.failed == [1]
    other = FiniteCostWatch("raise", "the cost c")
    other.reset(3, watch.failed)
    assert other.skipped == 3
    with pytest.raises(NonFiniteCostError, match="batch 1"):
        other.look_back()
