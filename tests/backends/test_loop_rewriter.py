"""All rewrites of loops together; each has a test of its own in scan_rewrites."""

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.scan.op import Scan

from brickyard.backends import compile

T, B, D = 5, 3, 4


class Inputs:
    """Makes float64 inputs with random values."""

    def __init__(self):
        self._rng = np.random.default_rng(1)
        self.values = {}

    def __call__(self, name, *shape):
        variable = pt.tensor(name, dtype="float64", shape=(None,) * len(shape))
        self.values[variable] = 0.5 * self._rng.normal(size=shape)
        return variable


def _scan(step, *args, **kwargs):
    return pytensor.scan(step, *args, return_updates=False, **kwargs)


def _start(x, width=D):
    return pt.zeros((x.shape[1], width), dtype="float64")


def simple(i):
    """A recurrent layer with its projections inside the step."""
    x, U, W, V, b = i("x", T, B, 2), i("U", 2, D), i("W", D, D), i("V", D, 3), i("b", D)

    def step(x, h, U, W, V, b):
        h = pt.tanh(x @ U + h @ W + b)
        return h, pt.exp(h @ V)

    h, y = _scan(
        step,
        sequences=[x],
        outputs_info=[_start(x), None],
        non_sequences=[U, W, V, b],
    )
    return [h, y]


def gru(i, norm=lambda values: values, dot=pt.matmul):
    """A gated layer whose gates are columns of one product."""
    x, W, C = i("x", T, B, D), i("W", D, 2 * D), i("C", D, D)
    start = i("start", D)

    def step(x, h, W, C):
        gates = pt.sigmoid(pt.concatenate([x, -x], axis=1) + dot(h, W))
        reset, update = gates[:, :D], gates[:, D:]
        new = pt.tanh(norm(x + dot(reset * h, C)))
        return update * new + (1 - update) * h

    first = pt.alloc(start, x.shape[1], D)
    return [_scan(step, sequences=[x], outputs_info=[first], non_sequences=[W, C])]


def gru_with_dot(i):
    """The same, written with ``pt.dot``."""
    return gru(i, dot=pt.dot)


def gru_with_layer_norm(i):
    """The same with layer normalization inside."""
    gain = i("gain", D)

    def norm(values):
        centred = values - values.mean(axis=1, keepdims=True)
        variance = (centred**2).mean(axis=1, keepdims=True)
        return gain * centred / pt.sqrt(variance + 1e-3)

    return gru(i, norm)


def lstm(i):
    """Two states, four gates, masks, and weights that only a gate reads."""
    x, mask, W = i("x", T, B, 4 * D), i("mask", T, B), i("W", D, 4 * D)
    peephole = i("peephole", D)

    def step(x, mask, h, c, W, peephole):
        a = x + h @ W
        gate, forget, new, out = (a[:, k * D : (k + 1) * D] for k in range(4))
        kept = pt.sigmoid(forget) * c
        cell = kept + pt.sigmoid(gate + peephole * c) * pt.tanh(new)
        state = pt.sigmoid(out) * pt.tanh(cell)
        mask = pt.sigmoid(mask)[:, None]
        return mask * state + (1 - mask) * h, mask * cell + (1 - mask) * c

    return _scan(
        step,
        sequences=[x, mask],
        outputs_info=[_start(x), _start(x)],
        non_sequences=[W, peephole],
    )


def vectors(i):
    """States without a batch axis."""
    x, W = i("x", T, D), i("W", D, D)
    return [
        _scan(
            lambda x, h, W: pt.tanh(x + pt.dot(h, W)),
            sequences=[x],
            outputs_info=[pt.zeros(D, dtype="float64")],
            non_sequences=[W],
        )
    ]


def matrix_on_the_left(i):
    """Products that are written the other way round."""
    x, W = i("x", T, D, B), i("W", D, D)
    return [
        _scan(
            lambda x, h, W: pt.tanh(W @ x + W.T @ h),
            sequences=[x],
            outputs_info=[pt.zeros((D, x.shape[2]), dtype="float64")],
            non_sequences=[W],
        )
    ]


def several_steps_back(i):
    """A state that reads two earlier values."""
    x, W = i("x", T, B, D), i("W", D, D)
    start = i("start", 2, B, D)
    return [
        _scan(
            lambda x, older, old, W: pt.tanh(x + old @ W - older),
            sequences=[x],
            outputs_info=[{"initial": start, "taps": [-2, -1]}],
            non_sequences=[W],
        )
    ]


def backwards(i):
    """A layer that runs from the end."""
    x, W = i("x", T, B, D), i("W", D, D)
    return [
        _scan(
            lambda x, h, W: pt.tanh(x @ W + h @ W),
            sequences=[x],
            outputs_info=[_start(x)],
            non_sequences=[W],
            go_backwards=True,
        )[::-1]
    ]


def last_only(i):
    """A layer of which the last state and one of the middle are used."""
    (h,) = backwards(i)
    return [h[0], h[2]]


def truncated(i):
    """A layer whose gradient goes back two steps."""
    x, W = i("x", T, B, D), i("W", D, D)
    return [
        _scan(
            lambda x, h, W: pt.tanh(x @ W + h @ W),
            sequences=[x],
            outputs_info=[i("start", B, D)],
            non_sequences=[W],
            truncate_gradient=2,
        )
    ]


