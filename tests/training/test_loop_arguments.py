"""What is no part of a main loop is refused when the loop is made."""

import numpy as np
import pytest

from brickyard.bricks import Linear
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme
from brickyard.datasets.streams import DataStream
from brickyard.datasets.transformers import Transformer
from brickyard.training import Adam, MainLoop, Model, UpdatesAlgorithm
from brickyard.training.loop_arguments import (
    check_algorithm,
    check_data_stream,
    check_model,
)

DATASET = IndexableDataset({"x": np.arange(4)})


@pytest.mark.parametrize(
    ("algorithm", "message"),
    [
        (Adam(), r"got Adam, which has no initialize .*step_rule="),
        (UpdatesAlgorithm, "got the class UpdatesAlgorithm, not an instance"),
        (None, "got NoneType.* derive it from TrainingAlgorithm"),
    ],
)
def test_algorithms(algorithm, message):
    with pytest.raises(TypeError, match=message):
        MainLoop(algorithm, DataStream(DATASET, SequentialScheme(4, 2)))


@pytest.mark.parametrize(
    ("data_stream", "message"),
    [
        (DATASET, r"got IndexableDataset; make one: DataStream\(dataset, "),
        (np.arange(4), r"got ndarray; make one: DataStream\(IndexableDataset"),
        (DataStream, "got the class DataStream, not an instance"),
    ],
)
def test_data_streams(data_stream, message):
    with pytest.raises(TypeError, match=message):
        MainLoop(UpdatesAlgorithm(), data_stream)


def test_models():
    stream = DataStream(DATASET, SequentialScheme(4, 2))
    with pytest.raises(
        TypeError, match=r"must be a Model, got Linear; .*Model\(cost\)"
    ):
        MainLoop(UpdatesAlgorithm(), stream, model=Linear())
    with pytest.raises(TypeError, match="got the class Model"):
        check_model(Model)


def test_what_is_fine():
    check_algorithm(UpdatesAlgorithm())
    check_data_stream(DataStream(DATASET, SequentialScheme(4, 2)))
    check_model(None)


def test_the_inherited_constructor_is_needed():
    class Forgetful(Transformer):
        def __init__(self, data_stream):
            self.data_stream = data_stream

    stream = Forgetful(DataStream(DATASET, SequentialScheme(4, 2)))
    with pytest.raises(TypeError, match=r"no epoch counter: Forgetful.* super\(\)"):
        check_data_stream(stream)
