import warnings

import pytest

from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.transformers import ExpectsAxisLabels
from brickyard.datasets.transformers.axis_labels import (
    change_labels,
    with_batch_axis,
    without_batch_axis,
)


class Crop(ExpectsAxisLabels):
    pass


def test_matching_labels_pass():
    Crop().verify_axis_labels(("batch", "time"), ["batch", "time"], "audio")


def test_other_labels_raise():
    with pytest.raises(
        AxisLabelsMismatchError,
        match=r"Crop works on axes \(batch, time\), but source 'audio' has \(time,",
    ):
        Crop().verify_axis_labels(("batch", "time"), ("time", "batch"), "audio")


def test_unknown_labels_warn_once_per_source():
    crop = Crop()
    for source in ("audio", "video"):
        with pytest.warns(UserWarning, match=f"source '{source}' has axes"):
            crop.verify_axis_labels(("batch", "time"), None, source)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            crop.verify_axis_labels(("batch", "time"), None, source)


def test_change_labels():
    labels = {"x": ("batch", "time"), "nameless": ("", ""), "scalars": ()}
    assert change_labels(labels, lambda names: names[::-1]) == {"x": ("time", "batch")}
    assert labels["x"] == ("batch", "time")
    assert change_labels(None, with_batch_axis) is None


def test_batch_axis():
    assert with_batch_axis(("time",)) == ("batch", "time")
    assert with_batch_axis(("batch", "time")) == ("batch", "time")
    assert without_batch_axis(("batch", "time")) == ("time",)
    assert without_batch_axis(("time",)) == ("time",)
