import pickle

import numpy as np
from sklearn.datasets import load_digits

from brickyard.datasets import DataStream, Digits, SequentialScheme, ShuffledScheme
from brickyard.datasets.converters import split_digits
from brickyard.datasets.float_type import float_x
from brickyard.datasets.transformers import Flatten
from brickyard.testing import check_stream


def everything(dataset):
    features, targets = dataset.get_data(dataset.open(), slice(0, dataset.num_examples))
    return features, targets


def test_shapes_and_ranges():
    for split, size in (("train", 1437), ("test", 360)):
        features, targets = everything(Digits((split,)))
        assert features.shape == (size, 1, 8, 8)
        assert targets.shape == (size, 1)
        assert features.dtype == targets.dtype == np.uint8
        assert (features.min(), features.max()) == (0, 16)
        assert (targets.min(), targets.max()) == (0, 9)
    assert Digits(("train", "test")).num_examples == 1797


def test_labels_name_the_axes():
    labels = Digits(("train",)).axis_labels
    assert labels["features"] == ("batch", "channel", "height", "width")
    assert labels["targets"] == ("batch", "index")


def test_no_image_is_in_both_splits():
    train, test = (everything(Digits((split,)))[0] for split in ("train", "test"))
    seen = {image.tobytes() for image in train}
    assert not any(image.tobytes() in seen for image in test)


def test_is_what_the_converter_makes():
    original = load_digits()
    for split, indices in split_digits(original.target).items():
        features, targets = everything(Digits((split,)))
        np.testing.assert_array_equal(features[:, 0], original.images[indices])
        np.testing.assert_array_equal(targets[:, 0], original.target[indices])


def test_default_stream_is_between_zero_and_one():
    test = Digits(("test",))
    stream = DataStream.default_stream(
        test, iteration_scheme=SequentialScheme(test.num_examples, 360)
    )
    features, targets = next(stream.get_epoch_iterator())
    assert features.dtype == float_x()
    assert (features.min(), features.max()) == (0, 1)
    assert targets.dtype == np.uint8


def test_streams_resume_and_survive_pickling():
    train = Digits(("train",))
    check_stream(Flatten(DataStream(train, ShuffledScheme(train.num_examples, 400))))
    assert pickle.loads(pickle.dumps(train)).num_examples == 1437
