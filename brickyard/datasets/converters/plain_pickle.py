"""Data in pickle files, read without running anything that the file says.

A pickle is a program for a small stack machine that may import and call whatever it
names. This is a machine of our own that knows the instructions for plain data alone and
imports nothing: the three names that make up an array are words to it.
"""

from __future__ import annotations

import math
import pickletools
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from brickyard.datasets.exceptions import DatasetFileError

Plain = np.ndarray | list[Any] | bytes | str | int | None
_NDARRAY, _DTYPE, _RECONSTRUCT = "numpy.ndarray", "numpy.dtype", "numpy reconstruction"
# numpy 2 writes the second module name of the function
_GLOBALS = {
    "numpy ndarray": _NDARRAY,
    "numpy dtype": _DTYPE,
    "numpy.core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy._core.multiarray _reconstruct": _RECONSTRUCT,
}


def read_plain_pickle(content: bytes, filename: str) -> dict[str, Plain]:
    r"""Return the dictionary in a pickle file of plain data.

    Parameters
    ----------
    content
        The content of the file, of protocol 2 to 4.
    filename
        Its name, for messages.

    Returns
    -------
    dict
        Its values are arrays of unsigned bytes, lists of bytes, strings and integers,
        or one of these. Strings of Python 2 are bytes, but for the keys, which are
        strings.

    Raises
    ------
    DatasetFileError
        If there is anything else in the file, or it is truncated or damaged.

    Examples
    --------
    >>> read_plain_pickle(b"\x80\x02}U\x06labels]K\x07as.", "numbers")
    {'labels': [7]}
    """
    machine = _Machine()
    try:
        with warnings.catch_warnings():
            # about odd escapes, in strings of protocol 0 that are refused below
            warnings.simplefilter("ignore", DeprecationWarning)
            for opcode, argument, _ in pickletools.genops(content):
                machine.run(opcode.name, argument)
        return _flat_dictionary(machine.result())
    except _Refusal as error:
        raise DatasetFileError(
            f"{filename!r} is a pickle with more than plain data: {error}; nothing of "
            "it was run, and it is not what the data set consists of"
        ) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as e:
        raise DatasetFileError(
            f"{filename!r} is not a pickle, or is truncated or damaged ({e}); fetch it "
            "again"
        ) from e


class _Refusal(Exception):
    """The file asks for something that plain data do not need."""


class _Global:
    """One of the names that an array is made from."""

    def __init__(self, name: str) -> None:
        if name not in _GLOBALS:
            raise _Refusal(f"it names {name.replace(' ', '.')!r}")
        self.name = _GLOBALS[name]


class _ByteType:
    """The type of unsigned bytes, the only one there is."""

    def build(self, state: Any) -> None:
        if not isinstance(state, tuple) or any(part is not None for part in state[2:5]):
            raise _Refusal("it has an array of records")


class _Array:
    """An array before and after its content is known."""

    def __init__(self) -> None:
        self.value: np.ndarray | None = None

    def build(self, state: Any) -> None:
        _, shape, dtype, fortran, data = state
        if not isinstance(dtype, _ByteType) or not isinstance(data, bytes):
            raise _Refusal("it has an array of something else than unsigned bytes")
        if any(type(extent) is not int or extent < 0 for extent in shape):
            raise ValueError(f"an array has the shape {shape!r}")
        if math.prod(shape) != len(data):
            raise ValueError(f"an array of shape {shape} has {len(data)} bytes")
        flat = np.frombuffer(data, np.uint8)
        self.value = flat.reshape(shape, order="F" if fortran else "C")


