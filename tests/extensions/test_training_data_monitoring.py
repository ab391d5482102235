"""Monitoring inside the step of the algorithm."""

from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.extensions import FinishAfter, TrainingDataMonitoring
from brickyard.testing.extensions import check_extension, idle_main_loop
from brickyard.training import MainLoop, UpdatesAlgorithm
from brickyard.training.monitoring import Concatenate, MonitoredQuantity, mean

DATA = np.array([1.0, 2.0, 3.0, 10.0, 20.0], dtype="float32")


class Graph:
    """A sum that grows with every batch, and what is monitored of it."""

    def __init__(self):
        self.x = pt.fvector("x")
        self.total = shared(0.0, name="total", dtype="float32")
        self.updates = [(self.total, self.total + self.x.sum())]
        self.level = mean(self.x.sum(), self.x.shape[0]).copy(name="level")
        self.size = self.x.sum().copy(name="size")
        self.doubled = (2 * self.total).copy(name="doubled")

    def loop(self, extensions):
        dataset = IndexableDataset({"x": DATA})
        stream = DataStream(dataset, SequentialScheme(5, 2))
        return MainLoop(UpdatesAlgorithm(self.updates), stream, extensions=extensions)


def run(graph, *extensions, epochs=2):
    loop = graph.loop([*extensions, FinishAfter(after_n_epochs=epochs)])
    loop.run()
    return loop


def test_aggregates_over_the_epoch():
    graph = Graph()
    variables = [graph.level, graph.size, graph.doubled]
    loop = run(graph, TrainingDataMonitoring(variables, prefix="train"))
    assert sorted(loop.log) == [3, 6]
    assert loop.log[3]["train_level"] == pytest.approx(DATA.mean())
    assert loop.log[6]["train_level"] == pytest.approx(DATA.mean())
    assert loop.log[3]["train_size"] == pytest.approx(36 / 3)
    assert loop.log[6]["train_doubled"] == 2 * 72


def test_aggregates_on_both_backends(backend, monkeypatch):
    monkeypatch.setenv("BRICKYARD_BACKEND", backend)
    graph = Graph()
    loop = run(graph, TrainingDataMonitoring([graph.level]), epochs=1)
    assert loop.algorithm._function.backend == backend
    assert loop.log[3]["level"] == pytest.approx(DATA.mean())


def test_last_values_after_every_batch():
    graph = Graph()
    loop = run(graph, TrainingDataMonitoring([graph.size], after_batch=True), epochs=1)
    assert [loop.log[t]["size"] for t in (1, 2, 3)] == [3.0, 13.0, 20.0]


def test_means_over_some_batches():
    graph = Graph()
    loop = run(graph, TrainingDataMonitoring([graph.size], every_n_batches=2))
    assert [loop.log[t]["size"] for t in (2, 4, 6)] == [8.0, 11.5, 16.5]


def test_before_the_first_batch_only_what_needs_no_data():
    graph = Graph()
    monitoring = TrainingDataMonitoring(
        [graph.size, graph.doubled], before_first_epoch=True, after_epoch=True
    )
    assert run(graph, monitoring, epochs=1).log[0] == {"doubled": 0.0}


def test_graph_without_data_adds_nothing_to_the_step():
    graph = Graph()
    loop = run(graph, TrainingDataMonitoring([graph.doubled]))
    assert len(loop.algorithm.updates) == 1
    assert loop.log[6] == {
        "doubled": 144.0,
        "training_finish_requested": True,
        "training_finished": True,
    }


class Largest(MonitoredQuantity):
    def initialize(self):
        self.largest = -np.inf

    def aggregate(self, x):
        self.largest = max(self.largest, float(x.max()))

    def get_aggregated_value(self):
        return self.largest


def with_collected_values(graph):
    everything = (graph.x + 0).copy(name="everything")
    everything.tag.aggregation_scheme = Concatenate(everything)
    return TrainingDataMonitoring([everything, Largest([graph.x], name="largest")])


def test_quantities_and_collected_values():
    graph = Graph()
    loop = run(graph, with_collected_values(graph))
    np.testing.assert_array_equal(loop.log[6]["everything"], DATA)
    assert loop.log[6]["largest"] == 20.0


def test_quantity_that_needs_no_data():
    graph = Graph()
    quantity = Largest([graph.doubled], name="largest")
    loop = run(graph, TrainingDataMonitoring([quantity], every_n_batches=1), epochs=1)
    # As everywhere, values are those before the step of the batch.
    assert [loop.log[t]["largest"] for t in (1, 2, 3)] == [0.0, 6.0, 32.0]


def test_two_extensions_on_one_variable():
    graph = Graph()
    loop = run(
        graph,
        TrainingDataMonitoring([graph.size], prefix="a"),
        TrainingDataMonitoring([graph.size], prefix="b", every_n_batches=1),
        epochs=1,
    )
    assert loop.log[3]["a_size"] == 12.0
    assert loop.log[3]["b_size"] == 20.0


def check(make_monitoring, num_epochs=2):
    graphs = []

    def make_extension():
        graphs.append(Graph())
        return make_monitoring(graphs[-1])

    check_extension(
        make_extension,
        num_epochs=num_epochs,
        make_main_loop=lambda extensions: graphs[-1].loop(extensions),
    )


def test_resumes_exactly():
    check(
        lambda g: TrainingDataMonitoring(
            [g.level, g.doubled], every_n_batches=2, after_n_epochs=2
        )
    )


def test_resumes_exactly_with_collected_values():
    check(with_collected_values, num_epochs=1)


def test_a_state_may_be_applied_before_the_loop_runs():
    def build(epochs):
        graph = Graph()
        monitoring = TrainingDataMonitoring([graph.size], every_n_batches=2)
        return graph.loop([monitoring, FinishAfter(after_n_epochs=epochs)])

    whole = build(2)
    whole.run()
    first, second = build(1), build(2)
    first.run()
    second.set_state(first.get_state())
    second.run()
    assert second.log[4] == whole.log[4]
    assert second.log[6] == whole.log[6]


def test_state_is_applied_whole_or_not_at_all():
    graph = Graph()
    monitoring = with_collected_values(graph)
    state = monitoring.get_state()
    state["quantities"]["largest"]["largest"] = 5.0
    state["aggregators"]["accumulators"] = []
    with pytest.raises(ValueError, match="has 0 accumulators"):
        monitoring.set_state(state)
    assert monitoring.quantities.get_aggregated_values() == {"largest": -np.inf}


def test_unknown_shape_cannot_be_averaged():
    with pytest.raises(ValueError, match=r"'x' cannot be accumulated.*DataStreamMonit"):
        TrainingDataMonitoring([pt.fvector("x")])


def test_algorithm_needs_updates():
    graph = Graph()
    loop = idle_main_loop([TrainingDataMonitoring([graph.size], name="train")])
    with pytest.raises(
        TypeError, match=r"train aggregates inside .* got IdleAlgorithm"
    ):
        loop.run()
