"""What every data stream must do, as checks for authors of datasets and transformers.

`check_stream` runs all of them. Each is a function of its own, to be run alone when
it fails.
"""

from __future__ import annotations

import copy
import json
import pickle
from itertools import islice
from typing import Any

import numpy as np

from brickyard.datasets.iterator import DataIterator
from brickyard.datasets.streams import AbstractDataStream
from brickyard.state import State

MAX_BATCHES = 50


def check_stream(stream: AbstractDataStream, max_batches: int = MAX_BATCHES) -> None:
    """Check that a stream can be stopped anywhere, resumed, pickled and shared.

    Give it a short stream, of about ten batches: every position is tried.

    Parameters
    ----------
    stream
        The stream. Its counter of epochs is set to 0.
    max_batches
        Compare at most so many batches of an epoch, for streams that do not end.

    Raises
    ------
    AssertionError
        With what does not hold.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, ShuffledScheme
    >>> check_stream(DataStream(IndexableDataset(range(5)), ShuffledScheme(5, 2)))
    """
    check_sources(stream, max_batches)
    check_epochs_are_functions(stream, max_batches)
    check_epoch_counter(stream)
    check_picklable(stream, max_batches)
    check_resumes_everywhere(stream, max_batches)
    check_skipping(stream, max_batches)
    check_iterators_are_independent(stream, max_batches)
    check_batches_stay(stream, max_batches)
    check_bad_states_are_refused(stream)


def check_sources(stream: AbstractDataStream, max_batches: int = MAX_BATCHES) -> None:
    """Check that sources are distinct names and that data come in their order.

    Parameters
    ----------
    stream
        The stream.
    max_batches
        As in `check_stream`.
    """
    name = type(stream).__name__
    sources = stream.sources
    _require(
        isinstance(sources, tuple) and all(isinstance(s, str) for s in sources),
        f"{name}.sources must be a tuple of strings, it is {sources!r}",
    )
    _require(
        len(set(sources)) == len(sources), f"{name}.sources has duplicates: {sources}"
    )
    _require(
        isinstance(stream.produces_examples, bool),
        f"{name}.produces_examples must be a bool, it is {stream.produces_examples!r}",
    )
    for source in stream.axis_labels or ():
        _require(
            source in sources,
            f"{name}.axis_labels has labels for {source!r}, which is not a source",
        )
    tuples = _read(stream.get_epoch_iterator(epoch=0), max_batches)
    dicts = _read(stream.get_epoch_iterator(as_dict=True, epoch=0), max_batches)
    _require(len(tuples) > 0, f"epoch 0 of {name} is empty, there is nothing to check")
    for batch in tuples:
        _require(
            isinstance(batch, tuple),
            f"{name} must give tuples, it gave {type(batch).__name__}",
        )
    named = [dict(zip(sources, batch, strict=True)) for batch in tuples]
    _compare(named, dicts, f"{name} with as_dict=True")


def check_epochs_are_functions(
    stream: AbstractDataStream, max_batches: int = MAX_BATCHES
) -> None:
    """Check that an epoch read twice, in any order, is the same.

    Parameters
    ----------
    stream
        The stream.
    max_batches
        As in `check_stream`.
    """
    name = type(stream).__name__
    first = [_epoch(stream, epoch, max_batches) for epoch in (0, 1)]
    for epoch in (1, 0):
        again = _epoch(stream, epoch, max_batches)
        _compare(first[epoch], again, f"epoch {epoch} of {name} read again")


def check_epoch_counter(stream: AbstractDataStream) -> None:
    """Check that the counter moves with unnumbered epochs only, and can be saved.

    Parameters
    ----------
    stream
        The stream. Its counter is 0 afterwards.
    """
    name = type(stream).__name__
    stream.reset()
    _require(stream.epoch == 0, f"{name}.reset() must set the epoch to 0")
    stream.get_epoch_iterator(epoch=5).close()
    _require(
        stream.epoch == 0,
        f"{name}.get_epoch_iterator(epoch=5) moved the counter to {stream.epoch}",
    )
    stream.get_epoch_iterator().close()
    stream.next_epoch()
    _require(
        stream.epoch == 2,
        f"{name}.epoch must be 2 after get_epoch_iterator() and next_epoch(), it is "
        f"{stream.epoch}",
    )
    state = round_trip(stream.get_state(), f"{name}.get_state()")
    stream.reset()
    stream.set_state(state)
    _require(
        stream.epoch == 2, f"{name}.set_state did not bring back the epoch: {state!r}"
    )
    stream.reset()


