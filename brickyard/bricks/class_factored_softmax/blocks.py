"""Rows sorted into blocks of one class each, so that a class is one matrix product.

Every row is to be multiplied with the matrix of its class. To copy the matrix for
every row is slow, and how many rows a class has is not known beforehand, while XLA
needs fixed shapes. Here rows of one class share blocks of a fixed number of rows; only
the last block of a class has empty places. However the rows are distributed,
``rows // size + classes`` blocks are enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

BLOCK_ROWS = 8


@dataclass(frozen=True)
class ClassBlocks:
    """Where each row is.

    Parameters
    ----------
    classes
        The class of each block, int64, ``(blocks,)``.
    rows
        The row at each place of each block, int64, ``(blocks, BLOCK_ROWS)``; row 0 at
        places that are empty.
    places
        The place of each row, counted through all blocks, int64, ``(rows,)``.
    """

    classes: TensorVariable
    rows: TensorVariable
    places: TensorVariable


def class_blocks(classes: TensorVariable, num_classes: int) -> ClassBlocks:
    """Distribute rows over blocks by their classes.

    Parameters
    ----------
    classes
        The class of each row, int64 in [0, `num_classes`), ``(rows,)``.
    num_classes
        The number of classes.

    Returns
    -------
    ClassBlocks
        The blocks, in the order of their classes; blocks that are left over have the
        last class and no rows.

    Examples
    --------
    >>> import numpy as np
    >>> from brickyard.backends import evaluate
    >>> blocks = class_blocks(pt.constant(np.array([1, 0, 1])), 2)
    >>> evaluate(blocks.classes).tolist()
    [0, 1]
    >>> evaluate(blocks.rows[:, :3]).tolist()
    [[1, 0, 0], [0, 2, 0]]
    >>> evaluate(blocks.places).tolist()
    [8, 0, 9]
    """
    num_rows = classes.shape[0].astype("int64")
    order = pt.argsort(classes)
    in_order = classes[order]
    counts = pt.eq(classes[:, None], pt.arange(num_classes)).sum(axis=0, dtype="int64")
    blocks_of_class = (counts + (BLOCK_ROWS - 1)) // BLOCK_ROWS
    ends = pt.cumsum(blocks_of_class)
    number_in_class = pt.arange(num_rows) - (pt.cumsum(counts) - counts)[in_order]
    first_place = (ends - blocks_of_class)[in_order] * BLOCK_ROWS
    places_in_order = first_place + number_in_class
    num_blocks = pt.minimum(num_rows, num_rows // BLOCK_ROWS + num_classes)
    passed = pt.ge(pt.arange(num_blocks)[:, None], ends).sum(axis=1, dtype="int64")
    rows = pt.zeros((num_blocks * BLOCK_ROWS,), dtype="int64")
    rows = pt.set_subtensor(rows[places_in_order], order)
    places = pt.zeros((num_rows,), dtype="int64")
    return ClassBlocks(
        classes=pt.minimum(passed, num_classes - 1),
        rows=rows.reshape((num_blocks, BLOCK_ROWS)),
        places=pt.set_subtensor(places[order], places_in_order),
    )
