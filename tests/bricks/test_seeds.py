import numpy as np
import pytest

from brickyard.bricks import Brick, Linear, Sequence
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.bricks.seeds import check_seed, generator_for, graph_seed_for


def make_linear(**kwargs):
    return Linear(
        2, 2, weights_init=IsotropicGaussian(), biases_init=Constant(0), **kwargs
    )


def first_values(brick):
    brick.initialize()
    return brick.W.get_value()


def test_a_seed_and_a_path_give_the_same_numbers():
    one, two = make_linear(seed=3), make_linear(seed=3)
    np.testing.assert_array_equal(first_values(one), first_values(two))
    assert not np.array_equal(first_values(make_linear(seed=4)), first_values(one))
    named = make_linear(seed=3, name="other")
    assert not np.array_equal(first_values(named), first_values(one))


def test_roots_of_one_name_do_not_share_the_default_stream():
    values = [first_values(make_linear(name="twin")) for _ in range(3)]
    assert not np.array_equal(values[0], values[1])
    assert not np.array_equal(values[1], values[2])


def test_siblings_do_not_matter():
    def first_of(*others):
        linear = make_linear(name="mine", seed=5)
        root = Sequence([linear, *others], name="root")
        root.initialize()
        return linear.W.get_value()

    np.testing.assert_array_equal(first_of(), first_of(make_linear(name="other")))


def test_generators_start_afresh():
    brick = make_linear(seed=1)
    draws = [generator_for(brick).normal() for _ in range(2)]
    assert draws[0] == draws[1]
    assert brick.rng.normal() == draws[0]
    assert brick.rng.normal() != draws[0]


def test_graph_seeds_differ_by_path_and_from_initial_values():
    first, second = Brick("first"), Brick("second")
    assert graph_seed_for(first, 1) == graph_seed_for(Brick("first"), 1)
    assert graph_seed_for(first, 1) != graph_seed_for(second, 1)
    assert graph_seed_for(first, 1) != graph_seed_for(first, 2)
    assert 0 <= graph_seed_for(first, None) < 2**31


def test_check_seed():
    assert check_seed(None, "/brick") is None
    assert check_seed(np.int64(3), "/brick") == 3
    with pytest.raises(TypeError, match=r"/brick: a seed must be an integer, got 1.5"):
        check_seed(1.5, "/brick")
    with pytest.raises(ValueError, match=r"/brick: a seed must be at least 0, got -1"):
        check_seed(-1, "/brick")