def check_picklable(stream: AbstractDataStream, max_batches: int = MAX_BATCHES) -> None:
    """Check that a pickled copy, even one made in mid-epoch, gives the same data.

    Parameters
    ----------
    stream
        The stream.
    max_batches
        As in `check_stream`.
    """
    name = type(stream).__name__
    iterator = stream.get_epoch_iterator(epoch=0)
    expected = [next(iterator)]
    copied = _pickled(stream)
    expected += _read(iterator, max_batches - 1)
    _compare(expected, _epoch(copied, 0, max_batches), f"a pickled copy of {name}")


def check_resumes_everywhere(
    stream: AbstractDataStream, max_batches: int = MAX_BATCHES
) -> None:
    """Check that a copy that resumes at any position goes on as the original would.

    All later data of the epoch and of the next are compared.

    Parameters
    ----------
    stream
        The stream. Its counter is 0 afterwards.
    max_batches
        As in `check_stream`.
    """
    name = type(stream).__name__
    first, second = (_epoch(stream, epoch, max_batches) for epoch in (0, 1))
    for position in range(len(first) + 1):
        stream.reset()
        iterator = stream.get_epoch_iterator()
        _read(iterator, position)
        where = f"{name} stopped after {position} of {len(first)}"
        states = (
            round_trip(stream.get_state(), f"{name}.get_state()"),
            round_trip(iterator.get_state(), f"the state of {where}"),
        )
        _compare(
            first[position:],
            _read(iterator, max_batches - position),
            f"{where} and asked for its state",
        )
        resumed = _pickled(stream)
        resumed.set_state(states[0])
        later = resumed.get_epoch_iterator(epoch=0)
        later.set_state(states[1])
        _compare(states[1], later.get_state(), f"the restored state of {where}")
        rest = _read(later, max_batches - position)
        _compare(first[position:], rest, f"{where} and resumed")
        following = _read(resumed.get_epoch_iterator(), max_batches)
        _compare(second, following, f"{where} and resumed: the next epoch")
    stream.reset()


def check_skipping(stream: AbstractDataStream, max_batches: int = MAX_BATCHES) -> None:
    """Check that an iterator which skips items goes on as if it had read them.

    Every second item is skipped, with and without counting its examples.

    Parameters
    ----------
    stream
        The stream.
    max_batches
        As in `check_stream`.
    """
    name = type(stream).__name__
    expected = _epoch(stream, 0, max_batches)
    for counted in (False, True):
        reading = stream.get_epoch_iterator(epoch=0)
        skipping = stream.get_epoch_iterator(epoch=0)
        for number, item in enumerate(expected):
            next(reading)
            if number % 2:
                where = f"{name} after item {number - 1} was skipped"
                _compare([item], [next(skipping)], where)
                continue
            found = skipping.skip(counted=counted)
            single = stream.produces_examples or not counted
            length = 1 if single else len(item[0])
            _require(
                found == length,
                f"{name}: skip(counted={counted}) must return {length} for item "
                f"{number}, it returned {found!r}",
            )
            where = f"the state of {name} after item {number} was skipped"
            _compare(reading.get_state(), skipping.get_state(), where)
        for iterator in (reading, skipping):
            iterator.close()


def check_iterators_are_independent(
    stream: AbstractDataStream, max_batches: int = MAX_BATCHES
) -> None:
    """Check that two epochs read in turns are what they are when read alone.

    Parameters
    ----------
    stream
        The stream.
    max_batches
        As in `check_stream`.
    """
    name = type(stream).__name__
    alone = [_epoch(stream, epoch, max_batches) for epoch in (0, 1)]
    iterators = [stream.get_epoch_iterator(epoch=epoch) for epoch in (0, 1)]
    together: list[list[Any]] = [[], []]
    for _ in range(max(map(len, alone)) + 1):
        for index in (0, 1):
            room = max_batches - len(together[index])
            together[index] += _read(iterators[index], min(1, room))
    for index in (0, 1):
        _compare(
            alone[index], together[index], f"epoch {index} of {name} read in turns"
        )


def check_batches_stay(
    stream: AbstractDataStream, max_batches: int = MAX_BATCHES
) -> None:
    """Check that data handed out are not written to later.

    Parameters
    ----------
    stream
        The stream.
    max_batches
        As in `check_stream`.
    """
    kept, copies = [], []
    for epoch in (0, 1):
        for batch in islice(stream.get_epoch_iterator(epoch=epoch), max_batches):
            kept.append(batch)
            copies.append(copy.deepcopy(batch))
    _compare(copies, kept, f"data kept from {type(stream).__name__}")


