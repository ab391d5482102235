import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.class_factored_softmax.blocks import BLOCK_ROWS, class_blocks

RNG = np.random.default_rng(1)
CLASSES = 5


@pytest.mark.parametrize(
    "classes",
    [
        [3],
        [0] * 40,
        [4] * 41,
        [0, 1, 2, 3, 4] * 9,
        [0] * 9 + [1] * 9 + [2] * 9 + [3] * 9 + [4] * 9,
        RNG.integers(0, CLASSES, 100),
        RNG.integers(0, CLASSES, 3),
    ],
)
def test_every_row_is_in_a_block_of_its_class(classes):
    classes = np.array(classes)
    given = pt.lvector("classes")
    blocks = class_blocks(given, CLASSES)
    of_block, rows, places = (
        evaluate(each, {given: classes})
        for each in (blocks.classes, blocks.rows, blocks.places)
    )
    number = min(len(classes), len(classes) // BLOCK_ROWS + CLASSES)
    assert rows.shape == (number, BLOCK_ROWS)
    assert of_block.shape == (number,)
    assert len(set(places)) == len(classes)
    np.testing.assert_array_equal(rows.flatten()[places], np.arange(len(classes)))
    np.testing.assert_array_equal(of_block[places // BLOCK_ROWS], classes)
    assert of_block.max() < CLASSES
