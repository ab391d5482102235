import numpy as np
import pytest

from brickyard.bricks.sequence_generators import TrivialFeedback
from brickyard.testing import check_brick


def test_checks():
    check_brick(
        lambda: TrivialFeedback(2),
        {"outputs": np.random.default_rng(1).normal(size=(3, 2))},
        application="feedback",
        parameters={},
    )


def test_dimensions():
    assert TrivialFeedback(2).get_dim("feedback") == 2
    with pytest.raises(ValueError, match="does not know the dimension"):
        TrivialFeedback(2).get_dim("outputs")
