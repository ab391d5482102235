"""The worker processes of a stream, seen from the process that has them."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import secrets
import threading
from collections import deque
from multiprocessing.connection import wait
from typing import Any

from brickyard.datasets.exceptions import WorkerDiedError
from brickyard.datasets.iterator import Data
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.packing import UNPICKLABLE, unpicklable_part
from brickyard.datasets.transformers.shared_arrays import (
    Parcel,
    SlotReader,
    SlotWriter,
)
from brickyard.datasets.transformers.worker_member import Member
from brickyard.datasets.transformers.worker_messages import (
    Close,
    End,
    Failure,
    Item,
    Open,
    Proceed,
    Ready,
)
from brickyard.datasets.transformers.worker_process import run_worker
from brickyard.state import State

LOOK_AROUND_S = 0.2
"""How often somebody who waits looks whether another thread got the message."""


class Workers:
    """Processes that make the items of a stream together.

    They are started when they are first needed and serve any number of epochs, also
    several at a time. After `stop`, or when one of them has died, new ones are started
    when needed again.

    Parameters
    ----------
    stream
        The stream whose items they make.
    num_workers
        How many processes.
    max_store
        How many items of an epoch are made ahead at most.
    start_method
        ``"forkserver"`` or ``"spawn"``.
    """

    def __init__(
        self,
        stream: AbstractDataStream,
        num_workers: int,
        max_store: int,
        start_method: str,
    ) -> None:
        self.stream = stream
        self.num_workers = num_workers
        self.max_store = max_store
        self.start_method = start_method
        self._team: Team | None = None
        self._at_exit = False
        # may be entered again by a thread that is in it, see `Team.forget`
        self._lock = threading.RLock()

    def team(self) -> Team:
        """Return the running processes, starting them if there are none."""
        with self._lock:
            if self._at_exit:
                raise RuntimeError(
                    f"MultiProcessing over {type(self.stream).__name__} was read while "
                    "the interpreter exits, which has ended its workers"
                )
            if self._team is None or self._team.ended:
                self.stop()
                atexit.register(self._exit)
                self._team = Team(self)
            return self._team

    def stop(self) -> None:
        """End the processes, if they are running."""
        atexit.unregister(self._exit)
        team, self._team = self._team, None
        if team is not None:
            team.stop()

    def _exit(self) -> None:
        # a thread that reads ahead may still ask for items
        self._at_exit = True
        self.stop()


class Team:
    """Worker processes from their start to their end.

    Parameters
    ----------
    description
        What stream they are for, and how many there are.

    Raises
    ------
    TypeError
        If the stream cannot be sent to another process.
    RuntimeError
        If no process can be started from where we are.
    """

    def __init__(self, description: Workers) -> None:
        self.stream = description.stream
        self.max_store = description.max_store
        self.name = f"MultiProcessing over {type(self.stream).__name__}"
        self.ended = self._stopped = False
        self._lock = threading.RLock()
        self._runs: dict[int, dict[int, Any]] = {}
        self._count = 0
        self._forgotten: deque[int] = deque()
        prefix = f"brickyard_{secrets.token_hex(4)}_"
        self._writer = SlotWriter(f"{prefix}s", 1)
        parcel = _wrap(self.stream, self._writer)
        self._members: list[Member] = []
        try:
            self._start(description, prefix)
            for member in self._members:
                member.send(parcel)
        except BaseException:
            self.stop()
            raise

    def _start(self, description: Workers, prefix: str) -> None:
        number = description.num_workers
        context: Any = multiprocessing.get_context(description.start_method)
        slots = -(-2 * self.max_store // number) + 2
        for index in range(number):
            names = (self._writer.name, f"{prefix}{index}_")
            reader = SlotReader(names[1], max(2, self.max_store // number))
            here, there = context.Pipe()
            process = context.Process(
                target=run_worker,
                args=(there, (index, number), names, slots),
                name=f"{self.name}, worker {index}",
                daemon=True,
            )
            self._members.append(Member(index, process, here, reader))
            _start_process(process, self.name)
            there.close()

    def open(self, epoch: int, position: int, state: State | None) -> int:
        """Let the workers begin with an epoch, and return the number of this run.

        Parameters
        ----------
        epoch
            The number of the epoch.
        position
            The number of the first item wanted.
        state
            The state of the epoch there; None at its start.
        """
        with self._lock:
            run = self._count
            self._count += 1
            self._runs[run] = {}
            limit = position + self.max_store
            for member in self._members:
                member.limits[run] = limit
                slots = member.free_slots()
                member.send(Open(run, epoch, position, state, limit, slots))
            return run

    def receive(self, run: int, number: int) -> tuple[Data, State]:
        """Return an item of an epoch, and the state after it.

        Parameters
        ----------
        run
            What `open` returned.
        number
            The number of the item. Each is asked for once, in order.

        Raises
        ------
        StopIteration
            If the epoch has no more.
        WorkerDiedError
            If the process that was to make it has ended.
        Exception
            What was raised in the process that was to make it.
        """
        member = self._members[number % len(self._members)]
        try:
            message = self._next_message(member, run, number)
        except BaseException:
            # perhaps in the middle of a message, by Ctrl-C
            self.stop()
            raise
        return self._open_message(message, member)

    def _next_message(self, member: Member, run: int, number: int) -> Any:
        while True:
            with self._lock:
                if self._stopped:
                    raise RuntimeError(
                        f"{self.name} was closed while somebody waited for its items"
                    )
                self._let_proceed(member, run, number)
                message = self._runs[run].pop(number, None)
                if message is not None:
                    return message
                if self._take_in(member):
                    continue
                if self.ended:
                    raise self._death(member, number)
            with contextlib.suppress(OSError):
                wait([member.connection], LOOK_AROUND_S)

    def _let_proceed(self, member: Member, run: int, number: int) -> None:
        """Tell a worker what it may do, when it is time to."""
        while self._forgotten:
            self._close_run(self._forgotten.popleft())
        limit = number + self.max_store
        told = member.limits[run]
        if limit - told >= max(1, self.max_store // 4) or told <= number:
            member.limits[run] = limit
            member.send(Proceed(run, limit, member.free_slots()))

    def _take_in(self, member: Member) -> bool:
        """Take in what a worker has sent, and return whether that was anything."""
        found = False
        try:
            while member.connection.poll():
                self._file(member.connection.recv(), member)
                found = True
        except (EOFError, OSError):
            self.ended = True
        return found

    def _file(self, message: Any, member: Member) -> None:
        if isinstance(message, Ready):
            member.ready = True
            if all(each.ready for each in self._members):
                self._release_stream()
        elif isinstance(message, Failure) and message.run is None:
            raise _setup_error(message, self.name)
        elif message.run in self._runs:
            self._runs[message.run][message.number] = message
        elif isinstance(message, Item):
            member.reader.discard(message.parcel)

    def _open_message(self, message: Item | End | Failure, member: Member) -> Any:
        if isinstance(message, Item):
            return member.reader.unwrap(message.parcel)
        if isinstance(message, End):
            raise StopIteration
        kind = "example" if self.stream.produces_examples else "batch"
        message.error.add_note(
            f"raised for {kind} {message.number} of an epoch, in worker {member.index} "
            f"of {self.name}, where the traceback is:\n\n{message.trace}"
        )
        raise message.error

    def _death(self, member: Member, number: int) -> WorkerDiedError:
        kind = "example" if self.stream.produces_examples else "batch"
        how = member.ending()
        who = f"worker {member.index} of {self.name}"
        if not member.ready:
            return WorkerDiedError(
                f"{who} {how} before it was ready; its own message is in the error "
                "output. Often it is a script that reads the stream at its top level, "
                "which every worker imports: put what it runs under "
                "'if __name__ == \"__main__\":'"
            )
        return WorkerDiedError(
            f"{who} {how} before it gave {kind} {number} of an epoch; memory may have "
            "run out, or a library the stream uses has crashed or ended the process"
        )

    def forget(self, run: int) -> None:
        """Make no more items for a run; may be called at any time, in any thread.

        Parameters
        ----------
        run
            What `open` returned.
        """
        # when an iterator is collected a message may be half sent: it goes out later
        self._forgotten.append(run)

    def close(self, run: int) -> None:
        """Make no more items for a run.

        Parameters
        ----------
        run
            What `open` returned.
        """
        with self._lock:
            self._close_run(run)

    def _close_run(self, run: int) -> None:
        messages = self._runs.pop(run, None)
        if messages is None:
            return
        for message in messages.values():
            if isinstance(message, Item):
                member = self._members[message.number % len(self._members)]
                member.reader.discard(message.parcel)
        for member in self._members:
            del member.limits[run]
            member.send(Close(run))

    def _release_stream(self) -> None:
        for block in self._writer.blocks:
            block.unlink()
        self._writer.blocks.clear()

    def stop(self) -> None:
        """End the processes; arrays that were handed out stay."""
        self.ended = self._stopped = True
        with self._lock:
            for member in self._members:
                member.connection.close()
            for member in self._members:
                member.end()
            self._release_stream()


def _wrap(stream: AbstractDataStream, writer: SlotWriter) -> Parcel:
    name = type(stream).__name__
    try:
        return writer.wrap(stream, read_only=True)
    except UNPICKLABLE as error:
        raise TypeError(
            f"MultiProcessing over {name} sends the stream to worker processes, but "
            f"{unpicklable_part(stream, name)}, cannot be pickled ({error}); use "
            "functions and classes defined at the top level of a module, and open "
            "files only when they are read"
        ) from error


def _start_process(process: Any, name: str) -> None:
    if multiprocessing.current_process().daemon:
        raise RuntimeError(
            f"{name} cannot start workers in a process that is itself a worker; keep "
            "only the outermost MultiProcessing"
        )
    try:
        process.start()
    except RuntimeError as error:
        raise RuntimeError(
            f"{name} was read while this process was still importing the script: put "
            "what the script runs under 'if __name__ == \"__main__\":', because every "
            "worker imports it"
        ) from error


def _setup_error(message: Failure, name: str) -> Exception:
    error = TypeError(
        f"{name}: a worker could not make the stream out of what was sent "
        f"({type(message.error).__name__}: {message.error}); what the stream uses must "
        "be importable there, and not be defined in a session or under "
        "'if __name__ == \"__main__\":'"
    )
    error.add_note(f"the traceback in the worker is:\n\n{message.trace}")
    error.__cause__ = message.error
    return error
