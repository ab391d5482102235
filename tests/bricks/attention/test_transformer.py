import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import LookupTable, Softmax, Tanh
from brickyard.bricks.attention import (
    CausalSelfAttention,
    LearnedPositions,
    MultiHeadAttention,
    TransformerBlock,
)
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import ComputationGraph
from brickyard.testing import check_brick
from brickyard.training import Adam, GradientDescent

RNG = np.random.default_rng(1)
X = RNG.normal(size=(4, 3, 6))
MASK = (np.arange(4)[:, None] < [4, 2, 1]).astype(float)


def make_block(kind=MultiHeadAttention, **kwargs):
    return TransformerBlock(
        kind(6, 2),
        weights_init=IsotropicGaussian(0.5),
        biases_init=IsotropicGaussian(0.5),
        seed=1,
        **kwargs,
    )


def test_checks():
    block = "/transformerblock"
    shapes = {f"{block}/attention_norm.scale": (6,), f"{block}/mlp_norm.scale": (6,)}
    shapes |= {f"{block}/attention_norm.shift": (6,), f"{block}/mlp_norm.shift": (6,)}
    for child in ("queries", "keys", "values", "output"):
        shapes[f"{block}/multiheadattention/{child}.W"] = (6, 6)
        shapes[f"{block}/multiheadattention/{child}.b"] = (6,)
    for child, dims in (("linear_0", (6, 24)), ("linear_1", (24, 6))):
        shapes[f"{block}/mlp/{child}.W"] = dims
        shapes[f"{block}/mlp/{child}.b"] = dims[1:]
    check_brick(
        make_block, {"input_": X}, parameters=shapes, rows_are_independent=False
    )


def test_values():
    block = make_block(hidden_dim=5, activation=Tanh())
    block.initialize()
    x, mask = pt.tensor3("x"), pt.matrix("mask")
    given = {x: X.astype("float32"), mask: MASK.astype("float32")}

    def normalized(value):
        centred = value - value.mean(axis=-1, keepdims=True)
        return centred / np.sqrt(value.var(axis=-1, keepdims=True) + 1e-5)

    looked = block.attention.apply(x, attended_mask=mask)
    z = X + evaluate(looked, {**given, x: normalized(X).astype("float32")})
    first, second = block.mlp.linear_transformations
    hidden = np.tanh(normalized(z) @ first.W.get_value() + first.b.get_value())
    expected = z + hidden @ second.W.get_value() + second.b.get_value()
    found = evaluate(block.apply(x, mask), given)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert block.get_dims(["input_", "output"]) == [6, 6]


@pytest.mark.parametrize("kind", [MultiHeadAttention, CausalSelfAttention])
def test_longer_padding_changes_nothing(kind):
    block = make_block(kind)
    block.initialize()
    x, mask = pt.tensor3("x"), pt.matrix("mask")
    output = block.apply(x, mask)
    short, long = (
        {
            x: np.concatenate([X] * times).astype("float32"),
            mask: np.concatenate([MASK] + [0 * MASK] * (times - 1)).astype("float32"),
        }
        for times in (1, 3)
    )
    kept = MASK[..., None]
    before = evaluate(output, short) * kept
    np.testing.assert_allclose(evaluate(output, long)[:4] * kept, before, atol=1e-5)


def test_two_blocks_learn_to_repeat_what_was_three_before():
    table = LookupTable(8, 16, weights_init=IsotropicGaussian(0.3), seed=1)
    positions = LearnedPositions(12, 16, weights_init=IsotropicGaussian(0.3), seed=1)
    blocks = [
        TransformerBlock(
            CausalSelfAttention(16, 2),
            32,
            weights_init=IsotropicGaussian(0.2),
            biases_init=Constant(0),
            seed=1,
            name=f"block_{i}",
        )
        for i in range(2)
    ]
    for brick in (table, positions, *blocks):
        brick.initialize()
    symbols = pt.lmatrix("symbols")
    features = positions.apply(table.apply(symbols))
    for block in blocks:
        features = block.apply(features)
    scores = pt.dot(features, table.W.T)[3:]
    cost = Softmax().categorical_cross_entropy(symbols[:-3], scores).mean()
    cost.name = "cost"
    algorithm = GradientDescent(
        cost=cost, parameters=ComputationGraph(cost).parameters, step_rule=Adam(0.01)
    )
    algorithm.initialize()
    rng = np.random.default_rng(1)
    for _ in range(200):
        algorithm.process_batch({"symbols": rng.integers(0, 8, (12, 32))})
    assert evaluate(cost, {symbols: rng.integers(0, 8, (12, 100))}) < 0.1


def test_errors():
    with pytest.raises(TypeError, match="attention must be a brick derived from Multi"):
        TransformerBlock(Tanh())
    with pytest.raises(ValueError, match=r"attention\.dim of /transformerblock is mis"):
        TransformerBlock(MultiHeadAttention(num_heads=2)).allocate()
    with pytest.raises(ValueError, match="does not know the dimension of 'x'"):
        make_block().get_dim("x")