def attention(i):
    """A step that looks at all of another sequence."""
    x, context, W = i("x", T, B, D), i("context", 6, B, D), i("W", D, D)

    def step(x, h, context, W):
        match = ((h @ W)[None] * context).sum(axis=2)
        weights = pt.special.softmax(match, axis=0)
        return pt.tanh(x + (weights[:, :, None] * context).sum(axis=0)), weights

    return _scan(
        step,
        sequences=[x],
        outputs_info=[_start(x), None],
        non_sequences=[context, W],
    )


def nothing_carried(i):
    """A loop without a state."""
    x, W = i("x", T, B, D), i("W", D, D)
    return [
        _scan(lambda x, W: pt.tanh(x @ W), sequences=[x], non_sequences=[W]),
        _scan(lambda x: pt.sort(x, axis=0), sequences=[x]),
    ]


def loop_in_a_loop(i):
    """A step that contains a loop."""
    x, W = i("x", T, B, D), i("W", D, D)

    def step(x, h, W):
        inner = _scan(
            lambda s, h, W: pt.tanh(s @ W + h),
            outputs_info=[h],
            non_sequences=[x, W],
            n_steps=2,
        )
        return inner[-1]

    return [
        _scan(step, sequences=[x], outputs_info=[_start(x)], non_sequences=[W]),
    ]


def running_sums(i):
    """Sums of which every value is used, and one that the step reads."""
    x, W = i("x", T, B, D), i("W", D, D)

    def step(x, total, other, W):
        return total + x.T @ x, other + (x @ W) * total.sum()

    return _scan(
        step,
        sequences=[x],
        outputs_info=[pt.zeros((D, D), dtype="float64"), _start(x)],
        non_sequences=[W],
    )


def embedded(i):
    """A step that looks rows of a table up, with integers for a sequence."""
    table, W = i("table", 7, D), i("W", D, D)
    words = pt.lmatrix("words")
    i.values[words] = np.random.default_rng(2).integers(0, 7, (T, B))

    def step(words, h, table, W):
        return pt.tanh(table[words] @ W + h)

    return [
        _scan(
            step,
            sequences=[words],
            outputs_info=[pt.zeros((words.shape[1], D), dtype="float64")],
            non_sequences=[table, W],
        )
    ]


MODELS = [
    simple,
    gru,
    gru_with_dot,
    gru_with_layer_norm,
    lstm,
    vectors,
    matrix_on_the_left,
    several_steps_back,
    backwards,
    last_only,
    truncated,
    attention,
    nothing_carried,
    loop_in_a_loop,
    running_sums,
    embedded,
]


def _values_and_gradients(model):
    inputs = Inputs()
    outputs = list(model(inputs))
    cost = sum((output * pt.cos(output)).sum() for output in outputs)
    wrt = [v for v in inputs.values if v.dtype == "float64"]
    gradients = pytensor.grad(cost, wrt, disconnected_inputs="ignore")
    return inputs.values, [*outputs, *gradients]


def _results(values, outputs, backend, scan_rewrites):
    function = compile(
        list(values), outputs, backend=backend, scan_rewrites=scan_rewrites
    )
    return function(*values.values())


@pytest.mark.parametrize("model", MODELS)
def test_values_and_gradients_stay_as_they_are(model):
    values, outputs = _values_and_gradients(model)
    rewritten = _results(values, outputs, "xla", True)
    original = _results(values, outputs, "xla", False)
    for ours, theirs in zip(rewritten, original, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def _loops(backend, **kwargs):
    """Return what is left of a loop that needs no state."""
    x = pt.tensor3("x", dtype="float64")
    W = pt.matrix("W", dtype="float64")
    y = _scan(lambda x, W: pt.tanh(x @ W), sequences=[x], non_sequences=[W])
    function = compile([x, W], y, backend=backend, **kwargs)
    data = np.ones((2, 3, 4)), np.ones((4, 4))
    np.testing.assert_allclose(function(*data), np.tanh(data[0] @ data[1]))
    (executable,) = function._executables.values()
    if backend == "numba":
        nodes = executable._function.maker.fgraph.apply_nodes
        return sum(isinstance(node.op, Scan) for node in nodes)
    return executable._run.lower(*data).as_text().count("stablehlo.while")


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_rewriting_is_on_and_can_be_switched_off(backend, monkeypatch):
    monkeypatch.delenv("BRICKYARD_SCAN_REWRITES", raising=False)
    assert _loops(backend) == 0
    assert _loops(backend, scan_rewrites=False) == 1
    monkeypatch.setenv("BRICKYARD_SCAN_REWRITES", "0")
    assert _loops(backend) == 1
    assert _loops(backend, scan_rewrites=True) == 0


@pytest.mark.slow
@pytest.mark.parametrize("model", [simple, lstm])
def test_numba_computes_what_xla_computes(model):
    values, outputs = _values_and_gradients(model)
    numba = _results(values, outputs, "numba", True)
    xla = _results(values, outputs, "xla", False)
    for ours, theirs in zip(numba, xla, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
