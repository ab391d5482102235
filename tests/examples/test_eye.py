from __future__ import annotations

import numpy as np
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.initialization import HeNormal


def test_it_sees_each_cell_with_what_is_around_it():
    from eye import Eye

    eye = Eye(5, weights_init=HeNormal(), seed=1)
    eye.initialize()
    pictures = np.zeros((3, 3, 24, 24), "uint8")
    pictures[1, :, 6:12, 6:12] = 255  # the second row's second cell
    pictures[2, :, 12:18, 12:18] = 255  # the third row's third cell
    variable = pt.tensor4("pictures", dtype="uint8")
    nothing, second, third = evaluate(eye.apply(variable), {variable: pictures})
    assert nothing.shape == (5, 4, 4)
    changed = np.argwhere((second != nothing).any(axis=0))
    assert [1, 1] in changed.tolist()
    assert abs(changed - 1).max() == 1
    # Neither cell is at the edge: the same thing looks the same in both.
    np.testing.assert_allclose(second[:, 1, 1], third[:, 2, 2], rtol=1e-5)
    assert not np.allclose(second[:, 1, 1], nothing[:, 1, 1])


def test_pixels_are_about_standard():
    from eye import PIXEL_DEVIATION, PIXEL_MEAN
    from scenes import KINDS, draw, scene_of

    rng = np.random.default_rng(1)
    scenes = [
        scene_of([KINDS[number] for number in rng.integers(len(KINDS), size=5)], rng)
        for _ in range(200)
    ]
    pictures = draw(scenes, rng)
    assert abs(pictures.mean() - PIXEL_MEAN) < 2
    assert abs(pictures.std() - PIXEL_DEVIATION) < 2
