import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate, random_stream, shared
from brickyard.bricks import Linear
from brickyard.bricks.initialization import Constant
from brickyard.training.algorithms import (
    Adam,
    CompositeRule,
    GradientDescent,
    Momentum,
    NonFiniteCostError,
    Restrict,
    Scale,
    StepRule,
)
from brickyard.training.errors import TrainingFinish
from brickyard.training.parameters import parameters_by_path
from brickyard.training.schedules import ExponentialSchedule


@pytest.fixture
def W():
    return shared([1.0, 2.0], name="W", dtype="float32")


@pytest.fixture
def x():
    return pt.fvector("x")


@pytest.fixture
def cost(W, x):
    return ((W - x) ** 2).sum().copy(name="cost")


def batch(*values):
    return {"x": np.array(values, dtype="float32")}


def test_descends(W, cost, backend):
    algorithm = GradientDescent(cost, [W], compile_kwargs={"backend": backend})
    algorithm.process_batch(batch(0.0, 1.0))
    np.testing.assert_allclose(W.get_value(), [-1.0, 0.0])
    algorithm.process_batch(batch(0.0, 0.0))
    np.testing.assert_allclose(W.get_value(), [1.0, 0.0])
    algorithm.flush()
    assert algorithm.batches_done == 2
    assert len(algorithm.function.compilations) == 1


def test_attributes_for_monitoring(W, x, cost):
    algorithm = GradientDescent(cost, {"weights": W}, Scale(0.5))
    assert algorithm.parameters == [W]
    assert list(algorithm.gradients) == list(algorithm.steps) == [W]
    norms = [algorithm.total_gradient_norm, algorithm.total_step_norm]
    np.testing.assert_allclose(evaluate(norms, {x: [1.0, 0.0]}), [4.0, 2.0])
    assert [norm.name for norm in norms] == ["total_gradient_norm", "total_step_norm"]
    assert [target for target, _ in algorithm.updates] == [W]


def test_given_gradients(W):
    g = pt.fvector("g")
    for gradients in ({W: g}, [(W, g)]):
        W.set_value([1.0, 2.0])
        algorithm = GradientDescent(gradients=gradients, step_rule=Scale(0.5))
        algorithm.process_batch({"g": np.array([1, 2], dtype="float32")})
        np.testing.assert_allclose(W.get_value(), [0.5, 1.0])


def test_known_grads_and_consider_constant(W, x):
    hidden = 3 * W
    known = GradientDescent(
        (hidden * x).sum(), [W], known_grads={hidden: pt.ones(2, dtype="float32")}
    )
    assert evaluate(known.gradients[W]).tolist() == [3.0, 3.0]
    constant = GradientDescent((hidden * W).sum(), [W], consider_constant=[hidden])
    assert evaluate(constant.gradients[W]).tolist() == [3.0, 6.0]


def test_parameters_are_named_by_their_bricks():
    linear = Linear(2, 1, weights_init=Constant(1), biases_init=Constant(0))
    linear.initialize()
    x = pt.fmatrix("x")
    cost = linear.apply(x).sum().copy(name="cost")
    algorithm = GradientDescent(cost, linear.parameters, Momentum(0.1, 0.9))
    assert list(algorithm.get_state()["buffers"]) == [
        "/linear.W/basic_momentum/velocity",
        "/linear.b/basic_momentum/velocity",
    ]
    stranger = Linear(2, 1, weights_init=Constant(1), name="stranger", use_bias=False)
    stranger.initialize()
    with pytest.raises(
        ValueError, match=r"cost does not depend on /stranger.W\. Train"
    ):
        GradientDescent(cost, [*linear.parameters, *stranger.parameters])


def test_a_rule_for_two_algorithms(W, x, cost):
    V = shared([0.0], name="V", dtype="float32")
    rule = Adam(ExponentialSchedule(0.1, 10))
    first = GradientDescent(cost, [W], rule)
    second = GradientDescent(((V - x) ** 2).sum(), [V], rule)
    for _ in range(3):
        first.process_batch(batch(0.0, 1.0))
    assert first.get_state()["buffers"]["adam/step"] == 3
    assert second.get_state()["buffers"]["adam/step"] == 0


def test_the_learning_rate_changes_between_batches(W, cost):
    rate = shared(0.5, name="rate", dtype="floatX")
    other = Scale(rate)
    for rule in (Scale(0.5), Momentum(0.5, 0.0), other):
        W.set_value([1.0, 2.0])
        rule.learning_rate.set_value(0.5)
        algorithm = GradientDescent(cost, [W], rule)
        algorithm.process_batch(batch(0.0, 0.0))
        np.testing.assert_allclose(W.get_value(), [0.0, 0.0])
        rule.learning_rate.set_value(0.25)
        algorithm.process_batch(batch(1.0, 1.0))
        np.testing.assert_allclose(W.get_value(), [0.5, 0.5])
        assert len(algorithm.function.compilations) == 1


