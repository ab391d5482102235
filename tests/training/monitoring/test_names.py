"""Names of monitored variables."""

from __future__ import annotations

import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.training.monitoring import Maximum
from brickyard.training.monitoring.aggregation.base import declared_scheme
from brickyard.training.monitoring.names import check_names, with_names


def names(*variables):
    return [variable.name for variable in with_names(variables, "costs")]


def test_a_sum_is_called_like_its_only_named_term():
    cost, W = pt.dscalar("cost"), pt.dmatrix("W")
    penalty = (W**2).sum()
    assert names(cost + penalty) == ["cost"]
    assert names(cost + 0.5 * penalty + 0.1 * abs(W).sum()) == ["cost"]
    assert names(penalty + cost) == ["cost"]
    assert names((cost + penalty).copy(name="total")) == ["total"]


def test_the_given_variable_is_not_renamed():
    cost = pt.dscalar("cost")
    total = cost + 1
    total.tag.aggregation_scheme = Maximum(total)
    (named,) = with_names([total], "costs")
    assert total.name is None
    assert declared_scheme(named) is total.tag.aggregation_scheme
    assert float(evaluate(named, {cost: 2.0})) == 3


@pytest.mark.parametrize(
    "make",
    [
        lambda cost, penalty: cost + penalty.copy(name="penalty"),
        lambda cost, penalty: 2 * cost,
        lambda cost, penalty: penalty + 1,
    ],
    ids=["two names", "a product", "no name"],
)
def test_other_variables_need_a_name(make):
    cost, penalty = pt.dscalar("cost"), (pt.dmatrix("W") ** 2).sum()
    with pytest.raises(ValueError, match=r"costs need a name .*\.copy\(name="):
        with_names([make(cost, penalty)], "costs")


def test_two_of_one_name():
    cost = pt.dscalar("cost")
    with pytest.raises(ValueError, match="two costs are called 'cost'"):
        with_names([cost, cost + 1], "costs")
    with pytest.raises(ValueError, match="two costs are called 'cost'"):
        check_names([cost, cost], "costs")


def test_wrong_kinds():
    cost = pt.dscalar("cost")
    with pytest.raises(TypeError, match=r"costs must be a list, got one: pass \[cost"):
        with_names(cost, "costs")
    with pytest.raises(TypeError, match=r"costs must be variables.*'cost' of type str"):
        with_names(["cost"], "costs")
