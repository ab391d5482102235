import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, generators_of, random_stream, shared
from brickyard.backends.program import make_program


def test_updated_variables_come_first_among_the_shared():
    a, b, c = (shared(0.0, name) for name in "abc")
    program = make_program([], [a + b + c], {c: c + 1}, None, "f")
    assert program.shared[0] is c
    assert set(program.shared[1:]) == {a, b}


def test_the_updates_of_generators_are_added():
    drawn = random_stream(1).uniform(size=(2,))
    program = make_program([], [drawn * 2], None, None, "f")
    assert list(program.updates) == generators_of([drawn])


def test_a_draw_whose_parameters_were_replaced_still_advances():
    x, y = pt.vector("x"), pt.vector("y")
    noise = random_stream(1).normal(size=x.shape)
    function = compile([y], x + noise, givens={x: 2 * y})
    first, second = (np.asarray(function(np.ones(3, "float32"))) for _ in range(2))
    assert first.shape == (3,)
    assert not np.array_equal(first, second)


def test_updates_that_only_differ_in_shape_information_are_taken():
    a = shared(np.zeros(3, "float32"), "a")
    x = pt.vector("x")
    add = compile([x], updates={a: a + x})
    add(np.ones(3, "float32"))
    assert a.get_value().tolist() == [1, 1, 1]


def test_a_shared_variable_is_no_input():
    a = shared(0.0, "a")
    with pytest.raises(TypeError, match=r"a is a shared variable, .* givens=\{shared"):
        compile([a], a + 1)
