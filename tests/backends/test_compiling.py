import logging
import threading

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import (
    ComputationError,
    compile,
    evaluate,
    mark_provenance,
    shared,
)


@pytest.fixture
def x():
    return pt.matrix("features")


def ones(*shape, dtype="float32"):
    return np.ones(shape, dtype)


def test_outputs_come_back_as_they_were_asked_for(x):
    assert np.asarray(compile([x], x.sum())(ones(2, 3))) == 6
    assert [float(v) for v in compile([x], [x.sum(), x.max()])(ones(2, 3))] == [6, 1]
    assert compile([x], [])(ones(2, 3)) == []
    assert compile([x])(ones(2, 3)) is None


def test_updates_take_place_together(backend):
    a, b = shared(1.0, "a"), shared(2.0, "b")
    swap = compile([], a, updates={a: b, b: a}, backend=backend)
    assert float(swap()) == 1
    assert (float(a.get_value()), float(b.get_value())) == (2, 1)


def test_outputs_stay_valid_when_later_calls_reuse_the_memory(backend):
    a, b = shared(ones(3), "a"), shared(ones(3), "b")
    outputs = [a, a + 1, a + 1]
    step = compile([], outputs, updates={a: a + 1, b: a + 1}, backend=backend)
    kept = step()
    triple = compile([], updates={a: a * 3}, backend=backend)
    triple()
    triple()
    assert [np.asarray(value)[0] for value in kept] == [1, 2, 2]
    assert a.get_value()[0] == 18
    assert b.get_value()[0] == 2


def test_the_caller_s_array_is_not_written_to():
    array = np.ones((64, 64), "float32")
    a = shared(array, "a")
    a.container.storage[0] = array
    step = compile([], updates={a: a + 1})
    step()
    step()
    assert array.max() == 1


def test_one_compilation_for_each_shape(x, caplog):
    function = compile([x], x.shape[0] * x.sum(), name="total")
    with caplog.at_level(logging.INFO, logger="brickyard.backends"):
        for length in (2, 2, 5, 2, 5):
            assert float(function(ones(length, 3))) == length * length * 3
    reasons = [record.reason for record in function.compilations]
    assert reasons == [
        "first call: features float32(2, 3)",
        "new shapes: features float32(5, 3)",
    ]
    assert sum("total: compiled on xla" in line for line in caplog.messages) == 2


def test_many_shapes_draw_one_warning(x, caplog):
    function = compile([x], x + 1, name="step")
    with caplog.at_level(logging.WARNING, logger="brickyard.backends"):
        for length in range(1, 11):
            function(ones(length, 1))
    warnings = [m for m in caplog.messages if "compiled for 8 different shapes" in m]
    assert len(warnings) == 1


def test_narrower_arrays_and_python_numbers_are_converted(backend, x):
    function = compile([x], x / 2, backend=backend)
    halves = function(np.full((1, 2), 3, "uint8"))
    assert str(halves.dtype) == "float32"
    assert np.asarray(halves).tolist() == [[1.5, 1.5]]
    assert np.asarray(function([[1, 2]])).tolist() == [[0.5, 1.0]]


def test_givens_replace_in_outputs_and_updates(x):
    a = shared(0.0, "a", "floatX")
    y = pt.matrix("y")
    function = compile([y], x.sum(), updates={a: a + x.sum()}, givens={x: 2 * y})
    assert float(function(ones(2, 2))) == 8
    assert float(a.get_value()) == 8


def test_float64_graphs_keep_their_precision_in_a_float32_process():
    x = pt.dscalar("x")
    assert evaluate(x / 3, {x: 1.0}) == np.float64(1) / 3


