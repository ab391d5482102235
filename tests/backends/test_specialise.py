import numpy as np
import pytensor
from pytensor import tensor as pt

from brickyard.backends import compile, mark_provenance, shared
from brickyard.backends.provenance import provenance_of
from brickyard.backends.specialise import as_array, specialise, static_twin


def test_shapes_become_static_everywhere():
    x = pt.matrix("x")
    (total,) = specialise([x.reshape((-1,)) * 2], {x: static_twin(x, (3, 4), x.dtype)})
    assert total.type.shape == (12,)


def test_narrow_twins_are_cast_and_marks_are_kept():
    x = pt.matrix("x")
    y = pt.exp(x)
    mark_provenance([x], [y], "/brick.apply")
    (twin,) = specialise([y], {x: static_twin(x, (3, 4), "uint8")})
    assert twin.type.dtype == x.dtype
    assert provenance_of(twin.owner) == "/brick.apply"


def test_the_gradient_of_a_scan_compiles_with_static_shapes():
    x = pt.tensor3("x")
    W = shared(np.eye(4) / 2, "W", "floatX")
    states = pytensor.scan(
        lambda x_t, h, W: pt.tanh(x_t + pt.dot(h, W)),
        sequences=[x],
        outputs_info=[pt.zeros((x.shape[1], 4))],
        non_sequences=[W],
        return_updates=False,
    )
    gradient = pytensor.grad((states**2).sum(), W)
    function = compile([x], [gradient, states.shape[0]])
    for time, batch in ((5, 2), (3, 4)):
        values = np.ones((time, batch, 4), "float32")
        computed, length = function(values)
        assert computed.shape == (4, 4)
        assert int(length) == time


def test_numbers_and_lists_become_arrays_of_the_input_s_dtype():
    x = pt.vector("x")
    assert as_array(x, [1, 2.5]).dtype == x.dtype
    assert as_array(pt.lscalar(), 3).dtype == "int64"
    assert as_array(pt.lscalar(), 3.5).dtype == "float64"


def test_integers_that_do_not_fit_are_not_wrapped():
    assert as_array(pt.bscalar(), 127).dtype == "int8"
    assert as_array(pt.bscalar(), 300) == 300


def test_shapes_are_known_behind_a_graph_in_one_node():
    x = pt.matrix("x")
    probabilities = pt.special.log_softmax(x, axis=-1)
    (twin,) = specialise([probabilities * 2], {x: static_twin(x, (3, 4), x.dtype)})
    assert twin.type.shape == (3, 4)
