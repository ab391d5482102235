from types import SimpleNamespace

import numpy as np
import pytest

from brickyard.datasets import (
    ConcatenatedScheme,
    ConstantScheme,
    SequentialExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers.sizes import check_size, check_size_scheme


def test_schemes_of_sizes():
    check_size_scheme(ConstantScheme(3), "Batch")
    check_size_scheme(
        ConcatenatedScheme([ConstantScheme(3, times=1), ConstantScheme(4)]), "Batch"
    )
    check_size_scheme(SimpleNamespace(get_request_iterator=iter), "Batch")


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        (ShuffledScheme(4, 2), "ShuffledScheme requests examples by their index"),
        (SequentialExampleScheme(4), "SequentialExampleScheme requests examples"),
        (5, "Cache needs a scheme that requests numbers of examples, .* got 5"),
    ],
)
def test_other_schemes(scheme, message):
    with pytest.raises(TypeError, match=message):
        check_size_scheme(scheme, "Cache")


def test_sizes():
    assert check_size(np.int32(4), "Batch") == 4
    for request in (None, True, [1, 2], 2.0):
        with pytest.raises(TypeError, match="Batch: a request must be a number"):
            check_size(request, "Batch")
    with pytest.raises(
        ValueError, match=r"Batch: a request must be at least 1 .* got 0"
    ):
        check_size(0, "Batch")
