from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.normalization import LocalResponseNormalization
from brickyard.testing import check_brick

rng = np.random.default_rng(0)


def test_the_usual_checks():
    check_brick(
        lambda: LocalResponseNormalization(n=3, alpha=0.5),
        {"input_": rng.normal(size=(3, 4, 3, 2))},
        parameters={},
    )


@pytest.mark.parametrize(
    ("n", "spatial", "backend"),
    [
        (1, (4, 3), "xla"),
        (3, (), "xla"),
        (5, (4, 3), "xla"),
        (5, (4, 3), "numba"),
        (9, (5,), "xla"),
    ],
)
def test_values(n, spatial, backend):
    brick = LocalResponseNormalization(n, alpha=0.3, beta=0.6, k=1.5)
    images = rng.normal(2, 3, size=(2, 6, *spatial)).astype("float32")
    x = pt.tensor("x", dtype="float32", shape=(None,) * images.ndim)
    value = evaluate(brick.apply(x), {x: images}, backend=backend)
    for channel in range(6):
        around = images[:, max(channel - n // 2, 0) : channel + n // 2 + 1]
        activity = 1.5 + 0.3 * (around.astype("float64") ** 2).sum(1)
        expected = images[:, channel] / activity**0.6
        np.testing.assert_allclose(value[:, channel], expected, rtol=1e-4, atol=1e-5)


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    images = rng.normal(1, 20, size=(2, 7, 4, 3)).astype("float32")
    peer = torch.nn.functional.local_response_norm(
        torch.tensor(images), size=5, alpha=0.1, beta=0.75, k=1.0
    )
    x = pt.tensor4("x")
    y = LocalResponseNormalization(n=5, alpha=0.1 / 5, beta=0.75, k=1).apply(x)
    value = evaluate(y, {x: images})
    np.testing.assert_allclose(value, peer.numpy(), rtol=1e-4, atol=1e-5)


def test_shapes_are_known_in_the_graph():
    x = pt.tensor("x", shape=(None, 6, 5, 3))
    y = LocalResponseNormalization().apply(x)
    assert y.type.shape == (None, 6, 5, 3)


@pytest.mark.parametrize("n", [0, 4, -1, 2.5])
def test_a_window_without_a_middle(n):
    with pytest.raises(ValueError, match=f"n must be an odd positive .* got {n}"):
        LocalResponseNormalization(n)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="k must be greater than 0, got 0"):
        LocalResponseNormalization(k=0)


def test_inputs_that_do_not_fit():
    brick = LocalResponseNormalization()
    with pytest.raises(ValueError, match=r"needs images of shape \(batch, channels"):
        brick.apply(pt.vector("x"))
    with pytest.raises(TypeError, match="works on float32, got float64"):
        brick.apply(pt.dmatrix("x"))
