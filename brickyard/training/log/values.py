"""Values of records as columns of a database, and back without losing a bit."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from brickyard.training.state_tree import DTYPES, join_state, parse_json, split_state

_LIMIT = 2**63
_NUMPY = "numpy."
_PLAIN = {"none": type(None), "bool": int, "int": int, "float": float, "str": str}


def encode_value(value: Any) -> tuple[str, Any, bytes | None]:
    """Turn a value into a kind, a value that SQLite has, and bytes.

    Parameters
    ----------
    value
        A state tree.

    Returns
    -------
    kind : str
        ``none``, ``bool``, ``int``, ``float``, ``str``, ``tree``, or a NumPy dtype as
        in ``numpy.float32``.
    value : None, int, float or str
        The value, as JSON if the kind is ``tree``.
    data : bytes or None
        The arrays of a tree one behind the other.

    Examples
    --------
    >>> encode_value(0.5), encode_value(np.float32(0.5))
    (('float', 0.5, None), ('numpy.float32', 0.5, None))
    """
    kind = type(value)
    if value is None:
        return "none", None, None
    if kind is bool:
        return "bool", int(value), None
    if kind is int and _fits(value):
        return "int", value, None
    if kind is float and _survives(value):
        return "float", value, None
    if kind is str and value.isascii() and "\0" not in value:
        return "str", value, None
    if isinstance(value, np.generic) and value.dtype.name in DTYPES:
        plain = value.item()
        if _survives(plain) if isinstance(plain, float) else _fits(plain):
            return _NUMPY + value.dtype.name, plain, None
    return _encode_tree(value)


def _fits(value: int) -> bool:
    return -_LIMIT <= value < _LIMIT


def _survives(value: float) -> bool:
    # SQLite turns NaN into NULL and may store -0.0 as the integer 0.
    return math.isfinite(value) and (value != 0 or math.copysign(1, value) > 0)


def _encode_tree(value: Any) -> tuple[str, str, bytes | None]:
    text, arrays = split_state(value)
    if not arrays:
        return "tree", f'{{"tree":{text}}}', None
    kinds = {k: [a.dtype.name, list(a.shape)] for k, a in arrays.items()}
    data = b"".join(
        np.asarray(a, a.dtype.newbyteorder("<")).tobytes() for a in arrays.values()
    )
    return "tree", f'{{"tree":{text},"arrays":{json.dumps(kinds)}}}', data


def decode_value(kind: str, value: Any, data: bytes | None) -> Any:
    """Turn columns back into the value.

    Parameters
    ----------
    kind, value, data
        What `encode_value` returned.

    Returns
    -------
    object
        The value.

    Raises
    ------
    ValueError
        If the columns do not fit together.

    Examples
    --------
    >>> decode_value(*encode_value([1, np.ones(2)]))
    [1, array([1., 1.])]
    """
    if kind == "tree":
        return _decode_tree(value, data or b"")
    if kind.startswith(_NUMPY) and kind.removeprefix(_NUMPY) in DTYPES:
        return np.dtype(kind.removeprefix(_NUMPY)).type(value)
    if kind not in _PLAIN or not isinstance(value, _PLAIN[kind]):
        raise ValueError(f"{value!r} is no value of the kind {kind!r}")
    return bool(value) if kind == "bool" else value


def _decode_tree(text: str, data: bytes) -> Any:
    content = parse_json(text)
    arrays: dict[str, np.ndarray] = {}
    position = 0
    for name, (kind, shape) in content.get("arrays", {}).items():
        if kind not in DTYPES:
            raise ValueError(f"{kind!r} is no dtype of an array")
        dtype = np.dtype(kind)
        size = math.prod(shape) * dtype.itemsize
        flat = np.frombuffer(data[position : position + size], dtype.newbyteorder("<"))
        arrays[name] = flat.astype(dtype).reshape(shape)
        position += size
    return join_state(json.dumps(content["tree"]), arrays)