def check_bad_states_are_refused(stream: AbstractDataStream) -> None:
    """Check that wrong states raise and leave the position as it was.

    Parameters
    ----------
    stream
        The stream.
    """
    name = type(stream).__name__
    iterator = stream.get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    for key in state:
        _refuses(iterator, {k: v for k, v in state.items() if k != key}, name)
    _refuses(iterator, {**state, "unknown": 0}, name)
    _refuses(iterator, {**state, "epoch": 1}, name)
    _compare(state, iterator.get_state(), f"the state of {name} after refusing others")
    iterator.close()
    _refuses(stream, {}, name)
    _refuses(stream, {**stream.get_state(), "unknown": 0}, name)


def round_trip(state: Any, name: str) -> Any:
    """Return a state as it comes back from a checkpoint, or raise if it cannot.

    Parameters
    ----------
    state
        Dictionaries with string keys, lists, JSON scalars and NumPy arrays and scalars.
    name
        What the state belongs to, for the message.

    Raises
    ------
    AssertionError
        If something else is in the state.

    Examples
    --------
    >>> round_trip({"epoch": 2}, "the stream")
    {'epoch': 2}
    """
    if isinstance(state, dict):
        for key in state:
            _require(isinstance(key, str), f"{name} has the key {key!r}, not a string")
        return {k: round_trip(v, f"{name}[{k!r}]") for k, v in state.items()}
    if isinstance(state, list):
        return [round_trip(v, f"{name}[{i}]") for i, v in enumerate(state)]
    if isinstance(state, np.ndarray | np.generic):
        _require(
            state.dtype != object, f"{name} is an array of objects, not of numbers"
        )
        return copy.deepcopy(state)
    _require(
        state is None or type(state) in (bool, int, float, str),
        f"{name} is a {type(state).__name__}; a state holds dictionaries, lists, JSON "
        "scalars and arrays",
    )
    return json.loads(json.dumps(state))


def same(one: Any, other: Any) -> bool:
    """Return whether two batches, or states, are equal in type, shape and every bit.

    Parameters
    ----------
    one, other
        Arrays, scalars, or tuples, lists and dictionaries of them.

    Examples
    --------
    >>> same((np.zeros(2), [1]), (np.zeros(2), [1]))
    True
    >>> same(np.zeros(2), np.zeros(2, "float32"))
    False
    >>> same(np.float32("nan"), np.float32("nan")), same(0.0, -0.0)
    (True, False)
    """
    if type(one) is not type(other):
        return False
    if hasattr(one, "__array__") and not isinstance(one, np.ndarray | np.generic):
        # on a device
        return same(np.asarray(one), np.asarray(other))
    if isinstance(one, np.ndarray):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        if one.dtype == object:
            return all(same(a, b) for a, b in zip(one.flat, other.flat, strict=True))
        return one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | np.generic):
        return np.asarray(one).tobytes() == np.asarray(other).tobytes()
    return bool(one == other)


def _read(iterator: DataIterator, count: int) -> list[Any]:
    return list(islice(iterator, max(count, 0)))


def _epoch(stream: AbstractDataStream, epoch: int, max_batches: int) -> list[Any]:
    iterator = stream.get_epoch_iterator(epoch=epoch)
    data = _read(iterator, max_batches)
    iterator.close()
    return copy.deepcopy(data)


def _pickled(stream: AbstractDataStream) -> AbstractDataStream:
    try:
        return pickle.loads(pickle.dumps(stream))  # noqa: S301 - written just here
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise AssertionError(
            f"{type(stream).__name__} cannot be pickled: {error}"
        ) from error


def _compare(expected: Any, actual: Any, what: str) -> None:
    if same(expected, actual):
        return
    detail = f"expected {expected!r}, got {actual!r}"
    if isinstance(expected, list) and isinstance(actual, list):
        place = next(
            (
                index
                for index, (one, other) in enumerate(
                    zip(expected, actual, strict=False)
                )
                if not same(one, other)
            ),
            None,
        )
        detail = f"expected {len(expected)} items, got {len(actual)}"
        if place is not None:
            detail = (
                f"item {place} should be {expected[place]!r}, it is {actual[place]!r}"
            )
    raise AssertionError(f"{what} differs: {detail}")


def _refuses(owner: Any, state: State, name: str) -> None:
    try:
        owner.set_state(state)
    except (TypeError, ValueError):
        return
    raise AssertionError(
        f"{type(owner).__name__} of {name} accepted the malformed state {state!r}"
    )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)
