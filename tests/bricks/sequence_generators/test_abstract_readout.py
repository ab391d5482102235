import pytest
from pytensor import tensor as pt

from brickyard.bricks.sequence_generators import AbstractReadout


def test_abstract_methods():
    readout = AbstractReadout(["states"], 3)
    x, y = pt.matrix(), pt.lvector()
    for call in (
        lambda: readout.readout(states=x),
        lambda: readout.emit(x),
        lambda: readout.cost(x, y),
        lambda: readout.initial_outputs(2),
        lambda: readout.feedback(y),
    ):
        with pytest.raises(NotImplementedError, match=r"AbstractReadout\.\w+ is abstr"):
            call()
    with pytest.raises(NotImplementedError, match="does not define log_probabilities"):
        readout.log_probabilities(x)


def test_late_dimension():
    with pytest.raises(ValueError, match="readout_dim of /abstractreadout is missing"):
        AbstractReadout(["states"]).allocate()
