import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import (
    compile,
    evaluate,
    generators_of,
    get_generator_state,
    random_stream,
    set_generator_state,
)


def draws(function, count):
    return [np.asarray(function()).tolist() for _ in range(count)]


def test_every_call_advances_and_state_brings_it_back(backend):
    drawn = random_stream(5).uniform(size=(3,))
    function = compile([], drawn, backend=backend)
    first = draws(function, 2)
    saved = [get_generator_state(g) for g in generators_of([drawn])]
    later = draws(function, 3)
    for generator, state in zip(generators_of([drawn]), saved, strict=True):
        set_generator_state(generator, state)
    assert draws(function, 3) == later
    assert len({tuple(row) for row in first + later}) == 5


def test_two_functions_of_one_graph_share_the_stream():
    drawn = random_stream(5).uniform(size=(3,))
    one, two = compile([], drawn), compile([], drawn + 0)
    alternating = [np.asarray(f()).tolist() for f in (one, two, one)]
    fresh = compile([], random_stream(5).uniform(size=(3,)))
    assert alternating == draws(fresh, 3)


def test_state_survives_a_new_process_s_objects():
    first = random_stream(1).normal(size=(2,))
    function = compile([], first)
    function()
    (state,) = [get_generator_state(g) for g in generators_of([first])]
    expected = np.asarray(function())
    second = random_stream(1).normal(size=(2,))
    set_generator_state(generators_of([second])[0], state)
    np.testing.assert_array_equal(compile([], second)(), expected)


def test_setting_a_new_generator_starts_its_stream():
    drawn = random_stream(1).uniform()
    function = compile([], drawn)
    (generator,) = generators_of([drawn])
    generator.set_value(np.random.default_rng(3))
    first = draws(function, 2)
    generator.set_value(np.random.default_rng(3))
    assert draws(function, 2) == first


def test_streams_depend_on_the_seed_and_draws_are_independent():
    stream = random_stream(2)
    a, b = stream.uniform(size=(4,)), stream.uniform(size=(4,))
    values = [np.asarray(v) for v in compile([], [a, b])()]
    other = np.asarray(compile([], random_stream(3).uniform(size=(4,)))())
    assert not np.array_equal(values[0], values[1])
    assert not np.array_equal(values[0], other)


def test_distributions_have_their_moments_and_dtypes():
    stream = random_stream(7)
    size = (20_000,)
    outputs = [
        stream.uniform(-1, 3, size),
        stream.normal(2.0, 0.5, size),
        stream.bernoulli(0.3, size),
        stream.categorical(pt.alloc(np.float32([0.2, 0.0, 0.8]), 20_000, 3)),
    ]
    uniform, normal, bernoulli, classes = map(np.asarray, compile([], outputs)())
    assert {uniform.dtype, normal.dtype, bernoulli.dtype} == {np.dtype("float32")}
    assert uniform.min() >= -1
    assert uniform.max() < 3
    assert abs(uniform.mean() - 1) < 0.05
    assert abs(normal.mean() - 2) < 0.02
    assert abs(normal.std() - 0.5) < 0.02
    assert set(np.unique(bernoulli)) == {0.0, 1.0}
    assert abs(bernoulli.mean() - 0.3) < 0.02
    assert set(np.unique(classes)) == {0, 2}
    assert abs((classes == 2).mean() - 0.8) < 0.02


def test_the_shape_may_be_that_of_the_batch():
    x = pt.matrix("x")
    function = compile([x], random_stream(1).bernoulli(0.5, size=x.shape))
    assert function(np.zeros((3, 4), "float32")).shape == (3, 4)
    assert function(np.zeros((5, 4), "float32")).shape == (5, 4)


def test_bad_seeds_and_states_are_refused():
    with pytest.raises(TypeError, match="needs an integer seed, got str"):
        random_stream("1")
    with pytest.raises(ValueError, match="seed of 0 or more, got -1"):
        random_stream(-1)
    (generator,) = generators_of([random_stream(1).uniform()])
    with pytest.raises(ValueError, match="lacks 'device_key'"):
        set_generator_state(generator, {"generator": {}})
    with pytest.raises(ValueError, match="is a PCG64; its saved state"):
        set_generator_state(
            generator, {"generator": {"bit_generator": "MT19937"}, "device_key": None}
        )
    state = get_generator_state(generator) | {"device_key": np.zeros(3, "uint32")}
    with pytest.raises(ValueError, match=r"device_key has shape \(3,\)"):
        set_generator_state(generator, state)


def test_bernoulli_takes_probabilities_that_are_integers():
    drawn = random_stream(1).bernoulli(pt.constant(np.array([0, 1], "int8")))
    assert evaluate(drawn).tolist() == [0, 1]
