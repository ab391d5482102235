"""The state of a main loop: collected from its parts, applied as a whole."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.backends import get_generator_state, set_generator_state
from brickyard.state import State, require_keys
from brickyard.training.extension_list import extension_keys
from brickyard.training.log.base import initial_status
from brickyard.training.parameters import check_parameters, parameters_by_path
from brickyard.training.stream_description import (
    check_stream_description,
    describe_stream,
)

if TYPE_CHECKING:
    from brickyard.training.main_loop import MainLoop

PARTS = (
    "parameters",
    "algorithm",
    "generators",
    "loop",
    "stream",
    "extensions",
    "log",
)
"""The parts of the state of a main loop."""


class LoopState:
    """What `MainLoop.get_state` and `MainLoop.set_state` do.

    Parameters
    ----------
    loop
        The main loop.
    """

    def __init__(self, loop: MainLoop) -> None:
        self.loop = loop

    def get(self) -> State:
        """Collect the state of all parts."""
        return {**self._get_undoable(), "log": self.loop.log.get_state()}

    def set(self, state: State) -> None:
        """Check a state, apply it, and go back to the former one if a part refuses.

        Parameters
        ----------
        state
            What `get` gave for a loop that was built in the same way.
        """
        require_keys(state, PARTS, "the main loop")
        check_parameters(state["parameters"], self._parameters())
        self._check_generators(state["generators"])
        self._check_extensions(state["extensions"])
        check_status(state["loop"])
        former = self._get_undoable()
        epoch = self._epoch()
        try:
            self._apply(state)
            # The log is last: it changes all at once or not at all.
            self.loop.log.set_state(state["log"])
            self._apply_status(state["loop"])
        except BaseException:
            self._apply(former)
            self._set_epoch(*epoch)
            raise

    def _get_undoable(self) -> State:
        loop = self.loop
        return {
            "parameters": {
                path: np.asarray(variable.get_value())
                for path, variable in self._parameters().items()
            },
            "algorithm": loop.algorithm.get_state(),
            "generators": [get_generator_state(v) for v in self._generators()],
            "loop": self._status(),
            "stream": {
                "stream": loop.data_stream.get_state(),
                "iterator": self._iterator_state(),
                "description": describe_stream(loop.data_stream),
            },
            "extensions": {
                key: extension.get_state()
                for key, extension in extension_keys(loop.extensions).items()
            },
        }

    def _apply(self, state: State) -> None:
        loop = self.loop
        self._apply_stream(state["stream"])
        loop.algorithm.set_state(state["algorithm"])
        for key, extension in extension_keys(loop.extensions).items():
            extension.set_state(state["extensions"].get(key, {}))
        generators = zip(self._generators(), state["generators"], strict=True)
        for variable, saved in generators:
            set_generator_state(variable, saved)
        for path, variable in self._parameters().items():
            variable.set_value(state["parameters"][path])

    def _apply_status(self, saved: State) -> None:
        status = self.loop.status
        status.clear()
        status.update(copy.deepcopy(dict(saved)))

    def _apply_stream(self, state: State) -> None:
        keys = ["stream", "iterator", "description"]
        require_keys(state, keys, "the main loop's data stream")
        check_stream_description(state["description"], self.loop.data_stream)
        loop, saved = self.loop, state["iterator"]
        iterator = number = None
        if saved is not None:
            require_keys(saved, ["epoch", "cursor"], "the main loop's epoch iterator")
            number = saved["epoch"]
            iterator = loop.data_stream.get_epoch_iterator(as_dict=True, epoch=number)
            iterator.set_state(saved["cursor"])
        loop.data_stream.set_state(state["stream"])
        self._set_epoch(iterator, number, None)

    def _epoch(self) -> tuple[Any, int | None, Any]:
        loop = self.loop
        return loop._epoch_iterator, loop._epoch_number, loop._in_flight

    def _set_epoch(self, iterator: Any, number: int | None, in_flight: Any) -> None:
        loop = self.loop
        loop._epoch_iterator, loop._epoch_number = iterator, number
        loop._in_flight = in_flight

    def _status(self) -> State:
        # A saved run is not being interrupted, although an interrupt may be the
        # reason why it is saved.
        return {
            **copy.deepcopy(self.loop.status),
            "epoch_interrupt_received": False,
            "batch_interrupt_received": False,
        }

    def _iterator_state(self) -> State | None:
        iterator, number, in_flight = self._epoch()
        if iterator is None:
            return None
        if in_flight is not None:
            iterator = self._replayed(number)
        return {"epoch": number, "cursor": iterator.get_state()}

    def _replayed(self, number: int | None) -> Any:
        """Walk a second iterator to the place before the batch in flight."""
        status, stream = self.loop.status, self.loop.data_stream
        ends = status["_epoch_ends"]
        iterator = stream.get_epoch_iterator(as_dict=True, epoch=number)
        for _ in range(status["iterations_done"] - (ends[-1] if ends else 0)):
            next(iterator)
        return iterator

    def _parameters(self) -> dict[str, Any]:
        return parameters_by_path(self.loop.algorithm, self.loop.model)

    def _generators(self) -> Sequence[Any]:
        return list(getattr(self.loop.algorithm, "random_generators", ()))

    def _check_generators(self, saved: Sequence[State]) -> None:
        count = len(self._generators())
        if len(saved) != count:
            raise ValueError(
                f"the state has {len(saved)} random generators and the graph of this "
                f"algorithm has {count}; it was saved for another model"
            )

    def _check_extensions(self, saved: Mapping[str, State]) -> None:
        extensions = extension_keys(self.loop.extensions)
        for key, state in saved.items():
            if key not in extensions and state:
                near = difflib.get_close_matches(key, extensions, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(
                    f"the state remembers the extension {key!r}, which this main loop "
                    f"does not have; it has {list(extensions)}{hint}"
                )
        for key, extension in extensions.items():
            if key not in saved and extension.get_state():
                raise ValueError(
                    f"the extension {key!r} has a memory, but the state knows nothing "
                    f"of it; it was saved with the extensions {list(saved)}"
                )


def check_status(saved: Any) -> None:
    """Raise unless `saved` can be the status of a main loop.

    Parameters
    ----------
    saved
        The status that is about to be applied.

    Raises
    ------
    TypeError, ValueError
        If it lacks a key or a value is of a wrong kind.
    """
    expected = initial_status()
    known = {key: value for key, value in saved.items() if key in expected}
    require_keys(known, expected, "the main loop's status")
    for key, value in expected.items():
        if type(saved[key]) is not type(value):
            raise TypeError(
                f"status[{key!r}] must be of type {type(value).__name__}, the state "
                f"has {saved[key]!r}"
            )
    counts = [*saved["_epoch_ends"], saved["iterations_done"]]
    if any(type(count) is not int for count in counts):
        raise TypeError(
            "status['_epoch_ends'] must be a list of integers, the state has "
            f"{saved['_epoch_ends']!r}"
        )
    if (
        counts[0] < 0
        or saved["epochs_done"] != len(counts) - 1
        or counts != sorted(counts)
    ):
        raise ValueError(
            f"the status contradicts itself: {saved['epochs_done']} epochs are done, "
            f"which ended at the batches {saved['_epoch_ends']}, and "
            f"{saved['iterations_done']} batches"
        )
