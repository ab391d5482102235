from __future__ import annotations

import copy

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Brick, Selector, application
from brickyard.bricks.initialization import Constant, Uniform
from brickyard.bricks.normalization import BatchNormalization
from brickyard.graph import (
    BATCH_NORM_POPULATION_MEAN,
    BATCH_NORM_POPULATION_STDEV,
    BATCH_NORM_SCALE_PARAMETER,
    BATCH_NORM_SHIFT_PARAMETER,
    BIAS,
    PARAMETER,
    PERSISTENT,
    ComputationGraph,
    has_roles,
)
from brickyard.graph.batch_normalization import batch_normalization
from brickyard.testing import check_brick

rng = np.random.default_rng(0)
SHAPES = [
    (9, None, (9,)),
    ((5, 4), None, (5, 4)),
    ((6, 7, 9), (False, False, False), (6, 7, 9)),
    ((7, 4, 3), (True, False, False), (1, 4, 3)),
    ((2, 9, 7), (False, True, True), (2, 1, 1)),
    ((7, 4, 5), (False, True, False), (7, 1, 5)),
]


def brick_of(*args, **kwargs):
    made = BatchNormalization(
        *args,
        scale_init=Uniform(mean=1, width=1),
        shift_init=Uniform(width=1),
        seed=1,
        **kwargs,
    )
    made.initialize()
    return made


class Training(Brick):
    """Applies a brick in training mode."""

    def __init__(self, brick):
        super().__init__(children=[brick])

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_):
        with batch_normalization(self):
            return self.children[0].apply(input_)


@pytest.mark.parametrize(
    ("backend", "check_gradients"), [("xla", True), ("numba", False)]
)
def test_the_usual_checks(backend, check_gradients):
    check_brick(
        lambda: brick_of((2, 3), (True, False)),
        {"input_": rng.normal(size=(4, 2, 3))},
        parameters={
            "/batchnormalization.scale": (1, 3),
            "/batchnormalization.shift": (1, 3),
        },
        backend=backend,
        check_gradients=check_gradients,
    )


@pytest.mark.parametrize(
    ("backend", "check_gradients"), [("xla", True), ("numba", False)]
)
def test_the_usual_checks_in_training_mode(backend, check_gradients):
    check_brick(
        lambda: Training(brick_of((2, 3), (True, False))),
        {"input_": rng.normal(size=(4, 2, 3))},
        rows_are_independent=False,
        backend=backend,
        check_gradients=check_gradients,
    )


@pytest.mark.parametrize(("input_dim", "broadcastable", "shape"), SHAPES)
def test_allocation(input_dim, broadcastable, shape):
    brick = BatchNormalization(input_dim, broadcastable)
    brick.allocate()
    assert np.isnan(brick.scale.get_value()).all()
    assert np.isnan(brick.shift.get_value()).all()
    brick.initialize()
    for variable, value in [
        (brick.scale, 1),
        (brick.shift, 0),
        (brick.population_mean, 0),
        (brick.population_stdev, 1),
    ]:
        assert variable.type.shape == shape
        assert variable.dtype == "float32"
        np.testing.assert_array_equal(variable.get_value(), np.full(shape, value))


