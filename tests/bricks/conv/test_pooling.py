from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import AveragePooling, MaxPooling, Pooling
from brickyard.testing import check_brick

IMAGES = np.random.default_rng(0).permutation(2 * 3 * 6 * 5).reshape(2, 3, 6, 5)
IMAGES = IMAGES.astype("float32")


@pytest.mark.parametrize("pooling", [MaxPooling, AveragePooling])
@pytest.mark.parametrize(
    ("backend", "check_gradients"), [("xla", True), ("numba", False)]
)
def test_the_usual_checks(pooling, backend, check_gradients):
    images = {"input_": IMAGES[:, :2] / 50}
    make = lambda: pooling((3, 2), (2, 1), padding=1)  # noqa: E731
    check_brick(
        make,
        images,
        parameters={},
        backend=backend,
        check_gradients=check_gradients,
    )


def test_values_by_hand():
    x = pt.tensor4("x")
    outputs = [MaxPooling((2, 2)).apply(x), AveragePooling((2, 2)).apply(x)]
    largest, mean = evaluate(outputs, {x: IMAGES})
    parts = IMAGES[..., :4].reshape(2, 3, 3, 2, 2, 2)
    np.testing.assert_array_equal(largest, parts.max((3, 5)))
    np.testing.assert_allclose(mean, parts.mean((3, 5)), rtol=1e-6)


@pytest.mark.parametrize(("window", "step"), [((2, 2), None), ((3, 3), 2), ((1, 2), 3)])
@pytest.mark.parametrize("length", range(3, 9))
def test_what_is_left_over_may_have_a_window_of_its_own(window, step, length):
    images = np.arange(length * 7.0, dtype="float32").reshape(1, 1, length, 7)
    brick = MaxPooling(window, step, (1, length, 7), ignore_border=False)
    x = pt.tensor("x", dtype="float32", shape=(None, 1, length, 7))
    value = evaluate(brick.apply(x), {x: images})
    assert value.shape[1:] == brick.get_dim("output")
    # Nothing that a step reaches is dropped, and no window starts outside.
    steps = brick._step()
    for size, count, lengths in zip((length, 7), value.shape[2:], steps, strict=True):
        assert (count - 1) * lengths < size
    rows = [images[0, 0, i * steps[0] :][: window[0]] for i in range(value.shape[2])]
    columns = [
        [row[:, j * steps[1] :][:, : window[1]].max() for j in range(value.shape[3])]
        for row in rows
    ]
    np.testing.assert_array_equal(value[0, 0], columns)


def test_the_mean_of_what_is_left_over_counts_only_the_image():
    brick = AveragePooling((2,), ignore_border=False)
    x = pt.tensor("x", dtype="float32", shape=(None, 1, 3))
    value = evaluate(brick.apply(x), {x: [[[1, 2, 5]]]})
    assert value.tolist() == [[[1.5, 5]]]


def test_padding_counts_if_it_should():
    x = pt.tensor3("x")
    outputs = [
        AveragePooling((2,), padding=1).apply(x),
        AveragePooling((2,), padding=1, include_padding=True).apply(x),
    ]
    without, included = evaluate(outputs, {x: [[[4, 2]]]})
    assert without.tolist() == [[[4, 2]]]
    assert included.tolist() == [[[2, 1]]]


def test_dimensions_can_be_set_one_by_one():
    brick = MaxPooling((2, 2))
    assert brick.get_dim("output") == (None, None, None)
    brick.image_size = (7, 6)
    brick.num_channels = 3
    assert brick.input_dim == (3, 7, 6)
    assert brick.output_dim == (3, 3, 3)
    assert brick.num_output_channels == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("largest", (2, 2), None, None, True, 0), "mode must be one of max, average"),
        (("max", (2, 0), None, None, True, 0), "pooling_size must be a positive"),
        (
            ("max", (2, 2), None, None, True, 2),
            "padding must be .* smaller than the win",
        ),
        (("max", (3, 3), None, None, False, 1), "padding needs ignore_border=True"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"/pooling: {message}"):
        Pooling(*arguments)


def test_the_border_needs_the_size_of_the_images():
    brick = MaxPooling((2, 2), ignore_border=False)
    with pytest.raises(
        ValueError, match="ignore_border=False needs the size of the im"
    ):
        brick.apply(pt.tensor4("x"))


def test_images_that_do_not_fit_are_refused():
    with pytest.raises(
        ValueError, match=r"needs images of shape \(batch, any, any, any"
    ):
        MaxPooling((2, 2)).apply(pt.tensor3("x"))
