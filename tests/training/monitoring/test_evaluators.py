"""Evaluating over a stream."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import random_stream, shared
from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.training.monitoring import DatasetEvaluator, MonitoredQuantity, mean

DATA = np.arange(10, dtype="float32").reshape(5, 2)


def make_stream(batch_size=2, num_examples=5):
    dataset = IndexableDataset({"features": DATA, "targets": np.arange(5)})
    return DataStream(dataset, SequentialScheme(num_examples, batch_size))


class Spread(MonitoredQuantity):
    def initialize(self):
        self.values = []

    def aggregate(self, total, features):
        assert isinstance(features, np.ndarray)
        self.values.append((float(total), len(features)))

    def get_aggregated_value(self):
        return len(self.values)


def test_variables_quantities_and_vectors_together(backend, monkeypatch):
    monkeypatch.setenv("BRICKYARD_BACKEND", backend)
    x = pt.fmatrix("features")
    level = mean(x.sum(), x.shape[0]).copy(name="level")
    columns = mean(x.sum(axis=0), x.shape[0]).copy(name="columns")
    spread = Spread([x.sum(), x], name="spread")
    evaluator = DatasetEvaluator([level, spread, columns])
    values = evaluator.evaluate(make_stream())
    assert list(values) == ["level", "spread", "columns"]
    assert values["level"] == DATA.sum() / 5
    assert values["spread"] == 3
    np.testing.assert_allclose(values["columns"], DATA.mean(axis=0))


def test_evaluation_begins_anew_and_advances_the_stream():
    x = pt.fmatrix("features")
    evaluator = DatasetEvaluator([x.mean().copy(name="level")])
    stream = make_stream(batch_size=5)
    first, second = evaluator.evaluate(stream), evaluator.evaluate(stream)
    assert first == second == {"level": DATA.mean()}
    assert stream.epoch == 2


def test_graph_without_data_needs_no_stream():
    W = shared(2.0, name="W", dtype="floatX")
    assert DatasetEvaluator([(W**2).copy(name="norm")]).evaluate(None) == {"norm": 4.0}


def test_updates_are_made_with_every_batch():
    x = pt.fmatrix("features")
    seen = shared(np.int64(0), name="seen")
    evaluator = DatasetEvaluator(
        [x.mean().copy(name="level")], updates={seen: seen + x.shape[0]}
    )
    evaluator.evaluate(make_stream())
    assert seen.get_value() == 5
    state = evaluator.get_state()
    evaluator.evaluate(make_stream())
    evaluator.set_state(state)
    assert seen.get_value() == 5


def test_probing_for_shapes_leaves_generators_alone():
    x = pt.fmatrix("features")

    def noisy():
        return (x + random_stream(3).normal(size=x.shape)).copy(name="noisy")

    def known_shape():
        return pt.specify_shape(noisy(), (5, 2)).copy(name="noisy")

    values = [
        DatasetEvaluator([make()]).evaluate(make_stream(batch_size=5))["noisy"]
        for make in (noisy, known_shape)
    ]
    np.testing.assert_array_equal(*values)


def test_missing_source_names_everything():
    evaluator = DatasetEvaluator(
        [pt.fmatrix("images").mean().copy(name="level")], owner="valid"
    )
    with pytest.raises(
        ValueError, match=r"valid: .*inputs 'images', .*'features', 'targets'; 'images'"
    ):
        evaluator.evaluate(make_stream())


def test_empty_stream_is_an_error():
    class Empty:
        def get_epoch_iterator(self, as_dict):
            return iter(())

    evaluator = DatasetEvaluator([pt.fmatrix("features").mean().copy(name="level")])
    with pytest.raises(ValueError, match="no batches to evaluate level on"):
        evaluator.evaluate(Empty())


def test_states_of_other_evaluators_are_refused():
    x = pt.fmatrix("features")
    seen = shared(np.int64(0), name="seen")
    plain = DatasetEvaluator([x.mean().copy(name="level")], owner="valid")
    counting = DatasetEvaluator([x.mean().copy(name="level")], updates={seen: seen + 1})
    with pytest.raises(ValueError, match="state of valid has 1 updated variables"):
        plain.set_state(counting.get_state())
    with pytest.raises(ValueError, match="lacks 'updated'"):
        plain.set_state({"generators": []})


def test_inputs_and_variables_need_names():
    with pytest.raises(ValueError, match=r"inputs of the graph of .* need a name"):
        DatasetEvaluator([pt.fmatrix().mean().copy(name="level")])
    with pytest.raises(ValueError, match="variables of valid need a name"):
        DatasetEvaluator([-pt.fmatrix("x").mean()], owner="valid")
