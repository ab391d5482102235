"""What a main loop says of training that will not do what was meant."""

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.bricks import Linear
from brickyard.bricks.initialization import Constant
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions import FinishAfter, TrainingExtension
from brickyard.training import GradientDescent, MainLoop, Model, SQLiteLog
from brickyard.training.errors import LogError


def linear_loop(*extensions, initialize=True, parameters=slice(None)):
    linear = Linear(2, 1, weights_init=Constant(1), biases_init=Constant(0))
    linear.allocate()
    if initialize:
        linear.initialize()
    cost = linear.apply(pt.fmatrix("x")).sum().copy(name="cost")
    model = Model(cost)
    data = IndexableDataset({"x": np.ones((4, 2), dtype="float32")})
    return MainLoop(
        GradientDescent(cost, model.parameters[parameters]),
        DataStream(data, SequentialScheme(4, 2)),
        model=model,
        extensions=extensions or [FinishAfter(after_n_epochs=1)],
    )


def test_parameters_without_values_are_not_trained():
    loop = linear_loop(initialize=False)
    with pytest.raises(ValueError, match=r"'/linear.W' has no .* not initialized"):
        loop.run()
    assert loop.status["iterations_done"] == 0


def test_parameters_may_get_their_values_before_training():
    class Fill(TrainingExtension):
        def before_training(self):
            for variable in self.main_loop.algorithm.parameters:
                variable.set_value(np.ones_like(variable.get_value()))

    loop = linear_loop(Fill(), FinishAfter(after_n_epochs=1), initialize=False)
    loop.run()
    assert loop.status["iterations_done"] == 2


def test_parameters_that_rest_are_mentioned(caplog):
    linear_loop(parameters=slice(1)).run()
    assert "does not train these parameters of the model: /linear.b" in caplog.text


def test_training_without_an_end_is_mentioned(caplog):
    linear_loop().run()
    assert "No extension ends the training" not in caplog.text

    class Finish(TrainingExtension):
        def after_epoch(self):
            self.main_loop.log.current_row["training_finish_requested"] = True

    linear_loop(Finish()).run()
    assert "No extension ends the training" in caplog.text


def test_a_log_that_cannot_be_written_is_found_before_training(tmp_path):
    loop = linear_loop()
    loop.log = SQLiteLog(tmp_path / "gone" / "log.sqlite")
    with pytest.raises(LogError, match="does its directory exist"):
        loop.run()
    assert loop.status["iterations_done"] == 0
