import numpy as np
import pytest

from brickyard.bricks.initialization import Constant, Identity, PermutationMatrix


def rng():
    return np.random.default_rng(5)


def test_constant_broadcasts_an_array():
    values = Constant(np.array([[1.0], [2.0]])).generate(rng(), (2, 3))
    np.testing.assert_array_equal(values, [[1, 1, 1], [2, 2, 2]])


def test_constant_makes_a_scalar():
    assert Constant(2).generate(rng(), ()).shape == ()


def test_constant_hands_out_fresh_arrays_and_keeps_its_own():
    given = np.array([1.0, 2.0])
    recipe = Constant(given)
    given[0] = 9
    first = recipe.generate(rng(), (2,))
    first[1] = 9
    np.testing.assert_array_equal(recipe.generate(rng(), (2,)), [1, 2])


def test_constant_of_the_wrong_shape():
    with pytest.raises(ValueError, match=r"shape \(2,\), which does not broadcast"):
        Constant([1, 2]).generate(rng(), (3,))


@pytest.mark.parametrize("value", ["a", None, 1j])
def test_constant_of_the_wrong_kind(value):
    with pytest.raises(TypeError, match="needs a number or an array of real numbers"):
        Constant(value)


def test_identity_scales_and_takes_any_matrix_shape():
    values = Identity(3).generate(rng(), (3, 2))
    np.testing.assert_array_equal(values, 3 * np.eye(3, 2))


def test_identity_needs_a_matrix():
    with pytest.raises(ValueError, match="arrays with 2 axes only, got shape"):
        Identity().generate(rng(), (3,))


def test_identity_needs_a_number():
    with pytest.raises(TypeError, match="Identity needs a number for mult"):
        Identity("1")


def test_permutation_matrix_orders_the_features_of_a_row():
    order = np.random.default_rng(1).permutation(7)
    x = np.random.default_rng(2).normal(size=(4, 7))
    W = PermutationMatrix(order).generate(rng(), (7, 7))
    np.testing.assert_allclose(x @ W, x[:, order], rtol=1e-6)


def test_permutation_matrix_draws_a_new_one_each_time():
    recipe, stream = PermutationMatrix(), rng()
    first, second = (recipe.generate(stream, (9, 9)) for _ in range(2))
    for W in (first, second):
        np.testing.assert_array_equal(W.sum(axis=0), np.ones(9))
        np.testing.assert_array_equal(W.sum(axis=1), np.ones(9))
    assert (first != second).any()


@pytest.mark.parametrize("order", [[0, 0], [1, 2], [0.0, 1.0], [[0, 1]]])
def test_permutation_matrix_needs_a_permutation(order):
    with pytest.raises(ValueError, match=r"each of the integers 0 \.\. n-1 exactly"):
        PermutationMatrix(order)


def test_permutation_matrix_needs_a_square():
    with pytest.raises(ValueError, match="square matrices only"):
        PermutationMatrix().generate(rng(), (3, 2))


def test_permutation_matrix_of_the_wrong_size():
    with pytest.raises(ValueError, match="permutes 2 elements and cannot fill"):
        PermutationMatrix([1, 0]).generate(rng(), (3, 3))
