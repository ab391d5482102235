"""Signals that end training in good order."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

TERMINATED_EXIT_CODE = 143
"""128 + SIGTERM: what a process ended by SIGTERM returns to the shell."""


class Interrupts:
    """Count Ctrl-C and SIGTERM while training runs; the loop asks for the count.

    The handlers set flags and nothing else: the first SIGINT asks to stop after the
    epoch, the second after the batch, the third raises `KeyboardInterrupt` at once.
    SIGTERM asks to stop after the batch. They are installed in the main thread only,
    elsewhere signals do what they did before, and the previous handlers come back
    when the context ends.

    Parameters
    ----------
    status
        The status of the main loop, whose ``epoch_interrupt_received`` and
        ``batch_interrupt_received`` are set.

    Examples
    --------
    >>> import signal
    >>> status = {}
    >>> with Interrupts(status) as interrupts:
    ...     signal.raise_signal(signal.SIGINT)
    >>> interrupts.received, status
    (1, {'epoch_interrupt_received': True})
    """

    __slots__ = ("_previous", "_sigints", "_status", "received", "terminated")

    def __init__(self, status: dict[str, Any]) -> None:
        self._status = status
        self._previous: dict[int, Any] = {}
        self._sigints = 0
        self.received = 0
        self.terminated = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number, handler in (
                (signal.SIGINT, self._on_sigint),
                (signal.SIGTERM, self._on_sigterm),
            ):
                previous = signal.getsignal(number)
                # None: a handler installed by C code, which could not be put back.
                # Ignored signals (as under nohup) stay ignored.
                if previous is not None and previous is not signal.SIG_IGN:
                    self._previous[number] = previous
                    signal.signal(number, handler)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous.clear()

    def _on_sigint(self, number: int, frame: FrameType | None) -> None:
        self._sigints += 1
        self.received += 1
        if self._sigints == 1:
            self._status["epoch_interrupt_received"] = True
        elif self._sigints == 2:
            self._status["batch_interrupt_received"] = True
        else:
            raise KeyboardInterrupt

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        self.received += 1
        self.terminated = True
        self._status["batch_interrupt_received"] = True
