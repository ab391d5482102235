"""One worker process, seen from the process that has started it."""

from __future__ import annotations

import signal
from multiprocessing.connection import Connection
from typing import Any

from brickyard.datasets.transformers.shared_arrays import SlotReader

PATIENCE_S = 5.0
"""How long workers get to end by themselves, in seconds."""


class Member:
    """One worker process.

    Parameters
    ----------
    index
        Its number.
    process
        The process.
    connection
        To the process.
    reader
        Of what it puts into shared memory.

    Attributes
    ----------
    limits : dict of int
        For each run, the number of the first item that it may not make yet.
    ready : bool
        Whether it has the stream.
    """

    def __init__(
        self, index: int, process: Any, connection: Connection, reader: SlotReader
    ) -> None:
        self.index = index
        self.process = process
        self.connection = connection
        self.reader = reader
        self.limits: dict[int, int] = {}
        self.ready = False

    def send(self, message: Any) -> None:
        """Send a message; one that died is found out when something is expected of it.

        Parameters
        ----------
        message
            What to send.
        """
        try:
            self.connection.send(message)
        except OSError:
            return

    def free_slots(self) -> list[tuple[int, int]]:
        """Return slots that may be written again, which were not returned before."""
        given_back = self.reader.given_back
        return [given_back.popleft() for _ in range(len(given_back))]

    def ending(self) -> str:
        """Return in words how the process ended."""
        self.process.join(PATIENCE_S)
        code = self.process.exitcode
        who = f"(process {self.process.pid})"
        if code is None:
            return f"{who} closed its connection"
        if code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                name = "a signal"
            return f"{who} was ended by {name} (signal {-code})"
        return f"{who} ended with exit code {code}"

    def end(self) -> None:
        """Wait until the process has ended, and end it if it takes long."""
        if self.process.pid is None:
            return
        self.process.join(PATIENCE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.reader.sweep()