def test_shared_variables_of_changing_shape():
    a = pytensor.shared(np.ones(3, "float32"), "a")
    function = compile([], a.shape[0] * a.sum())
    assert float(function()) == 9
    a.set_value(np.ones(5, "float32"))
    assert float(function()) == 25


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (ones(2, 3, 1), r"input 'features' is float32 .* \(2 dimensions\), got .* \(3"),
        (ones(2, 3, dtype="float64"), r"lose precision; convert .* with Cast\(stream,"),
        (ones(2, 3, dtype="int64"), r"got int64 of shape \(2, 3\), which would lose"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(backend, x, array, message):
    with pytest.raises(ComputationError, match=message):
        compile([x], x.sum(), backend=backend)(array)


def test_known_lengths_are_checked():
    x = pt.tensor("x", dtype="float32", shape=(None, 3))
    with pytest.raises(ComputationError, match=r"shape \(\?, 3\), got .* \(2, 4\)"):
        compile([x], x.sum())(ones(2, 4))


def test_shape_errors_name_the_brick(backend, x):
    W = shared(ones(5, 2), "W")
    product = pt.dot(x, W)
    mark_provenance([x], [product], "/mlp/linear_0.apply")
    function = compile([x], product.sum(), backend=backend)
    with pytest.raises(ComputationError, match=r"/mlp/linear_0\.apply: Dot") as caught:
        function(ones(3, 4))
    message = str(caught.value)
    assert "'features': (3, 4) float32" in message
    assert "'W': (5, 2) float32" in message
    assert caught.value.made_by == "/mlp/linear_0.apply"


def test_a_failed_call_leaves_state_alone_and_the_function_usable(backend, x):
    a = shared(0.0, "a", "floatX")
    W = shared(ones(5, 2), "W")
    function = compile([x], updates={a: a + pt.dot(x, W).sum()}, backend=backend)
    with pytest.raises(ComputationError):
        function(ones(3, 4))
    assert float(a.get_value()) == 0
    function(ones(1, 5))
    assert float(a.get_value()) == 10


def test_wrong_calls_and_graphs_are_refused(x):
    y = pt.matrix("targets")
    a = shared(ones(3), "a")
    with pytest.raises(TypeError, match=r"total takes 1 inputs \(features\), got 2"):
        compile([x], x.sum(), name="total")(ones(1, 1), ones(1, 1))
    with pytest.raises(ValueError, match=r"needs targets, which is not among"):
        compile([x], x + y)
    with pytest.raises(ValueError, match="input features is given twice"):
        compile([x, x], x)
    with pytest.raises(TypeError, match="are PyTensor variables, got int"):
        compile([x], [3])
    with pytest.raises(TypeError, match="only shared variables are updated, got feat"):
        compile([x], updates={x: x})
    with pytest.raises(ValueError, match="a is updated twice"):
        compile([], updates=[(a, a + 1), (a, a + 2)])
    with pytest.raises(TypeError, match=r"cannot be updated with .* cast the new"):
        compile([], updates={a: a.astype("float64")})
    with pytest.raises(ValueError, match="no backend 'torch'"):
        compile([x], x, backend="torch")


def test_functions_say_what_they_are(x):
    assert repr(compile([x], x, name="f")) == "<CompiledFunction f(features) on xla>"


def test_a_shared_variable_may_grow():
    kept = pytensor.shared(np.zeros(2, "float32"), "kept", shape=(None,))
    double = compile([], updates={kept: pt.concatenate([kept, kept])}, backend="xla")
    double()
    double()
    assert np.asarray(kept.get_value()).shape == (8,)


def test_what_is_no_number_is_refused(backend, x):
    function = compile([x], x.sum(), backend=backend)
    with pytest.raises(ComputationError, match="only numbers in the byte order"):
        function(np.array([["a", "b"]]))
    ragged = np.array([[1.0], [1.0, 2.0]], dtype=object)
    with pytest.raises(ComputationError, match=r"one array of numbers .* Padding"):
        function(ragged)


def test_foreign_byte_order_is_refused(backend, x):
    foreign = np.zeros((2, 3), np.dtype(x.dtype).newbyteorder("S"))
    function = compile([x], x.sum(), backend=backend)
    with pytest.raises(ComputationError, match=r"byte order.*Cast\(stream"):
        function(foreign)


def test_integers_that_do_not_fit_are_refused():
    i = pt.bscalar("i")
    with pytest.raises(ComputationError, match=r"'i' is int8 .* got int64"):
        compile([i], i + 0)(300)


def test_threads_share_state():
    count = shared(np.zeros(100, "float32"), "count")
    step, look = compile([], updates={count: count + 1}), compile([], count.sum())
    errors = []

    def repeat(work):
        try:
            for _ in range(300):
                work()
        except Exception as error:
            errors.append(error)

    works = [step, step, look, count.get_value]
    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert count.get_value().tolist() == [600] * 100
