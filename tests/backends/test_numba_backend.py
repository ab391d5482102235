import numpy as np
from pytensor import tensor as pt

from brickyard.backends import compile, shared


def test_one_compilation_serves_all_shapes():
    x = pt.matrix("x")
    function = compile([x], x.sum(), backend="numba")
    assert float(function(np.ones((2, 3), "float32"))) == 6
    compiled = function._numba
    assert float(function(np.ones((4, 5), "float32"))) == 20
    assert function._numba is compiled


def test_it_takes_over_state_that_xla_left_on_the_device():
    a = shared(np.ones(3, "float32"), "a")
    steps = [compile([], updates={a: a + 1}, backend=b) for b in ("xla", "numba")]
    for step in [*steps, *steps]:
        step()
    assert a.get_value().tolist() == [5, 5, 5]


def test_no_warning_about_layouts_of_intermediate_arrays():
    x = pt.fmatrix("x")
    function = compile([x], pt.dot(x[:, ::2], x[::2]), backend="numba")
    array = np.arange(36, dtype="float32").reshape(6, 6)
    np.testing.assert_allclose(function(array), array[:, ::2] @ array[::2])
