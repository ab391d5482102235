import pytest
from pytensor import tensor as pt

from brickyard import graph
from brickyard.graph import roles
from brickyard.graph.roles import (
    BIAS,
    COST,
    FILTER,
    INPUT,
    OUTPUT,
    PARAMETER,
    PERSISTENT,
    WEIGHT,
    VariableRole,
    WeightRole,
    add_role,
    has_roles,
)

ROLE_CLASSES = [
    value
    for value in vars(roles).values()
    if isinstance(value, type)
    and issubclass(value, VariableRole)
    and value is not VariableRole
]


@pytest.mark.parametrize("role_class", ROLE_CLASSES)
def test_each_role_has_a_constant_of_its_name(role_class):
    role = role_class()
    assert getattr(roles, repr(role)) == role
    assert getattr(graph, repr(role)) is getattr(roles, repr(role))


def test_roles_of_one_class_are_equal():
    assert WeightRole() == WEIGHT
    assert hash(WeightRole()) == hash(WEIGHT)
    assert WEIGHT != FILTER


@pytest.mark.parametrize("order", [[PERSISTENT, WEIGHT], [WEIGHT, PERSISTENT]])
def test_the_most_specific_role_stays(order):
    x = pt.vector()
    for role in order:
        add_role(x, role)
    assert x.tag.roles == [WEIGHT]


def test_unrelated_roles_add_up():
    x = pt.vector()
    for role in (INPUT, OUTPUT, INPUT, BIAS, WEIGHT):
        add_role(x, role)
    assert x.tag.roles == [INPUT, OUTPUT, BIAS, WEIGHT]


def test_a_role_replaces_several_ancestors():
    x = pt.vector()
    for role in (PARAMETER, COST, FILTER):
        add_role(x, role)
    assert x.tag.roles == [COST, FILTER]


def test_a_role_added_to_a_copy_is_not_on_the_original():
    x = pt.vector()
    add_role(x, INPUT)
    copied = x.clone()
    add_role(copied, OUTPUT)
    assert x.tag.roles == [INPUT]
    assert copied.tag.roles == [INPUT, OUTPUT]


def test_has_roles_looks_up_the_hierarchy_but_not_down():
    x = pt.vector()
    assert not has_roles(x, [PARAMETER])
    add_role(x, WEIGHT)
    assert has_roles(x, [PERSISTENT])
    assert not has_roles(x, [FILTER])
    assert has_roles(x, [FILTER, WEIGHT])
    assert not has_roles(x, [FILTER, WEIGHT], match_all=True)
    add_role(x, COST)
    assert has_roles(x, [PARAMETER, COST], match_all=True)


def test_wrong_kinds():
    x = pt.vector()
    with pytest.raises(TypeError, match=r"only PyTensor variables carry a role, got 3"):
        add_role(3, WEIGHT)
    with pytest.raises(TypeError, match="use the constant WEIGHT instead of the class"):
        add_role(x, WeightRole)
    with pytest.raises(
        TypeError, match="'weight' is not a role: roles are constants such as"
    ):
        add_role(x, "weight")
    with pytest.raises(TypeError, match=r"got WEIGHT: use \[WEIGHT\]"):
        has_roles(x, WEIGHT)
    with pytest.raises(TypeError, match="roles must be a list of roles, got 3"):
        has_roles(x, 3)
    with pytest.raises(TypeError, match="only PyTensor variables carry roles"):
        has_roles("x", [WEIGHT])
