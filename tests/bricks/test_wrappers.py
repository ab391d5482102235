import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Brick, BrickWrapper, Tanh, WithExtraDims, application


class RowSums(Brick):
    @application(inputs=["left", "right"], outputs=["sums", "doubled"])
    def apply(self, left, right, factor=2):
        return [(left + right).sum(axis=1), factor * left]


@WithExtraDims()
class NDimensionalRowSums(RowSums):
    """Row sums with extra axes."""


x, y = pt.tensor4("x"), pt.tensor4("y")
RNG = np.random.default_rng(1)
LEFT, RIGHT = RNG.normal(size=(2, 2, 3, 4, 5)).astype("float32")


def test_extra_axes_come_back():
    sums, doubled = NDimensionalRowSums().apply(x, right=y, extra_ndim=2)
    values = evaluate([sums, doubled], {x: LEFT, y: RIGHT})
    np.testing.assert_allclose(values[0], (LEFT + RIGHT).sum(axis=3), rtol=1e-5)
    np.testing.assert_allclose(values[1], 2 * LEFT)


def test_without_extra_axes():
    left, right = pt.matrix("left"), pt.matrix("right")
    brick = NDimensionalRowSums()
    sums, tripled = brick.apply(left, right, factor=3)
    values = evaluate([sums, tripled], {left: LEFT[0, 0], right: RIGHT[0, 0]})
    np.testing.assert_allclose(values[0], (LEFT + RIGHT)[0, 0].sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(values[1], 3 * LEFT[0, 0], rtol=1e-6)


def test_names_are_those_of_the_wrapped_application():
    brick = NDimensionalRowSums()
    assert brick.apply.inputs == ["left", "right"]
    assert brick.apply.outputs == ["sums", "doubled"]
    assert brick.apply(x, y, extra_ndim=2)[0].tag.name == "sums"
    assert RowSums.apply is not NDimensionalRowSums.apply


def test_the_argument_is_documented():
    doc = NDimensionalRowSums.apply.__doc__
    assert doc.startswith("Apply the brick.")
    assert "`RowSums.apply` takes" in doc
    assert "\nextra_ndim\n" in doc


def test_static_sizes_survive():
    left = pt.tensor3("left", shape=(None, 3, 4))
    sums, _ = NDimensionalRowSums().apply(left, left, extra_ndim=1)
    assert sums.type.shape == (None, 3)


def test_bad_extra_ndim():
    brick = NDimensionalRowSums()
    with pytest.raises(
        TypeError, match=r"apply: extra_ndim must be an integer, got 1.5"
    ):
        brick.apply(x, y, extra_ndim=1.5)
    with pytest.raises(ValueError, match="extra_ndim must be at least 0, got -1"):
        brick.apply(x, y, extra_ndim=-1)
    with pytest.raises(ValueError, match=r"extra_ndim=4 needs inputs with at least 5"):
        brick.apply(x, y, extra_ndim=4)
    with pytest.raises(ValueError, match="extra_ndim=1 needs an input"):
        brick.apply(extra_ndim=1)


def test_what_cannot_be_wrapped():
    with pytest.raises(TypeError, match="WithExtraDims decorates classes of bricks"):
        WithExtraDims()(Tanh())
    with pytest.raises(TypeError, match="Brick has no applications to wrap"):
        WithExtraDims()(Brick)
    with pytest.raises(NotImplementedError, match=r"BrickWrapper.wrap is abstract"):
        BrickWrapper()(RowSums)
