import pytest
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites.cost import is_cheap

X, Y = pt.matrix("x"), pt.matrix("y")


@pytest.mark.parametrize(
    "result", [X + Y, X - 1, X * Y, -X, pt.sqr(X), pt.switch(X > 0, X, Y), X.T, X[1:]]
)
def test_cheaper_done_again(result):
    assert is_cheap(result.owner)


@pytest.mark.parametrize(
    "result", [pt.exp(X), pt.tanh(X), X / Y, pt.dot(X, Y), X.sum(), pt.sort(X)]
)
def test_cheaper_read_again(result):
    assert not is_cheap(result.owner)
