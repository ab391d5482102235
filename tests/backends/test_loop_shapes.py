import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate
from brickyard.backends.errors import ComputationError


def _recurrent(x, W, start):
    return pytensor.scan(
        lambda x, h, W: pt.tanh(x + h @ W),
        sequences=[x],
        outputs_info=[start],
        non_sequences=[W],
        return_updates=False,
    )


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    "start",
    [
        lambda x: pt.zeros((x.shape[1], 2), dtype="float64"),
        lambda x: pt.zeros_like(x[0]),
        lambda x: pt.alloc(pt.constant(np.zeros(2)), x.shape[1], 2),
        lambda x: pt.specify_shape(x[0] * 0, (None, 2)),
    ],
)
def test_a_batch_of_any_length(batch, start):
    x, W = pt.dtensor3("x"), pt.dmatrix("W")
    h = _recurrent(x, W, start(x))
    rng = np.random.default_rng(1)
    data, weights = rng.normal(size=(4, batch, 2)), rng.normal(size=(2, 2))
    expected, state = [], np.zeros((batch, 2))
    for row in data:
        state = np.tanh(row + state @ weights)
        expected.append(state)
    cost = (h**2).sum()
    gradient = pytensor.grad(cost, W)
    values = {x: data, W: weights}
    found, slopes = evaluate([h, gradient], values)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    moved = [
        evaluate(cost, {x: data, W: weights + np.array([[0, step], [0, 0]])})
        for step in (1e-5, -1e-5)
    ]
    np.testing.assert_allclose(slopes[0, 1], (moved[0] - moved[1]) / 2e-5, rtol=1e-6)


def test_the_same_function_takes_batches_of_one_and_of_many():
    x, W = pt.dtensor3("x"), pt.dmatrix("W")
    h = _recurrent(x, W, pt.zeros_like(x[0]))
    function = compile([x, W], [h.sum(), pytensor.grad(h.sum(), W)], backend="xla")
    rng = np.random.default_rng(1)
    data, weights = rng.normal(size=(4, 3, 2)), rng.normal(size=(2, 2))
    together = function(data, weights)
    apart = [function(data[:, [k]], weights) for k in range(3)]
    for whole, parts in zip(together, zip(*apart, strict=True), strict=True):
        np.testing.assert_allclose(whole, sum(map(np.asarray, parts)), rtol=1e-10)


def test_a_state_that_changes_its_shape_is_named():
    start = pt.dmatrix("start")
    h = pytensor.scan(
        lambda h: pt.concatenate([h, h[:1]]),
        outputs_info=[start],
        n_steps=2,
        return_updates=False,
    )
    with pytest.raises(ComputationError, match=r"\(1, 2\) before a step and \(2, 2\)"):
        compile([start], h, backend="xla")(np.ones((1, 2)))


def test_what_does_not_fit_inside_a_step_is_said_of_its_node():
    x, W = pt.dtensor3("x"), pt.dmatrix("W")
    h = _recurrent(x, W, pt.zeros_like(x[0]))
    with pytest.raises(ComputationError, match=r"\(3, 2\).*\n.*\(4, 4\)") as caught:
        compile([x, W], h, backend="xla")(np.ones((4, 3, 2)), np.ones((4, 4)))
    assert str(caught.value).count("does not work") == 1
