"""What every extension must do, as checks for authors of extensions.

`check_extension` runs all of them. They use a main loop that trains nothing: an
algorithm without parameters, and a stream of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from brickyard.datasets.indexable import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions.base import TrainingExtension
from brickyard.extensions.finish_after import FinishAfter
from brickyard.state import State
from brickyard.testing.streams import same
from brickyard.training.algorithms import TrainingAlgorithm
from brickyard.training.main_loop import MainLoop
from brickyard.training.state_tree import join_state, split_state

MakeExtension: TypeAlias = Callable[[], TrainingExtension]
MakeMainLoop: TypeAlias = Callable[[Sequence[TrainingExtension]], MainLoop]
Records: TypeAlias = Mapping[str, Sequence[Any]]
Rows: TypeAlias = dict[int, dict[str, Any]]


class IdleAlgorithm(TrainingAlgorithm):
    """An algorithm that learns nothing."""

    def initialize(self) -> None:
        """Do nothing."""

    def process_batch(self, batch: Mapping[str, Any]) -> None:
        """Do nothing.

        Parameters
        ----------
        batch
            Ignored.
        """


class WriteRecords(TrainingExtension):
    """Write given values into the log after each epoch.

    Parameters
    ----------
    records
        For each record its values, one for each epoch; None writes nothing.

    Examples
    --------
    >>> WriteRecords({"test_error": [0.5, 0.25]}).writes()
    ['test_error']
    """

    def __init__(self, records: Records) -> None:
        super().__init__()
        self.records = records

    def writes(self) -> list[str]:
        """Name the records.

        Returns
        -------
        list of str
            All of them.
        """
        return list(self.records)

    def after_epoch(self) -> None:
        """Write the values of the epoch that has ended."""
        epoch = self.main_loop.status["epochs_done"] - 1
        for name, values in self.records.items():
            if epoch < len(values) and values[epoch] is not None:
                self.main_loop.log.current_row[name] = values[epoch]


def idle_main_loop(
    extensions: Sequence[TrainingExtension], batches_per_epoch: int = 4
) -> MainLoop:
    """Make a main loop that trains nothing.

    Parameters
    ----------
    extensions
        Its extensions.
    batches_per_epoch
        How long its epochs are.

    Returns
    -------
    MainLoop
        With batches of two numbers each in the source ``"x"``.

    Examples
    --------
    >>> loop = idle_main_loop([FinishAfter(after_n_epochs=2)])
    >>> loop.run()
    >>> loop.status["iterations_done"]
    8
    """
    size = 2 * batches_per_epoch
    dataset = IndexableDataset({"x": np.arange(size, dtype="float32")})
    stream = DataStream(dataset, SequentialScheme(size, 2))
    return MainLoop(IdleAlgorithm(), stream, extensions=extensions)


def check_extension(
    make_extension: MakeExtension,
    *,
    records: Records | None = None,
    num_epochs: int = 4,
    clock_records: Sequence[str] = (),
    make_main_loop: MakeMainLoop = idle_main_loop,
) -> None:
    """Check declarations, state and exact resumption of an extension.

    Parameters
    ----------
    make_extension
        Makes the extension, anew and alike on every call.
    records
        Records for the extension to read: values by name, one for each epoch.
    num_epochs
        After how many epochs training ends, if the extension does not end it before.
    clock_records
        Records that come from a clock and differ between runs. The state is not
        compared then.
    make_main_loop
        Makes a main loop with given extensions, for extensions that need one that
        trains.

    Raises
    ------
    AssertionError
        With what does not hold.

    Examples
    --------
    >>> from brickyard.extensions import EarlyStopping
    >>> check_extension(lambda: EarlyStopping("error", epochs=2),
    ...                 records={"error": [0.5, 0.4, 0.6, float("nan")]})
    """
    check_declarations(make_extension)
    check_refuses_other_states(make_extension)
    check_resumes(
        make_extension,
        records=records,
        num_epochs=num_epochs,
        clock_records=clock_records,
        make_main_loop=make_main_loop,
    )


def check_declarations(make_extension: MakeExtension) -> None:
    """Check that callbacks exist and that records are declared as lists of names.

    Parameters
    ----------
    make_extension
        Makes the extension.

    Raises
    ------
    AssertionError
        If something declared is of the wrong kind, or two calls give one object.
    """
    extension, other = make_extension(), make_extension()
    _require(
        isinstance(extension, TrainingExtension),
        f"{extension!r} is no TrainingExtension",
    )
    _require(extension is not other, "make_extension returned the same object twice")
    extension.callbacks()
    for method in ("reads", "writes"):
        names = getattr(extension, method)()
        _require(
            isinstance(names, list) and all(isinstance(name, str) for name in names),
            f"{extension.name}.{method}() has to return a list of names of records, "
            f"got {names!r}",
        )


def check_refuses_other_states(make_extension: MakeExtension) -> None:
    """Check that a state with an unknown key is refused.

    Parameters
    ----------
    make_extension
        Makes the extension.

    Raises
    ------
    AssertionError
        If it is applied.
    """
    extension = make_extension()
    state = {**extension.get_state(), "no_such_key": 0}
    try:
        extension.set_state(state)
    except ValueError:
        return
    raise AssertionError(
        f"{extension.name}.set_state has applied a state with the unknown key "
        "'no_such_key'; check it with brickyard.state.require_keys"
    )


def check_resumes(
    make_extension: MakeExtension,
    *,
    records: Records | None = None,
    num_epochs: int = 4,
    clock_records: Sequence[str] = (),
    make_main_loop: MakeMainLoop = idle_main_loop,
) -> None:
    """Check that a run continued at any batch writes and decides the same.

    Parameters
    ----------
    make_extension, records, num_epochs, clock_records, make_main_loop
        As for `check_extension`.

    Raises
    ------
    AssertionError
        Naming the batch at which the run was continued, and what differs.
    """

    def run(start: State | None) -> tuple[list[State], Rows, State]:
        extension, snapshots = make_extension(), _Snapshots(start)
        loop = make_main_loop(
            [
                FinishAfter(after_n_epochs=num_epochs),
                WriteRecords(records or {}),
                extension,
                snapshots,
            ]
        )
        loop.run()
        log: Any = loop.log
        rows: Rows = {}
        for time in sorted(log):
            row = dict(log.find_row(time) or {})
            kept = {n: value for n, value in row.items() if n not in clock_records}
            if kept:
                rows[time] = kept
        state = {} if clock_records else _written(extension.get_state())
        return snapshots.states, rows, state

    states, rows, final = run(None)
    _require(bool(states), "the run has ended before its first batch")
    for batch, state in enumerate(states, start=1):
        _, resumed_rows, resumed_final = run(state)
        where = f"continued after batch {batch}"
        _require_same(resumed_rows, rows, f"{where}, the log")
        _require_same(resumed_final, final, f"{where}, the extension's final state")


class _Snapshots(TrainingExtension):
    """Keep the state after every batch; begin from one of them."""

    def __init__(self, start: State | None) -> None:
        super().__init__()
        self.start = start
        self.states: list[State] = []

    def restore(self) -> None:
        if self.start is not None:
            self.main_loop.set_state(_written(self.start))

    def after_batch(self, batch: Any) -> None:
        self.main_loop.at_safe_point(
            lambda: self.states.append(_written(self.main_loop.get_state()))
        )


def _written(state: State) -> State:
    """Return a state as it comes back from a file."""
    return join_state(*split_state(state))


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _require_same(value: Any, expected: Any, where: str) -> None:
    """Compare trees of plain values and arrays in types and every bit."""
    if isinstance(expected, Mapping):
        _require(
            isinstance(value, Mapping) and set(value) == set(expected),
            f"{where} has {sorted(map(str, value))} instead of "
            f"{sorted(map(str, expected))}",
        )
        for key in expected:
            _require_same(value[key], expected[key], f"{where}: {key}")
    elif isinstance(expected, list | tuple):
        _require(
            type(value) is type(expected) and len(value) == len(expected),
            f"{where} is {value!r} instead of {expected!r}",
        )
        for number, (one, other) in enumerate(zip(value, expected, strict=True)):
            _require_same(one, other, f"{where}[{number}]")
    else:
        message = f"{where} is {value!r} instead of {expected!r}"
        if type(value) is not type(expected):
            message += f", of type {type(value).__name__}"
        _require(same(value, expected), message)
