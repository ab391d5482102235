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
    pictures[1, :, 12:18, 18:24] = 255  # the third row's last cell
    pictures[2, :, 6:12, 12:18] = 255  # the second row's third cell
    variable = pt.tensor4("pictures", dtype="uint8")
    nothing, last, third = evaluate(eye.apply(variable), {variable: pictures})
    assert nothing.shape == (5, 4, 4)
    changed = np.argwhere((last != nothing).any(axis=0))
    assert {(2, 3)} <= set(map(tuple, changed.tolist()))
    assert abs(changed - [2, 3]).max() == 1
    assert not np.allclose(third[:, 1, 2], last[:, 2, 2])


def test_what_it_sees_is_about_standard():
    from eye import DEVIATION, MEAN
    from scenes import KINDS, draw, scene_of

    rng = np.random.default_rng(1)
    scenes = [
        scene_of([KINDS[number] for number in rng.integers(len(KINDS), size=5)], rng)
        for _ in range(200)
    ]
    pictures = draw(scenes, rng)
    assert abs(pictures.mean() - MEAN) < 2
    assert abs(pictures.std() - DEVIATION) < 2
