"""Messages of arrays: a JSON header, and the bytes of each array behind it.

A message is a sequence of frames. The first is JSON in UTF-8, ``{"brickyard": version,
"tree": ..., "arrays": [[dtype, shape], ...]}``; each further frame holds the bytes of
one array in C order. The tree is that of `brickyard.datasets.array_trees`. Everything
is checked before an array is made, and no message takes more memory than a small
multiple of its own length.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from brickyard.datasets.array_trees import Joiner, Splitter, TreeError, is_allowed
from brickyard.datasets.exceptions import MessageError

VERSION = 1
"""The version of the messages."""
MAX_HEADER_BYTES = 2**24
"""How long the header of a message may be, in bytes."""
MAX_ARRAYS = 2**16
"""How many arrays a message may have."""
MAX_BYTES = 2**30
"""How long a message may be, in bytes."""

Frame = Any
"""Something with the buffer protocol: bytes, a memoryview or an array."""


def encode_message(value: Any, what: str = "the message") -> list[Frame]:
    """Return the frames of a message.

    Parameters
    ----------
    value
        A tree of arrays and plain values.
    what
        What it is, for messages about it.

    Returns
    -------
    list
        The header, and the arrays themselves, which are not copied.

    Raises
    ------
    TypeError
        If there is something in it that cannot be sent.
    ValueError
        If it is too long.

    Examples
    --------
    >>> header, data = encode_message({"x": np.arange(2, dtype="int16")})
    >>> header
    b'{"brickyard":1,"tree":{"x":{"$array":0}},"arrays":[["<i2",[2]]]}'
    >>> decode_message([header, data.tobytes()])
    {'x': array([0, 1], dtype=int16)}
    """
    splitter = Splitter()
    tree = splitter.split(value, what)
    return frames_of(tree, splitter.arrays, what)


def frames_of(tree: Any, arrays: Sequence[np.ndarray], what: str) -> list[Frame]:
    """Return the frames of a message whose tree is taken apart already.

    Parameters
    ----------
    tree
        What a `Splitter` made of the tree.
    arrays
        Its arrays.
    what
        What it is, for messages about it.

    Raises
    ------
    ValueError
        If it is too long.
    """
    specs = [[array.dtype.str, list(array.shape)] for array in arrays]
    content = {"brickyard": VERSION, "tree": tree, "arrays": specs}
    header = json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
    size = len(header) + sum(array.nbytes for array in arrays)
    if len(header) > MAX_HEADER_BYTES or size > MAX_BYTES or len(arrays) > MAX_ARRAYS:
        raise ValueError(
            f"{what} would be a message of {size} bytes, {len(header)} of them for "
            f"values outside of arrays, in {len(arrays)} arrays; the limits are "
            f"{MAX_BYTES}, {MAX_HEADER_BYTES} and {MAX_ARRAYS}: make smaller batches, "
            "and arrays of lists of numbers"
        )
    return [header, *(array.reshape(-1).view(np.uint8) for array in arrays)]


def decode_message(frames: Sequence[Frame], max_bytes: int = MAX_BYTES) -> Any:
    """Return what a message says.

    Parameters
    ----------
    frames
        The frames, from anywhere: nothing is taken for granted.
    max_bytes
        How long the message may be, in bytes.

    Returns
    -------
    object
        The tree; its arrays are views of the frames and cannot be written to.

    Raises
    ------
    MessageError
        If it is not such a message, or one of another version.

    Examples
    --------
    >>> header = b'{"brickyard":1,"tree":{"$array":0},"arrays":[["|O",[]]]}'
    >>> decode_message([header, b"8 bytes."])
    Traceback (most recent call last):
        ...
    brickyard.datasets.exceptions.MessageError: ... array 0 is of the dtype '|O', ...
    """
    try:
        return _decode([memoryview(frame).cast("B") for frame in frames], max_bytes)
    except TreeError as error:
        raise MessageError(f"not a message of arrays: {error}") from error


def _decode(frames: list[memoryview], max_bytes: int) -> Any:
    if not frames:
        raise TreeError("it has no frames")
    size = sum(frame.nbytes for frame in frames)
    if size > max_bytes or frames[0].nbytes > MAX_HEADER_BYTES:
        raise TreeError(
            f"it has {size} bytes and a header of {frames[0].nbytes}; the limits are "
            f"{max_bytes} and {MAX_HEADER_BYTES}"
        )
    content = _parse(bytes(frames[0]))
    version = content.get("brickyard")
    if type(version) is int and version != VERSION:
        raise MessageError(
            f"a message in version {version} of the format, and this is version "
            f"{VERSION}; install the same version of brickyard at both ends"
        )
    if sorted(content) != ["arrays", "brickyard", "tree"] or version != VERSION:
        raise TreeError("its header lacks what it must have")
    specs = content["arrays"]
    if not isinstance(specs, list) or len(specs) != len(frames) - 1:
        raise TreeError(f"its header does not tell of the {len(frames) - 1} arrays")
    if len(specs) > MAX_ARRAYS:
        raise TreeError(f"it has {len(specs)} arrays, the limit is {MAX_ARRAYS}")
    arrays = [
        _array(number, spec, frame)
        for number, (spec, frame) in enumerate(zip(specs, frames[1:], strict=True))
    ]
    return Joiner(arrays).join(content["tree"])


def _parse(header: bytes) -> dict[str, Any]:
    try:
        content = json.loads(header.decode("utf-8"), object_pairs_hook=_unique)
    except TreeError:
        raise
    except (ValueError, RecursionError) as error:
        raise TreeError("its first frame is not JSON") from error
    if not isinstance(content, dict):
        raise TreeError("its first frame is no JSON object")
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TreeError("its header has a key twice")
    return found


def _array(number: int, spec: Any, frame: memoryview) -> np.ndarray:
    """Return the array that a frame holds, if it is as long as its description says."""
    if not isinstance(spec, list) or len(spec) != 2 or not isinstance(spec[1], list):
        raise TreeError(f"array {number} has no dtype and shape")
    dtype, shape = _dtype(number, spec[0]), spec[1]
    if len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**48 for n in shape):
        raise TreeError(f"array {number} has the shape {str(shape)[:60]}")
    # an array without elements still must have a size that NumPy can count
    if math.prod(max(n, 1) for n in shape) * dtype.itemsize >= 2**62:
        raise TreeError(f"array {number} has the shape {str(shape)[:60]}")
    expected = math.prod(shape) * dtype.itemsize
    if frame.nbytes != expected:
        raise TreeError(
            f"array {number} of dtype {dtype} and shape {tuple(shape)} has "
            f"{expected} bytes, and its frame {frame.nbytes}"
        )
    if not expected:
        array = np.empty(shape, dtype)
    else:
        array = np.frombuffer(frame, dtype).reshape(shape)
        if not array.flags.aligned:
            array = array.copy()
    array.flags.writeable = False
    return array


def _dtype(number: int, text: Any) -> np.dtype:
    problem = TreeError(
        f"array {number} is of the dtype {str(text)[:20]!r}, not of numbers or texts"
    )
    if not isinstance(text, str) or len(text) > 12 or text[:1] not in ("<", ">", "|"):
        raise problem
    try:
        dtype = np.dtype(text)
    except (TypeError, ValueError) as error:
        raise problem from error
    if dtype.str != text or not is_allowed(dtype):
        raise problem
    return dtype
