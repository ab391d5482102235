import numpy as np
import pytest

from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.transformers import SourcewiseTransformer
from brickyard.datasets.transformers.image_arrays import (
    ExpectsImages,
    check_images,
    check_size_of_images,
    set_image_labels,
)

LABELS = ("batch", "channel", "height", "width")


class OfImages(ExpectsImages, SourcewiseTransformer):
    pass


def batches(labels, examples=False):
    dataset = IndexableDataset(
        {"x": np.zeros((2, 1, 3, 3)), "y": np.zeros(2)},
        axis_labels=None if labels is None else {"x": labels},
    )
    if examples:
        return dataset.get_example_stream()
    return DataStream(dataset, SequentialScheme(2, 2))


@pytest.mark.parametrize("examples", [True, False])
def test_matching_labels_pass(examples):
    OfImages(batches(LABELS, examples), which_sources=("x",)).verify_image_labels()


def test_examples_need_no_batch_axis():
    OfImages(batches(LABELS[1:], True), which_sources=("x",)).verify_image_labels()
    with pytest.raises(
        AxisLabelsMismatchError, match=r"\(channel, height, width\); tr"
    ):
        OfImages(batches(LABELS[1:]), which_sources=("x",)).verify_image_labels()


def test_other_labels_raise():
    labels = ("batch", "height", "width", "channel")
    for examples, rule in (
        (True, r"OfImages works on axes \(channel, height, width\)"),
        (False, r"OfImages works on axes \(batch, channel, height, width\)"),
    ):
        stream = OfImages(batches(labels, examples), which_sources=("x",))
        with pytest.raises(AxisLabelsMismatchError, match=rule):
            stream.verify_image_labels()


@pytest.mark.parametrize("labels", [None, ("", "", "", "")])
def test_unknown_labels_warn(labels):
    stream = OfImages(batches(labels), which_sources=("x",))
    with pytest.warns(UserWarning, match="source 'x' has axes .batch, channel, height"):
        stream.verify_image_labels()


def test_labels_are_set():
    stream = OfImages(batches(("batch", "")), which_sources=("x",))
    set_image_labels(stream)
    assert stream.axis_labels == {"x": LABELS}
    assert stream.data_stream.axis_labels == {"x": ("batch", "")}
    stream = OfImages(batches(None, True), which_sources=("y",))
    set_image_labels(stream)
    assert stream.axis_labels == {"y": LABELS[1:]}


def test_check_images():
    check_images(np.zeros((2, 3, 4, 5)), "Crop", "x")
    with pytest.raises(ValueError, match=r"Crop works on .* 'x' have the shape \(4, 5"):
        check_images(np.zeros((2, 4, 5)), "Crop", "x")


@pytest.mark.parametrize("value", [28, "ab", (1, 2, 3), None])
def test_refuses_what_is_no_pair(value):
    with pytest.raises(TypeError, match=r"Crop: size must be a pair \(height, width\)"):
        check_size_of_images(value, "size", "Crop")


def test_refuses_numbers():
    with pytest.raises(
        ValueError, match=r"size\[1\], the width, of Crop must be at le"
    ):
        check_size_of_images((3, 0), "size", "Crop")
    with pytest.raises(
        TypeError, match=r"size\[0\], the height, of Crop must be an in"
    ):
        check_size_of_images((3.5, 2), "size", "Crop")
