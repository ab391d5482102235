"""The arrays that a lowered loop reads from and writes to, one row in each step.

A gradient goes through the steps from the last to the first. Its sequences are the
arrays of the loop before, reversed, and its results are reversed again: read and
written from their end, no array is ever turned around.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.scan.op import Scan
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.subtensor import Subtensor

from brickyard.backends.scan_rewrites.row_ranges import (
    Rows,
    rows_read,
    rows_written,
)

Clients = Mapping[Variable, Sequence[tuple[Apply, int]]]


@dataclass(frozen=True)
class RowReader:
    """Reads a sequence from the array that it is a slice of.

    Parameters
    ----------
    base
        The variable of the array.
    start, step
        Which row is read in the first step, and how much further it is to the next.
    """

    base: Variable
    start: int = 0
    step: int = 1

    @classmethod
    def of(cls, sequence: Variable) -> RowReader:
        """Return the reader of a sequence.

        Parameters
        ----------
        sequence
            An operand of a loop.
        """
        rows = rows_read(sequence)
        if rows is None or not rows.positions:
            return cls(sequence)
        rows = rows_written(rows)
        return cls(rows.base, rows.positions.start, rows.positions.step)

    def read(self, array: Any, position: Any) -> Any:
        """Return the row of a step.

        Parameters
        ----------
        array
            The value of `base`.
        position
            The number of the step, unsigned.
        """
        from jax import lax

        index = _affine(position, self.start, self.step)
        return lax.dynamic_index_in_dim(array, index, keepdims=False)


@dataclass(frozen=True)
class Trace:
    """The values of a loop that somebody reads afterwards, in a result of some rows.

    Parameters
    ----------
    length
        How many rows the result has, the last ones of all values.
    steps
        The number of steps, at least 1.
    before
        How many values there are before the first step.
    kept
        How many of the rows, the last ones, are read. The other ones are zero.
    from_end
        Whether the rows are written from the last to the first.
    """

    length: int
    steps: int
    before: int
    kept: int
    from_end: bool

    @classmethod
    def of(
        cls, result: Variable, length: int, steps: int, before: int, clients: Clients
    ) -> Trace:
        """Return the trace of a result of a loop.

        Parameters
        ----------
        result
            The result.
        length, steps, before
            As above.
        clients
            For variables of the graph, what reads them.
        """
        readers = list(_readers(result, clients))
        rows = [rows_read(reader) for reader in readers]
        first = min((_first_row(r, result) for r in rows), default=length)
        turned = [r is not None and r.positions.step < 0 for r in rows]
        as_it_is = any(_is_sequence(reader, clients) for reader in readers)
        from_end = not as_it_is and any(turned) and sum(turned) >= len(turned) / 2
        return cls(length, steps, before, length - first, from_end)

    @property
    def offset(self) -> int:
        """The row of the value of the first step; negative if it is not kept."""
        return min(self.length - self.steps, self.before) - self.length + self.kept

    def begin(self, values: Sequence[Any], row: Any, number: int) -> Any:
        """Return the kept rows as they are before the first step.

        Parameters
        ----------
        values
            The values before the first step, the oldest first.
        row
            Something of the shape and dtype of a row.
        number
            What to fill rows with that will be written. XLA would make one array of
            zeros and copy it for each loop result; of different numbers it makes each.
        """
        import jax.numpy as jnp

        all_written = self.offset + self.steps >= self.kept
        fill = number if all_written else 0
        buffer = jnp.full((self.kept, *row.shape), fill, row.dtype)
        for place in range(max(self.offset, 0)):
            value = values[len(values) - self.offset + place]
            buffer = buffer.at[self._index(place)].set(value)
        return buffer

    def write(self, buffer: Any, value: Any, position: Any) -> Any:
        """Return the kept rows with the value of a step.

        Parameters
        ----------
        buffer
            The rows so far.
        value
            The value.
        position
            The number of the step, unsigned.
        """
        import jax.numpy as jnp
        from jax import lax

        if not self.kept:
            return buffer
        if self.offset < 0:
            # The first row takes what is not kept, until its own value comes.
            position = jnp.maximum(position, np.uint32(-self.offset))
        step = -1 if self.from_end else 1
        index = _affine(position, self._index(self.offset), step)
        return lax.dynamic_update_index_in_dim(buffer, value, index, 0)

    def end(self, buffer: Any) -> Any:
        """Return the result.

        Parameters
        ----------
        buffer
            The kept rows after the last step.
        """
        import jax.numpy as jnp

        rows = buffer[::-1] if self.from_end else buffer
        if self.kept == self.length:
            return rows
        missing = (self.length - self.kept, *rows.shape[1:])
        return jnp.concatenate([jnp.zeros(missing, rows.dtype), rows])

    def _index(self, row: int) -> int:
        return self.kept - 1 - row if self.from_end else row


def _affine(position: Any, start: int, step: int) -> Any:
    """Return ``start + step * position`` of unsigned numbers, which may wrap around."""
    kind = position.dtype.type
    modulus = 2 ** (8 * position.dtype.itemsize)
    if step != 1:
        position = position * kind(step % modulus)
    return position + kind(start % modulus) if start else position


def _readers(variable: Variable, clients: Clients) -> Iterator[Variable]:
    for node, _ in clients.get(variable, ()):
        if isinstance(node.op, SpecifyShape):
            yield from _readers(node.outputs[0], clients)
        else:
            yield from node.outputs or [variable]


def _first_row(rows: Rows | None, result: Variable) -> int:
    """Return the first row of a result that is read, 0 if that is not known."""
    if rows is None or rows.base is not result:
        return 0
    return min(rows.positions, default=result.type.shape[0])


def _is_sequence(variable: Variable, clients: Clients) -> bool:
    """Return whether a loop reads a variable, which finds its rows in any order."""
    return any(
        isinstance(node.op, Scan)
        or (isinstance(node.op, Subtensor) and _is_sequence(node.outputs[0], clients))
        for node, _ in clients.get(variable, ())
    )
