import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, random_stream, shared
from brickyard.graph.roles import PARAMETER, PERSISTENT, add_role
from brickyard.training.algorithms import UpdatesAlgorithm


@pytest.fixture
def x():
    return pt.vector("x", dtype="float32")


@pytest.fixture
def total():
    return shared(0, name="total", dtype="float32")


def ones(count):
    return {"x": np.ones(count, dtype="float32")}


def test_processes_batches_of_any_length(x, total, backend):
    algorithm = UpdatesAlgorithm(
        {total: total + x.sum()}, compile_kwargs={"backend": backend}
    )
    algorithm.initialize()
    for count in (3, 2):
        algorithm.process_batch(ones(count))
    assert float(total.get_value()) == 5.0


def test_the_second_batch_is_not_compiled(x, total):
    algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    for _ in range(3):
        algorithm.process_batch(ones(2))
    assert len(algorithm.function.compilations) == 1
    assert algorithm.function.name == "UpdatesAlgorithm"


def test_updates_can_be_added_before_initialize(x, total):
    count = shared(0, name="count")
    algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    algorithm.add_updates([(count, count + 1)])
    algorithm.initialize()
    algorithm.initialize()
    algorithm.process_batch(ones(1))
    assert int(count.get_value()) == 1
    with pytest.raises(RuntimeError, match="cannot be added after initialize"):
        algorithm.add_updates([(count, count + 1)])


def test_one_update_for_a_variable(x, total):
    algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    with pytest.raises(ValueError, match="total would be updated twice"):
        algorithm.add_updates([(total, total * 2)])


@pytest.mark.parametrize("bad", [[3], [(1, 2)], [(shared(0), 1)]])
def test_updates_are_pairs_of_variables(bad):
    with pytest.raises(TypeError, match="UpdatesAlgorithm: an update must be a pair"):
        UpdatesAlgorithm(bad)


def test_sources_are_checked_for_each_set_of_names(x, total):
    algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    algorithm.process_batch(ones(1))
    with pytest.raises(
        ValueError, match="the inputs 'x' and the batch has the sources"
    ):
        algorithm.process_batch({"y": np.ones(1)})
    with pytest.raises(ValueError, match="nothing uses 'y'"):
        algorithm.process_batch({**ones(1), "y": np.ones(1)})


def test_unused_sources_can_be_ignored(x, total):
    algorithm = UpdatesAlgorithm([(total, total + x.sum())], on_unused_sources="ignore")
    algorithm.process_batch({"y": np.ones(1), **ones(2)})
    assert float(total.get_value()) == 2.0
    with pytest.raises(ValueError, match="on_unused_sources must be one of"):
        UpdatesAlgorithm(on_unused_sources="never")


def test_arrays_must_fit(x, total):
    algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    with pytest.raises(ComputationError, match=r"UpdatesAlgorithm: input 'x'.*1 dimen"):
        algorithm.process_batch({"x": np.ones((2, 2), dtype="float32")})


def test_missing_names_are_known_before_the_first_batch(total):
    algorithm = UpdatesAlgorithm([(total, total + pt.fscalar())])
    with pytest.raises(ValueError, match="an input of the graph has no name"):
        algorithm.initialize()


def test_state(x, total):
    W = shared(1.0, name="W")
    add_role(W, PARAMETER)
    algorithm = UpdatesAlgorithm([(total, total + x.sum()), (W, W + 1)])
    algorithm.process_batch(ones(3))
    assert algorithm.parameters == [W]
    state = algorithm.get_state()
    assert state["updates"] == {"total": np.float32(3)}
    algorithm.process_batch(ones(3))
    algorithm.set_state(state)
    assert float(total.get_value()) == 3.0


def test_a_state_that_does_not_fit_changes_nothing(x, total):
    count = shared([0, 0], name="count")
    algorithm = UpdatesAlgorithm([(total, total + x.sum()), (count, count + 1)])
    state = algorithm.get_state()
    with pytest.raises(ValueError, match="UpdatesAlgorithm lacks 'updates'"):
        algorithm.set_state({"buffers": {}, "hyperparameters": {}})
    with pytest.raises(ValueError, match="UpdatesAlgorithm: updates has unknown 'n'"):
        algorithm.set_state({**state, "updates": {**state["updates"], "n": 1}})
    bad = {"total": np.float32(7), "count": np.zeros(3, dtype="int64")}
    with pytest.raises(
        ValueError, match=r"'count' has shape \(2,\).*state has shape \(3"
    ):
        algorithm.set_state({**state, "updates": bad})
    assert float(total.get_value()) == 0.0


def test_what_belongs_to_the_model_is_no_state_of_the_algorithm(x, total):
    add_role(total, PERSISTENT)
    algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    assert algorithm.persistent_variables == [total]
    assert algorithm.parameters == []
    assert algorithm.get_state()["updates"] == {}


def test_random_generators(total):
    stream = random_stream(1)
    noise = stream.normal(size=(), dtype="float32")
    algorithm = UpdatesAlgorithm([(total, total + noise)])
    assert len(algorithm.random_generators) == 1
    values = []
    for _ in range(2):
        before = float(total.get_value())
        algorithm.process_batch({})
        values.append(float(total.get_value()) - before)
    assert values[0] != values[1]
