import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.training.algorithms.trained import check_steps, name_trained


def test_names_from_keys_and_variables():
    W, b = shared([1.0], name="W"), shared([1.0])
    assert name_trained({"weights": W, "bias": b}, "GD") == {W: "weights", b: "bias"}
    assert name_trained([W], "GD") == {W: "W"}


def test_bad_parameters():
    W, other = shared([1.0], name="W"), shared([1.0], name="W")
    with pytest.raises(ValueError, match="GD: there are no parameters to train"):
        name_trained([], "GD")
    with pytest.raises(ValueError, match="GD: the parameter W is given twice"):
        name_trained([W, W], "GD")
    with pytest.raises(ValueError, match="GD: two different parameters are called W"):
        name_trained([W, other], "GD")
    with pytest.raises(ValueError, match=r"parameter at position 1 .* neither a brick"):
        name_trained([W, shared([1.0])], "GD")
    with pytest.raises(
        TypeError, match=r"must be shared variables, got x .* position 0"
    ):
        name_trained([pt.vector("x")], "GD")
    with pytest.raises(TypeError, match=r"a list or a mapping, .* W; pass \[W\]"):
        name_trained(W, "GD")
    with pytest.raises(TypeError, match=r"got object; .*ComputationGraph\(cost\)"):
        name_trained(object(), "GD")


def test_bad_steps():
    W, V = shared([1.0], name="W", dtype="float32"), shared([1.0], name="V")
    with pytest.raises(ValueError, match=r"missing: /mlp.W; of no parameter: V"):
        check_steps({W: "/mlp.W"}, {V: V}, "GD")
    with pytest.raises(
        TypeError, match=r"the step of /mlp.W must be a variable, got int"
    ):
        check_steps({W: "/mlp.W"}, {W: 1}, "GD")
    with pytest.raises(
        TypeError, match=r"step of /mlp.W is float64 and the parameter is"
    ):
        check_steps({W: "/mlp.W"}, {W: pt.dvector()}, "GD")
    with pytest.raises(
        ValueError, match=r"step of /mlp.W has 2 dimensions and the para"
    ):
        check_steps({W: "/mlp.W"}, {W: pt.fmatrix()}, "GD")
