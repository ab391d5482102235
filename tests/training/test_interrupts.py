"""Signals set flags, in the main thread only, and handlers come back."""

import signal
import threading

import pytest

from brickyard.training.interrupts import Interrupts


def test_three_times_sigint():
    status = {}
    before = signal.getsignal(signal.SIGINT)
    with Interrupts(status) as interrupts:
        signal.raise_signal(signal.SIGINT)
        assert status == {"epoch_interrupt_received": True}
        signal.raise_signal(signal.SIGINT)
        assert status["batch_interrupt_received"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert interrupts.received == 3
    assert not interrupts.terminated
    assert signal.getsignal(signal.SIGINT) is before


def test_sigterm():
    status = {}
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts(status) as interrupts:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    assert interrupts.terminated
    assert status == {"batch_interrupt_received": True}
    assert signal.getsignal(signal.SIGTERM) is before


def test_handlers_come_back_after_errors():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyError, match="x"), Interrupts({}):
        raise KeyError("x")
    assert signal.getsignal(signal.SIGINT) is before


def test_ignored_signals_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts({}) as interrupts:
            signal.raise_signal(signal.SIGINT)
        assert interrupts.received == 0
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_leave_handlers_alone():
    found = []

    def work():
        with Interrupts({}):
            found.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before]
