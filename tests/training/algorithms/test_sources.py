import logging

import pytest
from pytensor import tensor as pt

from brickyard.training.algorithms.sources import (
    SourceMatcher,
)


@pytest.fixture
def inputs():
    return [pt.matrix("features"), pt.lvector("targets")]


def test_names_in_the_order_of_the_inputs(inputs):
    matcher = SourceMatcher("GradientDescent", inputs, "raise")
    assert matcher.names == ["features", "targets"]
    matcher.check(("targets", "features"))


def test_missing_source(inputs):
    matcher = SourceMatcher("GradientDescent", inputs, "ignore")
    with pytest.raises(
        ValueError,
        match="GradientDescent: the graph has the inputs 'features', 'targets' and the "
        "batch has the sources 'features', 'target'; there is no source for 'targets' "
        r"\(did you mean 'target' for 'targets'\?\)",
    ):
        matcher.check(("features", "target"))
    with pytest.raises(ValueError, match="'feature' for 'features', 'target' for"):
        matcher.check(("target", "feature"))


def test_unused_source(inputs, caplog):
    sources = ("features", "targets", "mask")
    with pytest.raises(ValueError, match=r"nothing uses 'mask'. Drop .* FilterSources"):
        SourceMatcher("GradientDescent", inputs, "raise").check(sources)
    with caplog.at_level(logging.WARNING):
        SourceMatcher("GradientDescent", inputs, "ignore").check(sources)
        assert not caplog.messages
        SourceMatcher("GradientDescent", inputs, "warn").check(sources)
    assert "nothing uses 'mask'" in caplog.messages[0]


def test_nameless_input():
    with pytest.raises(ValueError, match="an input of the graph has no name"):
        SourceMatcher("GradientDescent", [pt.matrix()], "raise")


def test_two_inputs_of_one_name():
    with pytest.raises(ValueError, match=r"two different inputs .* are called 'x'"):
        SourceMatcher("GradientDescent", [pt.matrix("x"), pt.vector("x")], "raise")
