import numpy as np
import pytest

from brickyard.datasets.batch_length import batch_length


def test_batch_length():
    assert batch_length(([1, 2], np.zeros((2, 3))), ("x", "y"), "Unpack") == 2
    with pytest.raises(ValueError, match=r"Unpack: the sources .* got 'x': 2, 'y': 1"):
        batch_length(([1, 2], np.zeros((1, 3))), ("x", "y"), "Unpack")
