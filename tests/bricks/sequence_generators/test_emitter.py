import pytest
from pytensor import tensor as pt

from brickyard.bricks.sequence_generators import AbstractEmitter


def test_abstract_methods():
    emitter = AbstractEmitter()
    x, y = pt.matrix(), pt.lvector()
    with pytest.raises(NotImplementedError, match=r"AbstractEmitter\.emit is abstract"):
        emitter.emit(x)
    with pytest.raises(NotImplementedError, match="cost is abstract"):
        emitter.cost(x, y)
    with pytest.raises(NotImplementedError, match="initial_outputs is abstract"):
        emitter.initial_outputs(2)
    with pytest.raises(NotImplementedError, match="does not define log_probabilities"):
        emitter.log_probabilities(x)