@pytest.mark.parametrize(("input_dim", "broadcastable", "shape"), SHAPES)
def test_values(input_dim, broadcastable, shape):
    brick = brick_of(input_dim, broadcastable)
    brick.population_mean.set_value(rng.uniform(1, 10, shape))
    brick.population_stdev.set_value(rng.uniform(1, 10, shape))
    dims = (input_dim,) if isinstance(input_dim, int) else input_dim
    batch = rng.uniform(1, 10, (9, *dims)).astype("float32")
    x = pt.tensor("x", dtype="float32", shape=(None,) * batch.ndim)
    inference = brick.apply(x)
    with batch_normalization(brick):
        training = brick.apply(x)
    values = evaluate([inference, training], {x: batch})
    exact = batch.astype("float64")
    axes = (0, *(i + 1 for i in range(len(dims)) if shape[i] == 1 and dims[i] > 1))
    assert brick.normalization_axes == axes
    statistics = [
        (brick.population_mean.get_value(), brick.population_stdev.get_value()),
        (
            exact.mean(axes, keepdims=True),
            np.sqrt(exact.var(axes, keepdims=True) + 1e-4),
        ),
    ]
    for value, (mean, stdev) in zip(values, statistics, strict=True):
        expected = (exact - mean) / stdev * brick.scale.get_value()
        expected = expected + brick.shift.get_value()
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4)


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    brick = brick_of((3, None, None), (False, True, True), epsilon=1e-3)
    batch = rng.normal(1, 2, size=(4, 3, 5, 6)).astype("float32")
    weights = rng.normal(size=batch.shape).astype("float32")
    peer_x = torch.tensor(batch, requires_grad=True)
    peer = torch.nn.BatchNorm2d(3, eps=1e-3)
    with torch.no_grad():
        peer.weight[:] = torch.tensor(brick.scale.get_value()).flatten()
        peer.bias[:] = torch.tensor(brick.shift.get_value()).flatten()
    peer_y = peer(peer_x)
    (peer_y * torch.tensor(weights)).sum().backward()
    x = pt.tensor4("x")
    with batch_normalization(brick):
        y = brick.apply(x)
    wanted = [x, brick.scale, brick.shift]
    values = evaluate([y, *pt.grad((y * weights).sum(), wanted)], {x: batch})
    expected = [peer_y.detach(), peer_x.grad, peer.weight.grad, peer.bias.grad]
    for value, tensor in zip(values, expected, strict=True):
        shape = tensor.shape if tensor.ndim == 4 else (3, 1, 1)
        np.testing.assert_allclose(
            value, tensor.numpy().reshape(shape), rtol=1e-4, atol=1e-4
        )


def test_constant_batches_are_no_division_by_zero():
    brick = BatchNormalization(2)
    brick.initialize()
    x = pt.matrix("x")
    with batch_normalization(brick):
        y = brick.apply(x)
    values = evaluate([y, pt.grad(y.sum(), x)], {x: np.full((1, 2), 7, "float32")})
    np.testing.assert_array_equal(values, np.zeros((2, 1, 2)))


@pytest.mark.parametrize("training", [False, True])
def test_options(training):
    batch = rng.normal(3, 2, size=(6, 2)).astype("float32")
    x = pt.matrix("x")

    def values(**options):
        brick = BatchNormalization(2, **options)
        brick.initialize()
        with batch_normalization(*([brick] if training else [])):
            return brick, evaluate(brick.apply(x), {x: batch})

    mean = batch.mean(0) if training else 0
    brick, value = values(mean_only=True)
    np.testing.assert_allclose(value, batch - mean, rtol=1e-5, atol=1e-5)
    assert ComputationGraph(brick.apply(x)).parameters == [brick.scale, brick.shift]
    for options in ({"learn_scale": False}, {"learn_shift": False}):
        brick, _ = values(**options)
        assert len(brick.parameters) == 1
    brick, value = values(learn_scale=False, learn_shift=False, mean_only=True)
    np.testing.assert_allclose(value, batch - mean, rtol=1e-5, atol=1e-5)
    brick, value = values(learn_scale=False, learn_shift=False)
    stdev = np.sqrt(batch.var(0) + 1e-4) if training else 1
    np.testing.assert_allclose(value, (batch - mean) / stdev, rtol=1e-4, atol=1e-5)


