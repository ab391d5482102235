from __future__ import annotations

import pytest

from brickyard.bricks import Brick, Convolutional, GlobalAveragePooling, Rectifier
from brickyard.bricks.compositions import ImageBrick
from brickyard.bricks.compositions.image_brick import output_shape_of, set_image_shape


class Half(ImageBrick):
    """A brick that says it halves images."""

    def _configure(self):
        self.seen = self.input_dim

    def _output_shape(self):
        return (self.num_channels, *(length // 2 for length in self.image_size))


def test_the_shape_of_images():
    brick = Half(3, (8, 6))
    assert brick.input_dim == brick.get_dim("input_") == (3, 8, 6)
    assert brick.output_dim == brick.get_dim("output") == (3, 4, 3)
    brick.input_dim = (5, 4, 4, 2)
    assert (brick.num_channels, brick.image_size) == (5, (4, 4, 2))
    assert brick.num_output_channels == 5
    brick.allocate()
    assert brick.seen == (5, 4, 4, 2)
    with pytest.raises(ValueError, match="does not know the dimension of 'other'"):
        brick.get_dim("other")


def test_channels_may_come_late():
    brick = Half(image_size=(4, 4))
    with pytest.raises(ValueError, match="num_channels of /half is missing"):
        brick.allocate()
    brick.num_channels = 2
    brick.allocate()


def test_what_subclasses_must_say():
    with pytest.raises(NotImplementedError, match=r"ImageBrick\._configure is missing"):
        ImageBrick(3).allocate()
    with pytest.raises(NotImplementedError, match="_output_shape is missing"):
        ImageBrick(3)._output_shape()


def test_shapes_are_told_and_asked_for():
    convolution = Convolutional((3, 3), 4)
    set_image_shape(convolution, (2, 7, 6))
    assert (convolution.num_channels, convolution.image_size) == (2, (7, 6))
    assert output_shape_of(convolution, (2, 7, 6)) == (4, 5, 4)
    pooling = GlobalAveragePooling()
    set_image_shape(pooling, (2, 7, 6))
    assert output_shape_of(pooling, (2, 7, 6)) == 2
    for brick in (Rectifier(), Brick()):
        set_image_shape(brick, (2, 7, 6))
        assert output_shape_of(brick, (2, 7, 6)) == (2, 7, 6)
        assert not hasattr(brick, "num_channels")
