import pytest

from brickyard.datasets.exceptions import MissingInputFiles
from brickyard.datasets.transformers.packing import pack, unpack
from brickyard.datasets.transformers.worker_messages import Failure, failure


class NeedsTwo(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


class HoldsFunction(Exception):
    def __init__(self):
        super().__init__("holds")
        self.function = lambda: 0


def caught(error):
    try:
        raise error
    except Exception as raised:
        return raised


@pytest.mark.parametrize(
    "error", [KeyError("x"), OSError(2, "no file", "a.txt"), UnicodeError("bad")]
)
def test_errors_stay_what_they_are(error):
    message = unpack(*pack(failure(3, 7, caught(error))))
    assert isinstance(message, Failure)
    assert (message.run, message.number) == (3, 7)
    assert type(message.error) is type(error)
    assert str(message.error) == str(error)
    assert "in caught" in message.trace


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NeedsTwo(1, 2), "NeedsTwo: 1 and 2"),
        (HoldsFunction(), "HoldsFunction: holds"),
        (MissingInputFiles("lost", ["a"]), "lost: a"),
    ],
)
def test_errors_that_cannot_travel_are_replaced(error, expected):
    message = unpack(*pack(failure(None, 0, caught(error))))
    assert str(message.error) == expected
    assert type(error).__name__ in message.trace
