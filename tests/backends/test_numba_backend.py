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
