import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile as compile_graph
from brickyard.backends import evaluate
from brickyard.bricks.attention import CausalSelfAttention, MultiHeadAttention
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.graph import ComputationGraph
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
TIME, LENGTH, BATCH, DIM, HEADS = 4, 5, 3, 6, 2
X = RNG.normal(size=(TIME, BATCH, DIM))
ATTENDED = RNG.normal(size=(LENGTH, BATCH, 7))
MASK = (np.arange(LENGTH)[:, None] < [5, 2, 0]).astype(float)
INITS = {
    "weights_init": IsotropicGaussian(0.5),
    "biases_init": IsotropicGaussian(0.5),
    "seed": 1,
}


def make_attention(kind=MultiHeadAttention, **kwargs):
    return kind(DIM, HEADS, **INITS, **kwargs)


def expected_output(brick, x, attended, kept):
    """Return outputs, one position of one head of one sequence at a time."""

    def linear(child, value):
        return value @ child.W.get_value() + child.b.get_value()

    q, k, v = (
        linear(child, value)
        for child, value in (
            (brick.queries, x),
            (brick.keys, attended),
            (brick.values, attended),
        )
    )
    found = np.zeros(q.shape)
    size = DIM // HEADS
    for b in range(x.shape[1]):
        for part in (slice(h * size, (h + 1) * size) for h in range(HEADS)):
            for t in range(len(x)):
                seen = np.flatnonzero(kept[b, t])
                if len(seen):
                    e = k[seen, b, part] @ q[t, b, part] / np.sqrt(size)
                    w = np.exp(e) / np.exp(e).sum()
                    found[t, b, part] = w @ v[seen, b, part]
    return linear(brick.output, found)


def parameter_shapes(name, attended_dim=DIM):
    dims = {"queries": DIM, "keys": attended_dim, "values": attended_dim, "output": DIM}
    shapes = {}
    for child, dim in dims.items():
        shapes[f"/{name}/{child}.W"] = (dim, DIM)
        shapes[f"/{name}/{child}.b"] = (DIM,)
    return shapes


def test_checks():
    check_brick(
        make_attention,
        {"input_": X},
        parameters=parameter_shapes("multiheadattention"),
        rows_are_independent=False,
    )
    check_brick(
        lambda: make_attention(CausalSelfAttention),
        {"input_": X, "attended_mask": MASK[:TIME]},
        parameters=parameter_shapes("causalselfattention"),
        rows_are_independent=False,
    )


@pytest.mark.parametrize("backend", ["xla", "numba"])
def test_cross_attention(backend):
    brick = make_attention(attended_dim=7)
    brick.initialize()
    x, a, mask = pt.tensor3("x"), pt.tensor3("a"), pt.matrix("mask")
    function = compile_graph([x, a, mask], brick.apply(x, a, mask), backend=backend)
    arrays = [each.astype("float32") for each in (X, ATTENDED, MASK)]
    kept = np.repeat(MASK.T[:, None, :], TIME, axis=1)
    expected = expected_output(brick, X, ATTENDED, kept)
    np.testing.assert_allclose(function(*arrays), expected, atol=1e-5)
    names = ["input_", "attended", "output"]
    assert brick.get_dims(names) == [DIM, 7, DIM]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("kind", [MultiHeadAttention, CausalSelfAttention])
def test_self_attention(kind, masked):
    brick = make_attention(kind)
    brick.initialize()
    x, mask = pt.tensor3("x"), pt.matrix("mask")
    given = {x: X.astype("float32")}
    kept = np.ones((BATCH, TIME, TIME))
    if kind is CausalSelfAttention:
        kept = np.tril(kept)
    if masked:
        given[mask] = MASK[:TIME].astype("float32")
        kept = kept * given[mask].T[:, None, :]
    output = brick.apply(x, attended_mask=mask if masked else None)
    expected = expected_output(brick, X, X, kept)
    np.testing.assert_allclose(evaluate(output, given), expected, atol=1e-5)


def test_the_future_does_not_matter():
    brick = make_attention(CausalSelfAttention)
    brick.initialize()
    x = pt.tensor3("x")
    output = brick.apply(x)
    changed = X.astype("float32")
    before = evaluate(output, {x: changed})
    changed[2:] += 5
    after = evaluate(output, {x: changed})
    np.testing.assert_allclose(after[:2], before[:2], atol=1e-6)
    assert not np.allclose(after[2:], before[2:])


def test_gradient_is_finite_where_all_is_masked():
    with pytensor.config.change_flags(floatX="float64"):
        brick = make_attention(attended_dim=7)
        brick.initialize()
        x, a, mask = pt.tensor3("x"), pt.tensor3("a"), pt.matrix("mask")
        total = (brick.apply(x, a, mask) * RNG.normal(size=X.shape)).sum()
    given = {x: X, a: ATTENDED, mask: MASK}
    slope = evaluate(pt.grad(total, a), given)
    assert not slope[MASK == 0].any()
    direction = RNG.normal(size=slope.shape)
    rise, fall = (
        evaluate(total, {**given, a: ATTENDED + step * direction})
        for step in (1e-5, -1e-5)
    )
    np.testing.assert_allclose((rise - fall) / 2e-5, (slope * direction).sum())


def test_weights_are_auxiliary():
    brick = make_attention()
    brick.initialize()
    x = pt.tensor3("x")
    graph = ComputationGraph(brick.apply(x))
    (weights,) = [v for v in graph.auxiliary_variables if v.name == "weights"]
    found = evaluate(weights, {x: X.astype("float32")})
    assert found.shape == (BATCH, HEADS, TIME, TIME)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-5)


def test_long_sequences():
    brick = make_attention(CausalSelfAttention)
    brick.initialize()
    x = pt.tensor3("x")
    long = RNG.normal(size=(1500, 1, DIM)).astype("float32")
    found = evaluate(brick.apply(x), {x: long})
    kept = np.zeros((1, 1, 1500))
    kept[..., :1401] = 1
    brick_of_one = expected_output(brick, long[1400:1401], long, kept)
    np.testing.assert_allclose(found[1400:1401], brick_of_one, atol=1e-4)


def test_errors():
    with pytest.raises(TypeError, match=r"num_heads must be an integer, got 2\.0"):
        MultiHeadAttention(4, 2.0)
    with pytest.raises(ValueError, match="num_heads must be at least 1, got 0"):
        MultiHeadAttention(4, 0)
    with pytest.raises(ValueError, match="num_heads must divide dim, got num_heads=4"):
        MultiHeadAttention(6, 4).allocate()
    with pytest.raises(ValueError, match=r"needs sequences \(time, batch, 6\)"):
        make_attention().apply(pt.matrix())
    with pytest.raises(ValueError, match="needs an input with 7 features"):
        make_attention(attended_dim=7).apply(
            pt.tensor3(), pt.tensor("a", dtype="float32", shape=(None, None, 6))
        )
    with pytest.raises(ValueError, match="does not know the dimension of 'outputs'"):
        make_attention().get_dim("outputs")
    with pytest.raises(TypeError, match="attended"):
        make_attention(CausalSelfAttention).apply(pt.tensor3(), attended=pt.tensor3())
