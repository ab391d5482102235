"""The errors of training can be caught as what they are."""

import pytest

from brickyard.training import CheckpointError, LogError, TrainingFinish


@pytest.mark.parametrize("error", [CheckpointError, LogError])
def test_wrong_content_is_a_value_error(error):
    assert issubclass(error, ValueError)


def test_finishing_is_no_error_of_value():
    assert not issubclass(TrainingFinish, ValueError)
