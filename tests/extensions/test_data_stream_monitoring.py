"""Monitoring on a stream of its own."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt
from scipy import special

from brickyard.backends import random_stream, shared
from brickyard.bricks import Linear, Softmax
from brickyard.bricks.cost import (
    CategoricalCrossEntropy,
    MisclassificationRate,
    SquaredError,
)
from brickyard.datasets import (
    DataStream,
    IndexableDataset,
    SequentialScheme,
    ShuffledScheme,
)
from brickyard.extensions import DataStreamMonitoring, FinishAfter
from brickyard.graph import ComputationGraph, apply_dropout
from brickyard.testing.extensions import check_extension, idle_main_loop
from brickyard.training.monitoring import mean

DATA = np.arange(6, dtype="float32")


def make_stream(source="x"):
    dataset = IndexableDataset({source: DATA})
    return DataStream(dataset, ShuffledScheme(6, 4, seed=2))


def make(**kwargs):
    x = pt.fvector("x")
    level = mean(x.sum(), x.shape[0]).copy(name="level")
    return DataStreamMonitoring([level], make_stream(), prefix="test", **kwargs)


def run(extension, epochs=2):
    loop = idle_main_loop([extension, FinishAfter(after_n_epochs=epochs)])
    loop.run()
    return loop


def test_exact_mean_before_the_first_and_after_every_epoch():
    loop = run(make())
    assert [t for t in sorted(loop.log) if "test_level" in loop.log[t]] == [0, 4, 8]
    assert loop.log[8]["test_level"] == DATA.mean()
    assert type(loop.log[8]["test_level"]) is float


def test_costs_are_averaged_over_examples_not_batches():
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(7, 3)).astype("float32")
    targets = rng.integers(0, 3, 7)
    y, x = pt.lvector("targets"), pt.fmatrix("scores")
    probabilities = Softmax().apply(x)
    cost = CategoricalCrossEntropy().apply(y, probabilities)
    error = MisclassificationRate().apply(y, probabilities)
    square = SquaredError().apply(pt.cast(y, "float32"), x.sum(axis=1))
    named = {"cost": cost, "error": error, "square": square, "penalized": cost + 1}
    data = IndexableDataset({"targets": targets, "scores": scores})
    # Batches of 3, 3 and 1 examples.
    stream = DataStream(data, SequentialScheme(7, 3))
    values = DataStreamMonitoring(
        [variable.copy(name=name) for name, variable in named.items()], stream
    ).evaluator.evaluate(stream)
    losses = -special.log_softmax(scores, axis=1)[np.arange(7), targets]
    assert values["cost"] == pytest.approx(losses.mean(), rel=1e-6)
    assert values["error"] == pytest.approx((scores.argmax(1) != targets).mean())
    squares = (targets - scores.sum(axis=1)) ** 2
    assert values["square"] == pytest.approx(squares.mean(), rel=1e-5)
    by_batch = np.mean([losses[:3].mean(), losses[3:6].mean(), losses[6]])
    assert values["penalized"] == pytest.approx(by_batch + 1, rel=1e-6)
    assert abs(by_batch - losses.mean()) > 0.01


def test_costs_are_averaged_over_examples_under_dropout():
    y, x = pt.fmatrix("y"), pt.fmatrix("x")
    cost = SquaredError().apply(y, Linear(2, 2, name="l").apply(x) * 0)
    graph = apply_dropout(ComputationGraph(cost), [x], 0.5, seed=1)
    targets = np.arange(10, dtype="float32").reshape(5, 2)
    data = IndexableDataset({"y": targets, "x": targets})
    monitoring = DataStreamMonitoring(
        [graph.outputs[0].copy(name="cost")],
        DataStream(data, SequentialScheme(5, 4)),
    )
    found = monitoring.evaluator.evaluate(monitoring.data_stream)
    assert found == {"cost": pytest.approx((targets**2).sum(axis=1).mean())}


def test_conditions_replace_the_default():
    loop = run(make(every_n_epochs=2))
    assert [t for t in sorted(loop.log) if "test_level" in loop.log[t]] == [8]


def test_resumes_exactly_with_order_noise_and_updates():
    def make_noisy():
        x = pt.fvector("x")
        noise = random_stream(5).normal(size=x.shape)
        count = shared(0.0, name="count", dtype="float32")
        first = (x[0] + noise[0] + count).copy(name="first")
        return DataStreamMonitoring([first], make_stream(), [(count, count + 1)])

    check_extension(make_noisy, num_epochs=2)


def test_state_is_applied_whole_or_not_at_all():
    extension = make()
    extension.evaluator.evaluate(extension.data_stream)
    state = extension.get_state()
    assert state["stream"] == {"epoch": 1}
    with pytest.raises(ValueError, match="lacks 'epoch'"):
        extension.set_state({**state, "stream": {}})
    assert extension.get_state()["stream"] == {"epoch": 1}


def test_missing_source_names_the_extension():
    variable = pt.fvector("features").sum().copy(name="level")
    extension = DataStreamMonitoring([variable], make_stream(), name="valid")
    with pytest.raises(
        ValueError, match=r"valid: .* 'features', but the stream gives 'x"
    ):
        run(extension)


def test_uses_the_backend_of_the_algorithm():
    extension = make()
    loop = idle_main_loop([extension, FinishAfter(after_n_epochs=1)])
    loop.algorithm.compile_kwargs = {"backend": "numba"}
    loop.run()
    assert extension.evaluator._accumulate.backend == "numba"
    assert loop.log[4]["test_level"] == DATA.mean()


def test_a_dataset_is_no_stream():
    level = pt.fvector("x").sum().copy(name="level")
    with pytest.raises(
        TypeError, match=r"data stream of valid .* got IndexableDataset"
    ):
        DataStreamMonitoring([level], IndexableDataset({"x": DATA}), name="valid")


def test_shared_variables_need_no_stream():
    W = shared(2.0, name="W")
    monitoring = DataStreamMonitoring([W, (W**2).copy(name="square")], None)
    loop = run(monitoring, epochs=1)
    assert loop.log[4]["square"] == 4
    monitoring.set_state(monitoring.get_state())
    with pytest.raises(TypeError, match=r"data stream of valid .* got NoneType"):
        level = pt.fvector("x").sum().copy(name="level")
        DataStreamMonitoring([level], None, name="valid")


def test_a_default_condition_can_be_denied():
    assert make(before_first_epoch=False).callbacks() == {"after_epoch"}
