import pytest

from brickyard.training.schedules import Schedule


def test_a_schedule_must_be_callable():
    class Nothing(Schedule):
        """Defines nothing."""

    with pytest.raises(TypeError, match="abstract method"):
        Nothing()
