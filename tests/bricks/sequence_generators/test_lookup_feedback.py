import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.initialization import IsotropicGaussian
from brickyard.bricks.sequence_generators import LookupFeedback
from brickyard.testing import check_brick

OUTPUTS = np.array([[0, 3], [2, 2]])


def make_feedback():
    return LookupFeedback(4, 3, weights_init=IsotropicGaussian(), seed=1)


def test_checks():
    check_brick(
        make_feedback,
        {"outputs": OUTPUTS},
        application="feedback",
        parameters={"/lookupfeedback/lookup.W": (4, 3)},
    )


def test_values():
    feedback = make_feedback()
    feedback.initialize()
    y = pt.lmatrix("y")
    np.testing.assert_array_equal(
        evaluate(feedback.feedback(y), {y: OUTPUTS}),
        feedback.lookup.W.get_value()[OUTPUTS],
    )


def test_dimensions():
    assert make_feedback().get_dim("feedback") == 3
    with pytest.raises(ValueError, match="does not know the dimension"):
        make_feedback().get_dim("outputs")
    with pytest.raises(ValueError, match="num_outputs, feedback_dim of /lookupfeed"):
        LookupFeedback().allocate()
