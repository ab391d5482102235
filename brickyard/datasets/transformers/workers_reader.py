"""Reading an epoch that worker processes make."""

from __future__ import annotations

import weakref

from brickyard.datasets.iterator import Data, DataIterator
from brickyard.datasets.transformers.workers import Team, Workers
from brickyard.state import State


class WorkersReader:
    """An epoch that workers make, with a state as if it were made here.

    An error is raised where its item would have come; the reader stays before that
    item, and asks for it again when asked once more.

    Parameters
    ----------
    workers
        The workers.
    child
        The epoch, opened in this process: it gives the first state and checks states
        that are restored, and is not read.
    """

    def __init__(self, workers: Workers, child: DataIterator) -> None:
        self.child = child
        self._workers = workers
        self._position = child.position
        self._state = child.get_state()
        self._at_start = True
        self._run: _Run | None = None

    def read(self) -> Data:
        """Return the next item, waiting for it if need be.

        Raises
        ------
        StopIteration
            When there is none.
        """
        if self._run is None or self._run.team.ended:
            state = None if self._at_start else self._state
            team = self._workers.team()
            self._run = _Run(team, self.child.epoch, self._position, state)
        try:
            data, state = self._run.receive(self._position)
        except BaseException:
            self._end()
            raise
        self._state, self._at_start = state, False
        self._position += 1
        return data

    def get_state(self) -> State:
        """Return where the epoch stood after the last item handed out."""
        return self._state

    def set_state(self, state: State) -> None:
        """Go to a saved position, and forget what was made ahead.

        Parameters
        ----------
        state
            A state of the epoch.
        """
        self.child.set_state(state)
        self._end()
        self._state, self._at_start = self.child.get_state(), False
        self._position = self.child.position

    def close(self) -> None:
        """End the epoch here."""
        self._end()
        self.child.close()

    def _end(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None


class _Run:
    """One time through an epoch; the workers are told when it is closed or dropped."""

    def __init__(
        self, team: Team, epoch: int, position: int, state: State | None
    ) -> None:
        self.team = team
        self._number = team.open(epoch, position, state)
        self._finalizer = weakref.finalize(self, team.forget, self._number)
        self._finalizer.atexit = False

    def receive(self, number: int) -> tuple[Data, State]:
        return self.team.receive(self._number, number)

    def close(self) -> None:
        self._finalizer.detach()
        self.team.close(self._number)
