import numpy as np
import pytest

from brickyard.bricks.initialization import Orthogonal


@pytest.mark.parametrize("shape", [(5, 5), (8, 3), (3, 8), (1, 4)])
@pytest.mark.parametrize("scale", [1, 0.5])
def test_all_singular_values_equal_the_scale(shape, scale):
    W = Orthogonal(scale).generate(np.random.default_rng(1), shape)
    assert W.shape == shape
    np.testing.assert_allclose(
        np.linalg.svd(W, compute_uv=False), np.full(min(shape), scale), rtol=1e-5
    )


def test_no_direction_is_preferred():
    rng = np.random.default_rng(2)
    corner = [Orthogonal().generate(rng, (3, 3))[0, 0] for _ in range(2000)]
    assert abs(np.mean(corner)) < 0.04
    # An entry of a Haar matrix of size 3 is uniform on [-1, 1].
    assert abs(np.var(corner) - 1 / 3) < 0.02


def test_the_shape_has_two_axes():
    with pytest.raises(ValueError, match="arrays with 2 axes only"):
        Orthogonal().generate(np.random.default_rng(1), (2, 2, 2))


def test_the_scale_is_a_number():
    with pytest.raises(TypeError, match="Orthogonal needs a number for scale"):
        Orthogonal(None)