class _Machine:
    """A stack, marks on it, and a memo; `run` carries out one instruction."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self, name: str, argument: Any) -> None:
        if name in _PUSH:
            self.stack.append(_PUSH[name](argument))
        elif name in _TUPLES:
            self.stack.append(tuple(self._pop_many(_TUPLES[name])))
        elif name in _INSTRUCTIONS:
            _INSTRUCTIONS[name](self, argument)
        else:
            raise _Refusal(f"it has the instruction {name}")

    def result(self) -> Any:
        (value,) = self.stack
        return value

    def mark(self, _: None) -> None:
        self.marks.append(len(self.stack))

    def tuple_from_mark(self, _: None) -> None:
        self.stack.append(tuple(self._pop_to_mark()))

    def append(self, _: None) -> None:
        self._extend(self._pop_many(1))

    def appends(self, _: None) -> None:
        self._extend(self._pop_to_mark())

    def set_item(self, _: None) -> None:
        self._update(self._pop_many(2))

    def set_items(self, _: None) -> None:
        self._update(self._pop_to_mark())

    def put(self, index: int | None) -> None:
        self.memo[len(self.memo) if index is None else index] = self.stack[-1]

    def get(self, index: int) -> None:
        self.stack.append(self.memo[index])

    def stack_global(self, _: None) -> None:
        module, name = self._pop_many(2)
        self.stack.append(_Global(f"{module} {name}"))

    def reduce(self, _: None) -> None:
        called, arguments = self._pop_many(2)
        name = called.name if isinstance(called, _Global) else None
        if name == _RECONSTRUCT:
            self.stack.append(_Array())
        elif name == _DTYPE:
            if arguments[0] not in (b"u1", "u1"):
                raise _Refusal(f"it has an array of type {arguments[0]!r}")
            self.stack.append(_ByteType())
        else:
            raise _Refusal(f"it calls {name or type(called).__name__}")

    def build(self, _: None) -> None:
        (state,) = self._pop_many(1)
        built = self.stack[-1]
        if not isinstance(built, _Array | _ByteType):
            raise _Refusal(f"it gives a {type(built).__name__} a state")
        built.build(state)

    def nothing(self, _: Any) -> None:
        """Protocol, frames and the end need nothing done."""

    def _pop_many(self, count: int) -> list[Any]:
        floor = self.marks[-1] if self.marks else 0
        if len(self.stack) - count < floor:
            raise ValueError("an instruction lacks its operands")
        start = len(self.stack) - count
        popped = self.stack[start:]
        del self.stack[start:]
        return popped

    def _pop_to_mark(self) -> list[Any]:
        start = self.marks.pop()
        popped = self.stack[start:]
        del self.stack[start:]
        return popped

    def _extend(self, items: Iterable[Any]) -> None:
        top = self.stack[-1]
        if not isinstance(top, list):
            raise ValueError(f"items are appended to a {type(top).__name__}")
        top.extend(items)

    def _update(self, items: list[Any]) -> None:
        top = self.stack[-1]
        if not isinstance(top, dict):
            raise ValueError(f"items are set in a {type(top).__name__}")
        top.update(zip(items[::2], items[1::2], strict=True))


def _itself(argument: Any) -> Any:
    return argument


def _as_bytes(argument: str) -> bytes:
    # how pickletools returns the strings of Python 2
    return argument.encode("latin-1")


_PUSH: dict[str, Callable[[Any], Any]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_LIST": lambda _: [],
    "EMPTY_DICT": lambda _: {},
    "EMPTY_TUPLE": lambda _: (),
    "GLOBAL": _Global,
    "SHORT_BINSTRING": _as_bytes,
    "BINSTRING": _as_bytes,
    **dict.fromkeys(
        (
            "BININT",
            "BININT1",
            "BININT2",
            "LONG1",
            "SHORT_BINBYTES",
            "BINBYTES",
            "SHORT_BINUNICODE",
            "BINUNICODE",
        ),
        _itself,
    ),
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_INSTRUCTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": _Machine.nothing,
    "FRAME": _Machine.nothing,
    "STOP": _Machine.nothing,
    "MARK": _Machine.mark,
    "TUPLE": _Machine.tuple_from_mark,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
    "MEMOIZE": _Machine.put,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "STACK_GLOBAL": _Machine.stack_global,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}


def _flat_dictionary(value: Any) -> dict[str, Plain]:
    if not isinstance(value, dict):
        raise _Refusal(f"it holds a {type(value).__name__}, not a dictionary")
    flat: dict[str, Plain] = {}
    for key, item in value.items():
        if not isinstance(key, bytes | str):
            raise _Refusal(f"it has the key {key!r}")
        name = key.decode("latin-1") if isinstance(key, bytes) else key
        flat[name] = _plain(item, name)
    return flat


def _plain(value: Any, name: str) -> Plain:
    if isinstance(value, _Array) and value.value is not None:
        return value.value
    if isinstance(value, list):
        others = set(map(type, value)) - {bytes, str, int}
        if others:
            raise _Refusal(f"it has a list of {others.pop().__name__} under {name!r}")
        return value
    if value is None or isinstance(value, bytes | str | int):
        return value
    raise _Refusal(f"it has a {type(value).__name__} under {name!r}")
