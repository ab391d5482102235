import sys
from types import SimpleNamespace

import numpy as np
import pytest

from brickyard.datasets.float_type import float_x


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_follows_pytensor_when_it_is_loaded(monkeypatch, name):
    module = SimpleNamespace(config=SimpleNamespace(floatX=name))
    monkeypatch.setitem(sys.modules, "pytensor", module)
    assert float_x() == np.dtype(name)


def test_is_float32_without_pytensor(monkeypatch):
    monkeypatch.delitem(sys.modules, "pytensor", raising=False)
    assert float_x() == np.dtype("float32")