def test_roles_and_names():
    brick = BatchNormalization(3, scale_init=Constant(2), name="norm")
    brick.initialize()
    assert has_roles(brick.scale, [BATCH_NORM_SCALE_PARAMETER, PARAMETER], True)
    assert has_roles(brick.shift, [BATCH_NORM_SHIFT_PARAMETER, BIAS], True)
    assert has_roles(brick.population_mean, [BATCH_NORM_POPULATION_MEAN])
    assert has_roles(brick.population_stdev, [BATCH_NORM_POPULATION_STDEV])
    for statistic in (brick.population_mean, brick.population_stdev):
        assert has_roles(statistic, [PERSISTENT])
        assert not has_roles(statistic, [PARAMETER])
        path = f"/norm.{statistic.name}"
        assert brick.get_hierarchical_name(statistic) == path
    name = brick.get_hierarchical_name(brick.scale, delimiter="-")
    assert name == "-norm.scale"
    assert list(Selector(brick).get_parameters()) == ["/norm.scale", "/norm.shift"]
    with pytest.raises(ValueError, match="is not a parameter of /norm"):
        brick.get_hierarchical_name(pt.vector("v"))


def test_initialization_starts_statistics_afresh():
    brick = BatchNormalization(2)
    brick.initialize()
    brick.population_mean.set_value([3, 4])
    brick.population_stdev.set_value([3, 4])
    brick.initialize()
    np.testing.assert_array_equal(brick.population_mean.get_value(), [0, 0])
    np.testing.assert_array_equal(brick.population_stdev.get_value(), [1, 1])


def test_a_copy_has_statistics_of_its_own():
    brick = BatchNormalization(2)
    with pytest.raises(ValueError, match="no population_mean yet: it is not allocated"):
        _ = brick.population_mean
    brick.initialize()
    twin = copy.deepcopy(brick)
    with pytest.raises(ValueError, match="has no population_stdev yet"):
        _ = twin.population_stdev
    twin.initialize()
    assert twin.population_mean is not brick.population_mean


def test_dimensions_given_late():
    brick = BatchNormalization(broadcastable=(False, True, True))
    assert (brick.num_channels, brick.image_size) == (None, (None, None))
    brick.image_size = (5, 4)
    assert brick.input_dim == (None, 5, 4)
    with pytest.raises(ValueError, match=r"input_dim\[0\] of /batchnormalization is m"):
        brick.allocate()
    brick.num_channels = 3
    brick.image_size = (None, 6)
    assert brick.get_dim("input_") == brick.get_dim("output") == (3, None, 6)
    assert (brick.num_output_channels, brick.output_dim) == (3, (3, None, 6))
    brick.allocate()
    assert brick.scale.type.shape == (3, 1, 1)
    late = BatchNormalization()
    with pytest.raises(ValueError, match="input_dim of /batchnormalization is missing"):
        late.allocate()
    late.output_dim = 4
    late.allocate()
    assert late.num_channels == 4
    assert late.image_size == ()
    with pytest.raises(ValueError, match="does not know the dimension of 'other'"):
        late.get_dim("other")


def test_unknown_lengths_that_matter_are_refused():
    brick = BatchNormalization((3, None, None))
    with pytest.raises(ValueError, match=r"input_dim\[1\], input_dim\[2\]"):
        brick.allocate()


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"epsilon must be greater than 0, got 0"):
        BatchNormalization(3, epsilon=0)
    brick = BatchNormalization((3, 4), (True,))
    with pytest.raises(
        ValueError, match=r"an entry for each axis .*\(3, 4\), got \(Tr"
    ):
        brick.allocate()


def test_inputs_that_do_not_fit():
    brick = BatchNormalization((3, None), (False, True))
    with pytest.raises(
        ValueError, match=r"shape \(batch, 3, any\), got float32 \(\?, \?"
    ):
        brick.apply(pt.matrix("x"))
    with pytest.raises(ValueError, match=r"change input_dim, or transpose"):
        brick.apply(pt.tensor("x", shape=(None, 4, 2)))
    with pytest.raises(TypeError, match="needs a tensor, got 3"):
        brick.apply(3)
    with pytest.raises(TypeError, match="works on float32, got int64"):
        brick.apply(pt.ltensor3("x"))