class TestOnNaN:
    def follow(self, W, cost, on_nan, rule=None, backend=None):
        algorithm = GradientDescent(
            cost,
            [W],
            rule or Scale(0.5),
            on_nan=on_nan,
            compile_kwargs={"backend": backend},
        )
        algorithm.process_batch(batch(0.0, 0.0))
        algorithm.process_batch(batch(np.nan, 1.0))
        return algorithm

    def test_raise_is_the_default_and_comes_one_batch_late(self, W, cost):
        algorithm = self.follow(W, cost, "raise")
        np.testing.assert_array_equal(W.get_value(), [0.0, 0.0])
        algorithm.process_batch(batch(3.0, 3.0))
        with pytest.raises(
            NonFiniteCostError,
            match="the cost 'cost' was not finite in batch 2; it has not changed the",
        ):
            algorithm.process_batch(batch(4.0, 4.0))
        np.testing.assert_array_equal(W.get_value(), [3.0, 3.0])
        assert algorithm.batches_done == 3
        algorithm.process_batch(batch(4.0, 4.0))
        assert GradientDescent(cost, [W])._watch.policy == "raise"

    def test_flush_raises_at_once(self, W, cost):
        algorithm = self.follow(W, cost, "raise")
        with pytest.raises(NonFiniteCostError, match="in batch 2"):
            algorithm.flush()

    def test_stop(self, W, cost):
        algorithm = self.follow(W, cost, "stop")
        algorithm.process_batch(batch(1.0, 1.0))
        with pytest.raises(TrainingFinish, match="not finite in batch 2"):
            algorithm.process_batch(batch(1.0, 1.0))

    def test_skip_leaves_no_trace(self, W, cost, backend):
        algorithm = self.follow(W, cost, "skip", Adam(0.1), backend)
        algorithm.process_batch(batch(1.0, 1.0))
        algorithm.flush()
        with_bad = W.get_value(), algorithm.get_state()
        assert algorithm.skipped_batches == 1
        W.set_value([1.0, 2.0])
        clean = GradientDescent(
            cost, [W], Adam(0.1), compile_kwargs={"backend": backend}
        )
        clean.process_batch(batch(0.0, 0.0))
        clean.process_batch(batch(1.0, 1.0))
        np.testing.assert_array_equal(with_bad[0], W.get_value())
        for name, value in clean.get_state()["buffers"].items():
            np.testing.assert_array_equal(with_bad[1]["buffers"][name], value)

    def test_ignore(self, W, cost):
        algorithm = self.follow(W, cost, "ignore")
        algorithm.flush()
        assert np.isnan(W.get_value()).any()
        assert algorithm.skipped_batches == 0

    def test_other_updates_are_not_guarded(self, W, cost):
        total = shared(0, name="total", dtype="float32")
        algorithm = GradientDescent(cost, [W], on_nan="skip")
        algorithm.add_updates([(total, total + cost)])
        algorithm.process_batch(batch(np.inf, 0.0))
        assert np.isinf(total.get_value())

    def test_a_saved_failure_is_acted_on_after_resuming(self, W, cost):
        state = self.follow(W, cost, "raise").get_state()
        assert state["failed_batches"] == [2]
        resumed = GradientDescent(cost, [W], Scale(0.5))
        resumed.set_state(state)
        with pytest.raises(NonFiniteCostError, match="in batch 2"):
            resumed.process_batch(batch(1.0, 1.0))

    def test_unknown_policy(self, W, cost):
        with pytest.raises(ValueError, match="GradientDescent: on_nan must be one of"):
            GradientDescent(cost, [W], on_nan="warn")


def test_resumes_bit_for_bit(W, cost, backend):
    rule = CompositeRule([Momentum(0.1, 0.9), Adam(ExponentialSchedule(0.1, 10))])

    def build():
        settings = {"compile_kwargs": {"backend": backend}}
        return GradientDescent(cost, [W], rule, on_nan="skip", **settings)

    algorithm = build()
    for value in (0.1, np.nan, 0.3):
        algorithm.process_batch(batch(value, 1.0))
    state, saved = algorithm.get_state(), W.get_value()
    algorithm.process_batch(batch(0.5, 0.25))
    expected = W.get_value()
    W.set_value(saved)
    resumed = build()
    resumed.set_state(state)
    assert resumed.skipped_batches == 1
    resumed.process_batch(batch(0.5, 0.25))
    assert W.get_value().tobytes() == expected.tobytes()
    assert resumed.batches_done == 4


