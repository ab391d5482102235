"""State trees in two parts: a JSON text and named arrays.

A tree of dictionaries, lists, tuples, JSON scalars, NumPy scalars and NumPy arrays is
written as JSON with marks where JSON alone would lose something. Marks are
dictionaries with one key that begins with a dollar sign:

=============================  =====================================================
``{"$array": name}``           the array of that name
``{"$float": bits}``           a float that is not finite, 8 bytes in hexadecimal
``{"$scalar": [dtype, bits]}`` a NumPy scalar, its bytes in hexadecimal
``{"$tuple": [...]}``          a tuple
``{"$dict": [[key, value]]}``  a dictionary with a key that begins with ``$``
=============================  =====================================================

All bytes are little-endian. What comes back is equal bit for bit, types included.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

MAX_DEPTH = 64
"""How deep dictionaries and lists may be nested."""

DTYPES = (
    *("bool", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"),
)
"""The dtypes of arrays and scalars in states."""
_PLAIN = frozenset((type(None), bool, int, str))


def split_state(state: Any) -> tuple[str, dict[str, np.ndarray]]:
    """Take a state apart into a JSON text and arrays.

    Parameters
    ----------
    state
        A state tree.

    Returns
    -------
    text : str
        JSON in ASCII, without line breaks.
    arrays : dict
        The arrays (native byte order, C order) by names that tell where they were.

    Raises
    ------
    TypeError
        If something in the tree is none of the kinds above, naming its place.
    ValueError
        If the tree is too deep.

    Examples
    --------
    >>> import numpy as np
    >>> text, arrays = split_state({"best": float("inf"), "W": np.zeros((1, 2))})
    >>> text
    '{"best":{"$float":"000000000000f07f"},"W":{"$array":"W"}}'
    >>> arrays
    {'W': array([[0., 0.]])}
    """
    splitter = _Splitter()
    tree = splitter.encode(state, ())
    return json.dumps(tree, separators=(",", ":"), allow_nan=False), splitter.arrays


class _Splitter:
    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}

    def encode(self, value: Any, place: tuple[str, ...]) -> Any:
        if _is_plain(value):
            return value
        if type(value) is float:
            return {"$float": _pack_float(value)}
        if len(place) > MAX_DEPTH:
            raise ValueError(
                f"a state may be nested {MAX_DEPTH} deep, this goes deeper at "
                f"{'/'.join(place[:4])}/..."
            )
        # A dictionary first: to ask whether something is a Mapping takes longer.
        if isinstance(value, dict | Mapping):
            return self._encode_mapping(value, place)
        if isinstance(value, list | tuple):
            items = [
                v if _is_plain(v) else self.encode(v, (*place, str(i)))
                for i, v in enumerate(value)
            ]
            return items if isinstance(value, list) else {"$tuple": items}
        if isinstance(value, np.generic):
            return {"$scalar": _pack_scalar(value, place)}
        if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
            return {"$array": self._add(np.asarray(value), place)}
        # Subclasses such as enumerations and named strings would come back as less.
        raise TypeError(
            f"a state holds JSON values and NumPy arrays; at {_show(place)} it has "
            f"{value!r} of type {type(value).__name__}"
        )

    def _encode_mapping(self, value: Mapping[Any, Any], place: tuple[str, ...]) -> Any:
        items: dict[str, Any] = {}
        marked = False
        for key, item in value.items():
            if type(key) is not str:
                raise TypeError(
                    f"the keys of a state are strings; at {_show(place)} there is the "
                    f"key {key!r} of type {type(key).__name__}"
                )
            marked = marked or key.startswith("$")
            items[key] = item if _is_plain(item) else self.encode(item, (*place, key))
        if marked:
            return {"$dict": [[key, item] for key, item in items.items()]}
        return items

    def _add(self, array: np.ndarray, place: tuple[str, ...]) -> str:
        dtype = _checked_dtype(array.dtype, place)
        base = name = "/".join(place) or "value"
        # "a/b" beside {"a": {"b": ...}}, and a name the format keeps for itself.
        count = 0
        while name in self.arrays or name == "__metadata__":
            count += 1
            name = f"{base}~{count}"
        self.arrays[name] = np.require(array, dtype, ["C"])
        return name


def join_state(text: str | bytes, arrays: Mapping[str, np.ndarray]) -> Any:
    """Put together what `split_state` took apart.

    Parameters
    ----------
    text
        The JSON text.
    arrays
        The arrays by name; each is used exactly once.

    Returns
    -------
    object
        The state.

    Raises
    ------
    ValueError
        If the text is not JSON of this kind, or arrays and text do not fit.

    Examples
    --------
    >>> join_state('{"best":{"$float":"000000000000f07f"}}', {})
    {'best': inf}
    """
    tree = parse_json(text)
    joiner = _Joiner(arrays)
    state = joiner.decode(tree, 0)
    unused = sorted(set(arrays) - joiner.used)
    if unused:
        raise ValueError(f"the array {unused[0]!r} has no place in the state")
    return state


class _Joiner:
    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self.arrays = arrays
        self.used: set[str] = set()
        self._marks: dict[str, Callable[[Any, int], Any]] = {
            "$array": self._array,
            "$float": self._float,
            "$scalar": self._scalar,
            "$tuple": self._tuple,
            "$dict": self._dict,
        }

    def decode(self, value: Any, depth: int) -> Any:
        # A mark adds a level to the tree that was written.
        if depth > 2 * MAX_DEPTH + 2:
            raise ValueError("the state is nested too deep")
        if isinstance(value, list):
            return [self.decode(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        for key in value:
            if key.startswith("$"):
                if len(value) > 1 or key not in self._marks:
                    raise ValueError(f"the state has an unknown mark {key!r}")
                return self._marks[key](value[key], depth + 1)
        return {key: self.decode(item, depth + 1) for key, item in value.items()}

    def _array(self, name: Any, depth: int) -> np.ndarray:
        if not isinstance(name, str) or name not in self.arrays or name in self.used:
            raise ValueError(f"the state needs the array {name!r}, which is not there")
        self.used.add(name)
        return self.arrays[name]

    def _float(self, bits: Any, depth: int) -> float:
        value = struct.unpack("<d", _unhex(bits, 8))[0]
        if math.isfinite(value):
            raise ValueError(f"the mark $float has the finite number {value}")
        return value

    def _scalar(self, content: Any, depth: int) -> Any:
        if not isinstance(content, list) or len(content) != 2:
            raise ValueError("the mark $scalar needs a dtype and bytes")
        if content[0] not in DTYPES:
            raise ValueError(f"the mark $scalar has the unknown dtype {content[0]!r}")
        dtype = np.dtype(content[0])
        data = _unhex(content[1], dtype.itemsize)
        return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype)[0]

    def _tuple(self, items: Any, depth: int) -> tuple[Any, ...]:
        if not isinstance(items, list):
            raise ValueError("the mark $tuple needs a list")
        return tuple(self.decode(item, depth + 1) for item in items)

    def _dict(self, items: Any, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for item in items if isinstance(items, list) else [[]]:
            key = item[0] if isinstance(item, list) and len(item) == 2 else None
            if not isinstance(key, str) or key in found:
                raise ValueError("the mark $dict needs pairs of different keys")
            found[key] = self.decode(item[1], depth + 1)
        return found


def parse_json(text: str | bytes) -> Any:
    """Read strict JSON: no duplicate keys, no NaN, bounded depth.

    Parameters
    ----------
    text
        The text, UTF-8 if in bytes.

    Returns
    -------
    object
        What it says.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> parse_json('{"epoch": 1, "epoch": 2}')
    Traceback (most recent call last):
        ...
    ValueError: the JSON text has the key 'epoch' twice
    """
    try:
        return json.loads(
            text.decode("utf-8") if isinstance(text, bytes) else text,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
        )
    except RecursionError as error:
        raise ValueError("the JSON text is nested too deep") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the JSON text has the key {twice!r} twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"the JSON text has {name}, which is not JSON")


def _is_plain(value: Any) -> bool:
    """Tell whether JSON has the value as it is."""
    kind = type(value)
    return math.isfinite(value) if kind is float else kind in _PLAIN


def _pack_float(value: float) -> str:
    return struct.pack("<d", value).hex()


def _pack_scalar(value: np.generic, place: tuple[str, ...]) -> list[str]:
    dtype = _checked_dtype(value.dtype, place)
    array = np.asarray(value, dtype.newbyteorder("<"))
    return [dtype.name, array.tobytes().hex()]


def _checked_dtype(dtype: np.dtype, place: tuple[str, ...]) -> np.dtype:
    if dtype.name not in DTYPES:
        raise TypeError(
            f"arrays in a state are of booleans or of integers and floats of up to 64 "
            f"bits; at {_show(place)} there is one of dtype {dtype}"
        )
    return np.dtype(dtype.name)


def _unhex(text: Any, size: int) -> bytes:
    try:
        data = bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{text!r} is not hexadecimal") from error
    if len(data) != size:
        raise ValueError(f"{text!r} stands for {len(data)} bytes instead of {size}")
    return data


def _show(place: tuple[str, ...]) -> str:
    return repr("/".join(place)) if place else "its top"
