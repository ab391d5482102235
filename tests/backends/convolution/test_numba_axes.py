from __future__ import annotations

import numpy as np
import pytest

from brickyard.backends.convolution import geometry
from brickyard.backends.convolution.numba_axes import (
    filters_in_three_axes,
    images_in_three_axes,
    in_three_axes,
    positions,
)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_axes_are_added_before_the_others(rank):
    images = np.arange(240.0).reshape(2, *(2, 4, 5)[-rank:], -1)
    filters = np.zeros((*(2, 3, 4)[-rank:], 5, 6))
    missing = (1,) * (3 - rank)
    x, w = images_in_three_axes(images), filters_in_three_axes(filters)
    assert x.shape == (2, *missing, *images.shape[1:])
    assert w.shape == (*missing, *filters.shape)
    np.testing.assert_array_equal(x.ravel(), images.ravel())


def test_positions_are_those_of_the_geometry():
    how = geometry(2, (3, 2), (2, 1), ((1, 0), (0, 2)), (1, 2))
    counts = positions(np.zeros((2, 1, 7, 6, 3)), (1, 3, 2), *in_three_axes(how))
    assert counts == (1, *how.output_lengths((7, 6), (3, 2)))
