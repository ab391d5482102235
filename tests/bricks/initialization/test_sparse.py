import numpy as np
import pytest

from brickyard.bricks.initialization import Constant, Sparse, SparseND, Uniform

ONES = Constant(1)


def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize(("num_init", "count"), [(3, 3), (0.5, 5), (0, 0), (1.0, 10)])
def test_every_row_gets_its_share(num_init, count):
    W = Sparse(num_init, ONES).generate(rng(), (20, 10))
    np.testing.assert_array_equal(W.sum(axis=1), np.full(20, count))


def test_the_rest_comes_from_sparse_init():
    W = Sparse(1, ONES, sparse_init=Constant(-2)).generate(rng(), (6, 4))
    np.testing.assert_array_equal(np.sort(W, axis=1), [[-2, -2, -2, 1]] * 6)


def test_every_place_is_equally_likely():
    W = Sparse(2, ONES).generate(rng(), (20_000, 5))
    np.testing.assert_allclose(W.mean(axis=0), np.full(5, 0.4), atol=0.015)


def test_drawn_values_come_from_weights_init():
    W = Sparse(2, Uniform(mean=5, width=1)).generate(rng(), (30, 5))
    chosen = W[W != 0]
    assert chosen.size == 60
    assert len(np.unique(chosen)) == 60
    assert abs(chosen - 5).max() <= 0.5


def test_only_the_given_rng_is_used():
    np.testing.assert_array_equal(
        Sparse(2, ONES).generate(rng(), (9, 9)), Sparse(2, ONES).generate(rng(), (9, 9))
    )


def test_sparse_nd_counts_in_each_unit():
    W = SparseND(axis=(0, 1), num_init=4, weights_init=ONES).generate(
        rng(), (3, 2, 5, 5)
    )
    np.testing.assert_array_equal(W.sum(axis=(2, 3)), np.full((3, 2), 4))


@pytest.mark.parametrize("axis", [1, -2, [1]])
def test_sparse_nd_with_units_along_a_middle_axis(axis):
    W = SparseND(axis=axis, num_init=0.25, weights_init=ONES).generate(rng(), (4, 3, 2))
    assert W.shape == (4, 3, 2)
    np.testing.assert_array_equal(W.sum(axis=(0, 2)), np.full(3, 2))


def test_too_many():
    with pytest.raises(ValueError, match="draw 5 elements out of 4"):
        Sparse(5, ONES).generate(rng(), (3, 4))


def test_sparse_needs_a_matrix():
    with pytest.raises(ValueError, match="arrays with 2 axes only"):
        Sparse(1, ONES).generate(rng(), (3,))


def test_num_init_is_not_negative():
    with pytest.raises(ValueError, match="num_init of at least 0"):
        Sparse(-1, ONES)


def test_a_float_is_a_share():
    with pytest.raises(ValueError, match=r"share in \[0, 1\]"):
        Sparse(1.5, ONES)


@pytest.mark.parametrize("value", ["1", None, True])
def test_num_init_is_a_number(value):
    with pytest.raises(TypeError, match="needs a number for num_init"):
        Sparse(value, ONES)


@pytest.mark.parametrize("name", ["weights_init", "sparse_init"])
def test_recipes_are_initializers(name):
    arguments = {"weights_init": ONES, name: 0.1}
    with pytest.raises(TypeError, match=f"needs an initializer for {name}"):
        Sparse(1, **arguments)


def test_sparse_nd_axis_is_an_integer():
    with pytest.raises(TypeError, match="integer or a sequence of them for axis"):
        SparseND(axis=1.5, num_init=1, weights_init=ONES)


def test_sparse_nd_axis_exists():
    with pytest.raises(ValueError, match="does not all have"):
        SparseND(axis=2, num_init=1, weights_init=ONES).generate(rng(), (2, 2))


def test_sparse_nd_axis_is_named_once():
    with pytest.raises(ValueError, match="an axis twice"):
        SparseND(axis=(0, -2), num_init=1, weights_init=ONES).generate(rng(), (2, 2))
