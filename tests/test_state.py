import pytest

from brickyard.state import require_keys


def test_exactly_the_expected_keys_pass():
    require_keys({"epoch": 1, "position": 2}, ["position", "epoch"], "the stream")


def test_missing_and_unknown_keys_are_named():
    message = "the state of the log lacks 'rows' and has unknown 'row'"
    with pytest.raises(ValueError, match=message):
        require_keys({"row": 1}, ["rows"], "the log")
    with pytest.raises(TypeError, match="of the log must be a mapping, got list"):
        require_keys([], ["rows"], "the log")