def test_rates_are_restored(W, cost):
    algorithm = GradientDescent(cost, [W], Scale(0.5))
    algorithm.step_rule.learning_rate.set_value(0.125)
    state = algorithm.get_state()
    assert state["hyperparameters"] == {"scale/learning_rate": np.float32(0.125)}
    resumed = GradientDescent(cost, [W], Scale(0.5))
    resumed.set_state(state)
    assert float(resumed.step_rule.learning_rate.get_value()) == 0.125


def test_a_state_of_another_rule(W, cost):
    state = GradientDescent(cost, [W], Scale(0.5)).get_state()
    algorithm = GradientDescent(cost, [W], Momentum(0.5, 0.9))
    with pytest.raises(
        ValueError, match=r"GradientDescent: buffers lacks 'W/basic_momentum/velocity'"
    ):
        algorithm.set_state(state)
    with pytest.raises(ValueError, match=r"GradientDescent lacks 'batches_done'"):
        algorithm.set_state({k: state[k] for k in state if k != "batches_done"})
    with pytest.raises(ValueError, match=r"must be counts, the state has \['3', 0\]"):
        algorithm.set_state({**state, "batches_done": "3"})


def test_random_generators_of_the_cost(W):
    noise = random_stream(1).normal(size=(2,), dtype="float32")
    algorithm = GradientDescent(((W - noise) ** 2).sum(), [W])
    assert len(algorithm.random_generators) == 1


def test_a_restricted_rule(W, x, cost):
    b = shared([1.0], name="b", dtype="float32")
    rule = CompositeRule([Restrict(Scale(0.5), [W]), Restrict(Scale(0.25), [b])])
    algorithm = GradientDescent(cost + b.sum(), [W, b], rule)
    algorithm.process_batch(batch(0.0, 0.0))
    np.testing.assert_allclose(W.get_value(), [0.0, 0.0])
    np.testing.assert_allclose(b.get_value(), [0.75])


def test_missing_arguments(W, cost):
    with pytest.raises(ValueError, match=r"cost and parameters, .*; cost is missing"):
        GradientDescent(parameters=[W])
    with pytest.raises(ValueError, match=r"parameters is missing \(usually param"):
        GradientDescent(cost)


def test_contradicting_arguments(W, cost):
    with pytest.raises(
        ValueError, match="known_grads and consider_constant have no eff"
    ):
        GradientDescent(gradients={W: W}, consider_constant=[W])
    with pytest.raises(ValueError, match=r"GradientDescent: gradients: .* missing: W"):
        GradientDescent(parameters=[W], gradients={})


def test_the_rule_must_be_a_rule(W, cost):
    with pytest.raises(
        TypeError, match="GradientDescent: a step rule must be an insta"
    ):
        GradientDescent(cost, [W], Adam)
    with pytest.raises(TypeError, match=r"a method compute_steps, got 0\.1"):
        GradientDescent(cost, [W], 0.1)


def test_the_rule_must_keep_the_dtype(W, cost):
    class Upcasts(StepRule):
        def compute_step(self, parameter, previous_step):
            return pt.cast(previous_step, "float64"), []

    with pytest.raises(
        TypeError, match="GradientDescent: Upcasts: the step of W is flo"
    ):
        GradientDescent(cost, [W], Upcasts())


def test_the_cost_must_be_a_scalar(W):
    with pytest.raises(ValueError, match="GradientDescent: cost must be a scalar, got"):
        GradientDescent(2 * W, [W])


def test_sources_must_match(W, cost):
    algorithm = GradientDescent(cost, [W])
    with pytest.raises(
        ValueError, match="has the inputs 'x' and the batch has the sour"
    ):
        algorithm.process_batch({"features": np.ones(2, dtype="float32")})


def test_a_misspelt_argument_is_named():
    W = shared([1.0], name="W", dtype="floatX")
    with pytest.raises(TypeError, match="argument 'params'; did you mean 'parameters"):
        GradientDescent(cost=(W**2).sum(), params=[W])


def test_parameters_are_saved_under_the_names_they_are_given():
    rate, W = shared(1.0, dtype="floatX"), shared([1.0], name="W", dtype="floatX")
    algorithm = GradientDescent((rate * W**2).sum(), {"rate": rate, "V": W})
    assert algorithm.parameter_paths == {rate: "rate", W: "V"}
    assert parameters_by_path(algorithm) == {"rate": rate, "V": W}
