import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.attention import AbstractAttention


def test_dimensions():
    attention = AbstractAttention(["states", "cells"], [3, 4], 5)
    assert attention.get_dims(["states", "cells", "attended"]) == [3, 4, 5]
    with pytest.raises(ValueError, match="does not know the dimension of 'state'"):
        attention.get_dim("state")


def test_preprocess_is_the_identity():
    attention = AbstractAttention(["states"], [3], 2)
    attended = pt.tensor3("attended")
    preprocessed = attention.preprocess(attended)
    assert preprocessed.tag.name == "preprocessed_attended"
    assert evaluate(preprocessed, {attended: [[[1, 2]]]}).tolist() == [[[1, 2]]]


def test_abstract_methods():
    attention = AbstractAttention(["states"], [3], 2)
    with pytest.raises(NotImplementedError, match="take_glimpses is abstract"):
        attention.take_glimpses(pt.tensor3())
    with pytest.raises(NotImplementedError, match="initial_glimpses is abstract"):
        attention.initial_glimpses(2, pt.tensor3())


def test_bad_names():
    with pytest.raises(TypeError, match=r"/abstractattention needs a list of names"):
        AbstractAttention("states", [3], 2)
    with pytest.raises(ValueError, match="at least one name and none twice"):
        AbstractAttention(["a", "a"], [3, 3], 2)
