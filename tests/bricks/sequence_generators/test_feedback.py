import pytest
from pytensor import tensor as pt

from brickyard.bricks.sequence_generators import AbstractFeedback


def test_abstract_method():
    with pytest.raises(NotImplementedError, match="feedback is abstract"):
        AbstractFeedback().feedback(pt.lvector())
