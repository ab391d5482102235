import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import ComputationError, evaluate, mark_provenance
from brickyard.backends.provenance import provenance_of


def test_inner_calls_keep_their_mark():
    x = pt.matrix("x")
    inner = pt.exp(x)
    mark_provenance([x], [inner], "/a/b.apply")
    outer = inner + 1
    mark_provenance([x], [outer], "/a.apply")
    assert provenance_of(inner.owner) == "/a/b.apply"
    assert provenance_of(outer.owner) == "/a.apply"
    assert provenance_of((outer * 2).owner) == "after /a.apply"
    assert provenance_of(pt.exp(x).owner) is None


def test_operations_without_a_form_name_the_brick():
    x = pt.vector("x")
    found = pt.switch(pt.gt(x, 0), x, -x).nonzero()[0]
    mark_provenance([x], [found], "/picker.apply")
    with pytest.raises(ComputationError, match=r"/picker\.apply"):
        evaluate(found, {x: np.ones(3)})
