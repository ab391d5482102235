"""How long training takes, and how much of it is spent waiting for data."""

from __future__ import annotations

import time
from typing import Any

from brickyard.extensions.simple import SimpleExtension, default_conditions
from brickyard.state import State, require_keys

_ACTIONS = ("train", "read_data")


class Timing(SimpleExtension):
    """Write wall-clock times in seconds into the log.

    Records, each behind the prefix:

    - ``time_initialization``: from the set-up of the extensions to the first batch;
    - ``time_read_data_this_epoch``: waiting for the data stream;
    - ``time_train_this_epoch``: everything else between two ends of epochs, other
      extensions included. XLA computes while Python goes on, so the time of a single
      step means nothing, and that of an epoch does;
    - ``time_train_total``, ``time_read_data_total``: the sums over the epochs,
      including those before a resumption.

    Acts before training and after every epoch if no condition is given.

    Parameters
    ----------
    prefix : str
        Put before the names of the records, with an underscore between.
    **kwargs
        The name and conditions.

    Notes
    -----
    A resumed run repeats everything in the log but what comes from a clock: time
    before the last save counts, time since then is lost with the rest. Extensions
    behind this one in the list that act after a batch count as reading.

    Examples
    --------
    >>> Timing(prefix="gpu").writes()[0]
    'gpu_time_initialization'
    """

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        default_conditions(kwargs, "before_training", "after_epoch")
        super().__init__(**kwargs)
        self.prefix = f"{prefix}_" if prefix else ""
        self._total = dict.fromkeys(_ACTIONS, 0.0)
        self._epoch = dict.fromkeys(_ACTIONS, 0.0)
        self._created = self._mark = self._epoch_mark = time.perf_counter()
        self._read_before_mark = 0.0
        self._initialization: float | None = None

    def writes(self) -> list[str]:
        """Name the records.

        Returns
        -------
        list of str
            Five names.
        """
        spans = [f"time_{a}_{s}" for a in _ACTIONS for s in ("this_epoch", "total")]
        return [self.prefix + name for name in ("time_initialization", *spans)]

    def setup(self) -> None:
        """Start the clock of the initialization."""
        self._created = time.perf_counter()

    def before_training(self) -> None:
        """Stop the clock of the initialization."""
        self._initialization = time.perf_counter() - self._created
        self._start()

    def on_resumption(self) -> None:
        """Go on measuring an epoch that was interrupted."""
        self._start()

    def before_epoch(self) -> None:
        """Begin to wait for the first batch."""
        self._mark = time.perf_counter()

    def before_batch(self, batch: Any) -> None:
        """Count the time since the last batch as reading.

        Parameters
        ----------
        batch
            Ignored.
        """
        self._epoch["read_data"] += time.perf_counter() - self._mark

    def after_batch(self, batch: Any) -> None:
        """Begin to wait for the next batch.

        Parameters
        ----------
        batch
            Ignored.
        """
        self._mark = time.perf_counter()

    def after_epoch(self) -> None:
        """Add the epoch to the totals."""
        self._measure()
        for action in _ACTIONS:
            self._total[action] += self._epoch[action]

    def dispatch(self, callback_name: str, *args: Any) -> None:
        """Measure, write the records if a condition holds, and begin a new epoch.

        Parameters
        ----------
        callback_name
            One of the callbacks.
        *args
            What the loop passes.
        """
        super().dispatch(callback_name, *args)
        if callback_name == "after_epoch":
            self._epoch = dict.fromkeys(_ACTIONS, 0.0)
            self._start()

    def do(self, which_callback: str, *args: Any) -> None:
        """Write the records.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        row = self.main_loop.log.current_row
        if which_callback == "before_training":
            row[f"{self.prefix}time_initialization"] = self._initialization
            return
        within = which_callback != "after_epoch"
        if within:
            self._measure()
        for action in _ACTIONS:
            current = self._epoch[action]
            total = self._total[action] + (current if within else 0.0)
            row[f"{self.prefix}time_{action}_this_epoch"] = current
            row[f"{self.prefix}time_{action}_total"] = total

    def get_state(self) -> State:
        """Return the times so far.

        Returns
        -------
        dict
            ``total`` and ``epoch``, in seconds by action.
        """
        self._measure()
        return {
            **super().get_state(),
            "total": dict(self._total),
            "epoch": dict(self._epoch),
        }

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If the state is not one of this extension.
        """
        self.check_state(state, ["total", "epoch"])
        for key in ("total", "epoch"):
            require_keys(state[key], _ACTIONS, f"the extension {self.name!r}")
        self._total, self._epoch = dict(state["total"]), dict(state["epoch"])
        self.restore_conditions(state)
        self._start()

    def _start(self) -> None:
        self._mark = self._epoch_mark = time.perf_counter()
        self._read_before_mark = self._epoch["read_data"]

    def _measure(self) -> None:
        """Bring the time of training in this epoch up to now."""
        now = time.perf_counter()
        reading = self._epoch["read_data"] - self._read_before_mark
        self._epoch["train"] += now - self._epoch_mark - reading
        self._epoch_mark = now
        self._read_before_mark = self._epoch["read_data"]
