import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.targets import (
    check_same_shape,
    check_scores,
    class_numbers,
    has_class_indices,
    is_target_class,
    target_value,
)

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("static", [True, False])
def test_the_value_of_the_target_class_beyond_128_classes(dtype, static):
    scores = pt.matrix("scores", shape=(3, 300) if static else (None, None))
    y = pt.vector("y", dtype=dtype)
    values = np.random.default_rng(1).normal(size=(3, 300)).astype(scores.dtype)
    indices = np.array([5, 127, 0 if "8" in dtype else 299], dtype=dtype)
    np.testing.assert_array_equal(
        evaluate(target_value(y, scores), {y: indices, scores: values}),
        values[np.arange(3), indices],
    )


def test_the_mask_of_the_target_class_has_one_axis_more():
    scores, y = pt.tensor3("scores"), pt.lmatrix("y")
    mask = evaluate(
        is_target_class(y, scores),
        {y: np.array([[0, 2]]), scores: np.zeros((1, 2, 3), scores.dtype)},
    )
    np.testing.assert_array_equal(mask, [[[True, False, False], [False, False, True]]])


def test_class_numbers_are_int64():
    assert class_numbers(pt.matrix("scores")).dtype == "int64"


@pytest.mark.parametrize("wrong", [-1, 3, 1000])
def test_a_class_that_is_not_there_gives_nan(wrong):
    scores, y = pt.matrix("scores"), pt.lvector("y")
    values = np.ones((2, 3), scores.dtype)
    result = evaluate(
        target_value(y, scores), {y: np.array([1, wrong]), scores: values}
    )
    np.testing.assert_array_equal(result, [1, np.nan])


def test_an_infinite_score_of_another_class_does_not_matter():
    scores, y = pt.matrix("scores"), pt.lvector("y")
    values = np.array([[-np.inf, 2, np.inf]], scores.dtype)
    result = evaluate(target_value(y, scores), {y: np.array([1]), scores: values})
    np.testing.assert_array_equal(result, [2])


def test_kinds_of_targets():
    scores = pt.matrix("scores")
    assert has_class_indices("me", pt.vector("y", dtype="uint8"), scores)
    assert not has_class_indices("me", pt.dmatrix("y"), scores)


@pytest.mark.parametrize("y", [pt.vector("y"), pt.vector("y", dtype="bool")])
def test_class_indices_are_integers(y):
    with pytest.raises(TypeError, match=r"^me: y with one axis less .* cast it"):
        has_class_indices("me", y, pt.matrix("scores"))


@pytest.mark.parametrize("dtype", ["int64", "bool"])
def test_probabilities_are_floats(dtype):
    y = pt.matrix("y", dtype=dtype)
    with pytest.raises(TypeError, match=r"^me: y with 2 axes .* y\.flatten\(\)"):
        has_class_indices("me", y, pt.matrix("scores"))


@pytest.mark.parametrize(
    ("y", "soft"),
    [(pt.ltensor3("y"), True), (pt.lscalar("y"), True), (pt.matrix("y"), False)],
)
def test_number_of_axes(y, soft):
    with pytest.raises(ValueError, match=r"^me: with scores \(\.\.\., classes\)"):
        has_class_indices("me", y, pt.matrix("scores"), soft=soft)


def test_scores_have_an_axis():
    with pytest.raises(ValueError, match="with scores"):
        has_class_indices("me", pt.lscalar("y"), pt.scalar("scores"))


@pytest.mark.parametrize(
    "y", [pt.vector("y", dtype="int64", shape=(4,)), pt.matrix("y", shape=(None, 3))]
)
def test_known_sizes_must_fit(y):
    with pytest.raises(ValueError, match=r"scores of shape \(5, 10\)"):
        has_class_indices("me", y, pt.matrix("scores", shape=(5, 10)))


def test_scores_are_floats():
    check_scores("me", "y_hat", pt.dmatrix("y_hat"))
    with pytest.raises(
        TypeError, match=r"^me: y_hat must be floating-point, got int64"
    ):
        check_scores("me", "y_hat", pt.lmatrix("labels"))


def test_shapes_are_the_same():
    check_same_shape("me", pt.matrix("y"), pt.matrix("y_hat", shape=(None, 3)))
    with pytest.raises(ValueError, match=r"one shape, got \(\?, 2\) and \(\?, 3\)"):
        check_same_shape(
            "me", pt.matrix("y", shape=(None, 2)), pt.matrix("p", shape=(None, 3))
        )
    with pytest.raises(ValueError, match=r"one shape, got \(\?,\) and \(\?, \?\)"):
        check_same_shape("me", pt.vector("y"), pt.matrix("p"))


def test_messages_name_the_variable_that_was_copied():
    copy = pt.lmatrix("labels").copy(name="cost_apply_y").copy(name="again")
    with pytest.raises(TypeError, match=r"got int64 \(labels\)"):
        has_class_indices("me", copy, pt.matrix("scores"))
