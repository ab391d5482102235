"""Trees of arrays and plain values, taken apart into JSON and bytes, and put together.

What streams give, and what their states hold, is written as JSON with marks where
JSON alone would lose something. A mark is a dictionary with one key that begins with a
dollar sign; numbers in it say which array is meant:

==============================  ====================================================
``{"$array": n}``               an array
``{"$scalar": n}``              a NumPy scalar
``{"$float": n}``               a float that is not finite
``{"$bytes": n}``               bytes
``{"$tuple": [...]}``           a tuple
``{"$objects": [...]}``         a one-dimensional array of objects
``{"$pack": [into, of, n, m]}`` a ``"list"`` or an ``"objects"`` array of ``"arrays"``
                                of one dtype or of ``"bytes"``: all their data in one
                                array, their shapes in another
``{"$dict": [[key, value]]}``   a dictionary with a key that begins with ``$``
==============================  ====================================================

Nothing in it can name a class or a function, so that reading it runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from brickyard.datasets.transformers.arrays import ragged

MAX_DEPTH = 64
"""How deep a tree may be nested."""

NUMBERS = frozenset(
    (
        "b1",
        "i1",
        "i2",
        "i4",
        "i8",
        "u1",
        "u2",
        "u4",
        "u8",
        "f2",
        "f4",
        "f8",
        "c8",
        "c16",
    )
)
"""The dtypes of numbers, without their byte order. Texts and bytes are allowed too."""

_PLAIN = frozenset((type(None), bool, int, str))


class TreeError(ValueError):
    """Something is not a tree of arrays and plain values, as it says it is."""


def is_allowed(dtype: np.dtype) -> bool:
    """Return whether arrays of a dtype can be sent.

    Parameters
    ----------
    dtype
        The dtype.

    Examples
    --------
    >>> is_allowed(np.dtype("float32")), is_allowed(np.dtype(object))
    (True, False)
    """
    return dtype.str[1:] in NUMBERS or (dtype.kind in "SU" and dtype.itemsize > 0)


class Splitter:
    """Takes trees apart.

    Attributes
    ----------
    arrays : list of numpy.ndarray
        The arrays found so far, in C order.

    Examples
    --------
    >>> splitter = Splitter()
    >>> splitter.split([np.zeros(2), "a", (1.5, b"b")], "the data")
    [{'$array': 0}, 'a', {'$tuple': [1.5, {'$bytes': 1}]}]
    >>> splitter.arrays
    [array([0., 0.]), array([98], dtype=uint8)]
    """

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []

    def split(self, value: Any, what: str, depth: int = 0) -> Any:
        """Return a tree with marks in place of what JSON does not have.

        Parameters
        ----------
        value
            The tree: arrays, NumPy scalars, lists, tuples, one-dimensional arrays of
            objects, dictionaries with strings as keys, numbers, strings, bytes, None.
        what
            What it is, for messages.
        depth
            How deep in a tree it is.

        Raises
        ------
        TypeError
            If there is something else in the tree.
        ValueError
            If the tree is too deep.
        """
        if type(value) in _PLAIN or (type(value) is float and math.isfinite(value)):
            return value
        if depth > MAX_DEPTH:
            raise ValueError(f"{what} is nested more than {MAX_DEPTH} deep")
        if isinstance(value, list | tuple):
            return self._split_sequence(value, what, depth)
        if isinstance(value, Mapping):
            return self._split_mapping(value, what, depth)
        if isinstance(value, np.generic):
            return {"$scalar": self._add(np.asarray(value), what)}
        if type(value) is float:
            return {"$float": self._add(np.asarray(value), what)}
        if isinstance(value, bytes):
            return {"$bytes": self._add(np.frombuffer(value, np.uint8), what)}
        if hasattr(value, "__array__"):
            array = np.asarray(value)
            if array.dtype != object:
                return {"$array": self._add(array, what)}
            if array.ndim == 1:
                return self._split_objects(array, what, depth)
        raise TypeError(
            f"{what} is {_describe(value)}; only arrays of numbers or texts, lists of "
            "them and plain values can be sent: convert it with a Mapping"
        )

    def _split_sequence(self, value: Any, what: str, depth: int) -> Any:
        packed = self._pack(value, "list", what) if type(value) is list else None
        if packed is not None:
            return packed
        items = [self.split(item, what, depth + 1) for item in value]
        return items if isinstance(value, list) else {"$tuple": items}

    def _split_objects(self, array: np.ndarray, what: str, depth: int) -> Any:
        packed = self._pack(array, "objects", what)
        if packed is not None:
            return packed
        return {"$objects": [self.split(item, what, depth + 1) for item in array]}

    def _split_mapping(self, value: Mapping[Any, Any], what: str, depth: int) -> Any:
        for key in value:
            if type(key) is not str:
                raise TypeError(f"{what} has the key {key!r}, which is not a string")
        items = {
            key: self.split(item, f"{what}[{key!r}]", depth + 1)
            for key, item in value.items()
        }
        if any(key.startswith("$") for key in items):
            return {"$dict": [[key, item] for key, item in items.items()]}
        return items

    def _pack(self, items: list[Any] | np.ndarray, into: str, what: str) -> Any:
        """Return a mark for many arrays of one dtype; None if they are not such."""
        if len(items) == 0:
            return None
        kinds = set(map(type, items))
        if kinds == {bytes}:
            data = np.frombuffer(b"".join(items), np.uint8)
            shapes = np.array([[len(item)] for item in items], np.int64)
            of = "bytes"
        elif kinds == {np.ndarray}:
            dtypes = {(item.dtype, item.ndim) for item in items}
            if len(dtypes) > 1 or items[0].dtype == object:
                return None
            data = np.concatenate([item.ravel() for item in items])
            # to join them made the byte order that of the machine
            data = data.astype(items[0].dtype, copy=False)
            shapes = np.array([item.shape for item in items], np.int64)
            of = "arrays"
        else:
            return None
        return {"$pack": [into, of, self._add(data, what), self._add(shapes, what)]}

    def _add(self, array: np.ndarray, what: str) -> int:
        if not is_allowed(array.dtype):
            raise TypeError(
                f"{what} has the dtype {array.dtype}; what can be sent are numbers of "
                "up to 64 bits (complex ones 128), texts and bytes: convert it with a "
                "Cast"
            )
        self.arrays.append(np.asarray(array, order="C"))
        return len(self.arrays) - 1


class Joiner:
    """Puts a tree together again, and believes nothing that it says.

    Parameters
    ----------
    arrays
        The arrays that marks refer to; each is used once.

    Examples
    --------
    >>> Joiner([np.ones(3)]).join({"weights": {"$array": 0}})
    {'weights': array([1., 1., 1.])}
    >>> Joiner([]).join({"$array": 0})
    Traceback (most recent call last):
        ...
    brickyard.datasets.array_trees.TreeError: it needs array 0, and there are 0
    """

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.arrays: list[np.ndarray | None] = list(arrays)
        self._marks: dict[str, Callable[[Any, int], Any]] = {
            "$array": self._array,
            "$scalar": self._scalar,
            "$float": self._float,
            "$bytes": self._bytes,
            "$tuple": self._tuple,
            "$objects": self._objects,
            "$pack": self._unpack,
            "$dict": self._dict,
        }

    def join(self, tree: Any) -> Any:
        """Return what was taken apart.

        Parameters
        ----------
        tree
            A tree with marks, as read from JSON.

        Raises
        ------
        TreeError
            If it is no such tree, or does not use all arrays.
        """
        value = self._join(tree, 0)
        unused = sum(array is not None for array in self.arrays)
        if unused:
            raise TreeError(f"it uses {unused} of its arrays nowhere")
        return value

    def _join(self, tree: Any, depth: int) -> Any:
        # a mark adds a level to the tree that was written
        if depth > 2 * MAX_DEPTH + 2:
            raise TreeError("it is nested too deep")
        if isinstance(tree, list):
            return [self._join(item, depth + 1) for item in tree]
        if not isinstance(tree, dict):
            return tree
        for key in tree:
            if key.startswith("$"):
                if len(tree) > 1 or key not in self._marks:
                    raise TreeError(f"it has the unknown mark {key[:20]!r}")
                return self._marks[key](tree[key], depth + 1)
        return {key: self._join(item, depth + 1) for key, item in tree.items()}

    def _array(self, number: Any, depth: int) -> np.ndarray:
        if type(number) is not int or not 0 <= number < len(self.arrays):
            raise TreeError(
                f"it needs array {str(number)[:20]}, and there are {len(self.arrays)}"
            )
        array, self.arrays[number] = self.arrays[number], None
        if array is None:
            raise TreeError(f"it uses array {number} twice")
        return array

    def _scalar(self, number: Any, depth: int) -> Any:
        array = self._array(number, depth)
        if array.ndim:
            raise TreeError(f"a scalar has the shape {array.shape}")
        return array[()]

    def _float(self, number: Any, depth: int) -> float:
        value: Any = self._scalar(number, depth)
        if value.dtype != np.float64:
            raise TreeError(f"a float has the dtype {value.dtype}")
        return float(value)

    def _bytes(self, number: Any, depth: int) -> bytes:
        array = self._array(number, depth)
        if array.dtype != np.uint8 or array.ndim != 1:
            raise TreeError(f"bytes have the dtype {array.dtype}")
        return array.tobytes()

    def _items(self, items: Any, depth: int) -> list[Any]:
        if not isinstance(items, list):
            raise TreeError("a mark needs a list and has none")
        return [self._join(item, depth + 1) for item in items]

    def _tuple(self, items: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._items(items, depth))

    def _objects(self, items: Any, depth: int) -> np.ndarray:
        return ragged(self._items(items, depth))

    def _dict(self, items: Any, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        pairs: list[Any] = items if isinstance(items, list) else [None]
        for item in pairs:
            key = item[0] if isinstance(item, list) and len(item) == 2 else None
            if not isinstance(key, str) or key in found:
                raise TreeError("a dictionary needs pairs of different keys")
            found[key] = self._join(item[1], depth + 1)
        return found

    def _unpack(self, content: Any, depth: int) -> Any:
        if not isinstance(content, list) or len(content) != 4:
            raise TreeError("a pack needs four entries")
        into, of = content[:2]
        if into not in ("list", "objects") or of not in ("arrays", "bytes"):
            raise TreeError("a pack is of an unknown kind")
        data = self._array(content[2], depth)
        shapes = _checked_shapes(data, self._array(content[3], depth))
        if of == "bytes" and (data.dtype != np.uint8 or shapes.shape[1] != 1):
            raise TreeError(f"bytes have the dtype {data.dtype}")
        items: list[Any] = []
        start = 0
        for shape in shapes.tolist():
            stop = start + math.prod(shape)
            piece = data[start:stop]
            items.append(piece.tobytes() if of == "bytes" else piece.reshape(shape))
            start = stop
        return items if into == "list" else ragged(items)


def _checked_shapes(data: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the shapes of packed arrays if they cut all of the data into pieces."""
    if data.ndim != 1 or shapes.ndim != 2 or shapes.dtype != np.int64:
        raise TreeError("a pack needs data in one axis and shapes in two")
    count, ndim = shapes.shape
    # without axes, shapes take no bytes, and any number of them could be claimed
    if count > data.size + shapes.size or ndim > 32 or (shapes < 0).any():
        raise TreeError("the shapes of a pack make no sense")
    if sum(map(math.prod, shapes.tolist())) != data.size:
        raise TreeError("the shapes of a pack do not fit its data")
    if any(math.prod(max(n, 1) for n in s) >= 2**40 for s in shapes.tolist()):
        raise TreeError("the shapes of a pack make no sense")
    return shapes


def _describe(value: Any) -> str:
    kind = type(value).__name__
    article = "an" if kind[0] in "aeiou" else "a"
    shape = getattr(value, "shape", None)
    return f"{article} {kind}" + (f" of objects, shape {shape}" if shape else "")
