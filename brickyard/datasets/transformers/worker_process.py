"""What runs in a worker process: making items of a stream when told to."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from multiprocessing.connection import Connection
from typing import Any

from brickyard.datasets.iterator import DataIterator
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.packing import in_one_piece
from brickyard.datasets.transformers.shared_arrays import (
    Parcel,
    SlotReader,
    SlotWriter,
)
from brickyard.datasets.transformers.worker_messages import (
    Close,
    End,
    Item,
    Open,
    Proceed,
    Ready,
    failure,
)


def run_worker(
    connection: Connection, place: tuple[int, int], names: tuple[str, str], slots: int
) -> None:
    """Make items until the process that wants them closes the connection, or ends.

    Parameters
    ----------
    connection
        To the process that wants them. The first message is a `Parcel` with the stream.
    place
        The number of this worker, and how many workers there are.
    names
        Of the shared memory the stream is in, and of that for this worker's items.
    slots
        How many items have their arrays in one block of shared memory.
    """
    ignore_signals()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        stream = _receive_stream(connection, names[0])
        if stream is not None:
            connection.send(Ready())
            Worker(connection, stream, place, SlotWriter(names[1], slots)).serve()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        # nobody wants more items
        pass


def ignore_signals() -> None:
    """Leave it to the process that wants the items when to stop.

    A signal from a terminal or a scheduler reaches all processes; the main loop
    finishes what it is at, and needs its workers until then.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # not SIG_IGN, which programs started from here would inherit
        signal.signal(number, lambda number, frame: None)


def _end_with_parent() -> None:
    """End this process, even in the middle of an item, when the parent has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _receive_stream(connection: Connection, name: str) -> AbstractDataStream | None:
    try:
        parcel: Parcel = connection.recv()
        return SlotReader(name, 1, unlink=False).unwrap(parcel)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:
        connection.send(failure(None, 0, error))
        return None


class Worker:
    """Makes its share of the items of epochs.

    Item k is made by worker k modulo the number of workers. Each walks along the whole
    epoch, past the items of the others.

    Parameters
    ----------
    connection
        To the process that wants the items.
    stream
        The stream.
    place
        The number of this worker, and how many workers there are.
    writer
        Where the arrays of the items are put.
    """

    def __init__(
        self,
        connection: Connection,
        stream: AbstractDataStream,
        place: tuple[int, int],
        writer: SlotWriter,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._place = place
        self._writer = writer
        self._runs: OrderedDict[int, Run] = OrderedDict()

    def serve(self) -> None:
        """Obey until the connection is closed.

        Raises
        ------
        EOFError
            When that happens.
        """
        while True:
            run = self._next_run()
            while self._connection.poll(None if run is None else 0):
                self._obey(self._connection.recv())
                run = self._next_run()
            if run is not None:
                self._connection.send(run.make(self._writer))

    def _next_run(self) -> Run | None:
        """Return a run with an item to be made; the runs take turns."""
        for number, run in self._runs.items():
            if run.may_proceed():
                self._runs.move_to_end(number)
                return run
        return None

    def _obey(self, command: Any) -> None:
        if isinstance(command, Open | Proceed):
            for slot in command.slots:
                self._writer.give_back(*slot)
        if isinstance(command, Open):
            self._runs[command.run] = Run(self._stream, command, self._place)
        elif isinstance(command, Proceed) and command.run in self._runs:
            self._runs[command.run].limit = command.limit
        elif isinstance(command, Close):
            run = self._runs.pop(command.run, None)
            if run is not None:
                run.close()


class Run:
    """One time through an epoch, from some item on.

    Parameters
    ----------
    stream
        The stream.
    command
        Which epoch, and from where on.
    place
        The number of this worker, and how many workers there are.

    Attributes
    ----------
    limit : int
        The number of the first item that is not to be made yet.
    number : int
        The number of the item that this worker makes next.
    """

    def __init__(
        self, stream: AbstractDataStream, command: Open, place: tuple[int, int]
    ) -> None:
        worker, self._workers = place
        self._stream = stream
        self._command = command
        self._position = command.position
        self._iterator: DataIterator | None = None
        self._over = False
        self.limit = command.limit
        self.number = command.position + (worker - command.position) % self._workers

    def may_proceed(self) -> bool:
        """Return whether an item is to be made now."""
        return not self._over and self.number < self.limit

    def make(self, writer: SlotWriter) -> Any:
        """Return the next item, or what came in its place, as a message.

        Parameters
        ----------
        writer
            Where the arrays of the item are put.
        """
        run, number = self._command.run, self.number
        try:
            iterator = self._open() if self._iterator is None else self._iterator
            while self._position < number:
                iterator.skip()
                self._position += 1
            data = tuple([in_one_piece(array) for array in next(iterator)])
            self._position += 1
            parcel = writer.wrap((data, iterator.get_state()))
        except StopIteration:
            self.close()
            return End(run, number)
        except Exception as error:
            self.close()
            return failure(run, number, error)
        self.number += self._workers
        return Item(run, number, parcel)

    def _open(self) -> DataIterator:
        iterator = self._stream.get_epoch_iterator(epoch=self._command.epoch)
        if self._command.state is not None:
            iterator.set_state(self._command.state)
        self._iterator = iterator
        return iterator

    def close(self) -> None:
        """Make no more items, and let go of what is held for them."""
        self._over = True
        if self._iterator is not None:
            self._iterator.close()
