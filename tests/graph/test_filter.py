import re

import pytest
from pytensor import tensor as pt

from brickyard.bricks import MLP, Linear, Rectifier, Tanh
from brickyard.bricks.initialization import Constant
from brickyard.graph import (
    BIAS,
    COST,
    INPUT,
    OUTPUT,
    PARAMETER,
    WEIGHT,
    Annotation,
    ApplicationAnnotation,
    BrickAnnotation,
    ComputationGraph,
    VariableFilter,
    add_annotation,
    add_role,
    get_annotation,
    get_application_call,
    get_brick,
)


@pytest.fixture(scope="module")
def mlp():
    mlp = MLP(
        [Rectifier(), Tanh()],
        [4, 3, 2],
        weights_init=Constant(0.1),
        biases_init=Constant(0),
    )
    mlp.initialize()
    return mlp


@pytest.fixture(scope="module")
def variables(mlp):
    x = pt.matrix("features")
    first = mlp.apply(x, call_id="first")
    second = mlp.apply(x, call_id="second")
    return ComputationGraph([first.sum(), second.sum()]).variables


def linears(mlp):
    return mlp.linear_transformations


def test_roles(variables, mlp):
    weights = [linear.W for linear in linears(mlp)]
    assert VariableFilter(roles=[WEIGHT])(variables) == weights
    parameters = VariableFilter(roles=[PARAMETER])(variables)
    assert parameters == [linears(mlp)[0].W, linears(mlp)[0].b] + [
        linears(mlp)[1].W,
        linears(mlp)[1].b,
    ]
    assert VariableFilter(roles=[COST])(variables) == []


def test_each_role(variables):
    assert len(VariableFilter(roles=[WEIGHT, BIAS])(variables)) == 4
    assert VariableFilter(roles=[WEIGHT, BIAS], each_role=True)(variables) == []
    x = pt.vector()
    for role in (WEIGHT, COST):
        add_role(x, role)
    assert VariableFilter(roles=[WEIGHT, COST], each_role=True)([x]) == [x]


def test_bricks_as_instances_and_classes(variables, mlp):
    weights = VariableFilter(roles=[WEIGHT], bricks=[linears(mlp)[1]])(variables)
    assert weights == [linears(mlp)[1].W]
    outputs = VariableFilter(roles=[OUTPUT], bricks=[Linear])(variables)
    assert len(outputs) == 4
    assert all(isinstance(get_brick(output), Linear) for output in outputs)
    assert VariableFilter(bricks=[])(variables) == []


def test_applications_bound_and_not(variables, mlp):
    bound = VariableFilter(roles=[OUTPUT], applications=[linears(mlp)[0].apply])
    assert [get_brick(v) for v in bound(variables)] == [linears(mlp)[0]] * 2
    unbound = VariableFilter(roles=[OUTPUT], applications=[Linear.apply])
    assert len(unbound(variables)) == 4
    assert VariableFilter(applications=[])(variables) == []


def test_call_id(variables, mlp):
    first = VariableFilter(roles=[OUTPUT], bricks=[mlp], call_id="first")(variables)
    assert len(first) == 1
    assert get_application_call(first[0]).metadata["call_id"] == "first"
    assert VariableFilter(call_id="third")(variables) == []


def test_short_names(variables, mlp):
    assert VariableFilter(name="W")(variables) == [each.W for each in linears(mlp)]
    outputs = VariableFilter(name="output")(variables)
    assert outputs == VariableFilter(roles=[OUTPUT])(variables)
    assert VariableFilter(name_regex="out.*t$")(variables) == outputs
    assert VariableFilter(name_regex=re.compile("utput"))(variables) == []


def test_full_names(variables):
    [x] = VariableFilter(variable_name="features")(variables)
    assert x.name == "features"
    inputs = VariableFilter(variable_name_regex=".*_apply_input_$")(variables)
    assert inputs
    assert inputs == VariableFilter(roles=[INPUT], variable_name_regex=".*")(variables)


def test_without_conditions_everything_passes(variables):
    assert VariableFilter()(variables) == variables
    assert VariableFilter()([]) == []


def test_the_first_brick_of_a_variable_answers():
    x, first, second = pt.vector(), BrickAnnotation(), BrickAnnotation()
    assert get_brick(x) is None
    assert get_application_call(x) is None
    for annotation in (Annotation(), first, ApplicationAnnotation(), second):
        add_annotation(x, annotation)
    assert get_brick(x) is first
    assert get_annotation(x, Annotation) is x.tag.annotations[0]
    assert get_application_call(x) is x.tag.annotations[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"roles": WEIGHT}, r"use \[WEIGHT\]"),
        ({"roles": ["weight"]}, "'weight' is not a role"),
        ({"bricks": "mlp"}, "bricks must be a list of bricks or classes of bricks"),
        ({"bricks": BrickAnnotation()}, "bricks must be a list of bricks or classes"),
        ({"bricks": ["mlp"]}, "'mlp' of type str is neither"),
        ({"bricks": [dict]}, "of type type is neither"),
        ({"each_role": 1}, "each_role must be True or False, got 1"),
        ({"name": 3}, "name must be a string, got 3 of type int"),
        ({"variable_name": ["x"]}, r"variable_name must be a string, got \['x'\]"),
        ({"name_regex": 3}, "name_regex must be a regular expression"),
        ({"variable_name_regex": re.compile(b"x")}, "compiled pattern of strings"),
        ({"applications": Linear.apply}, "applications must be a list of applications"),
        ({"applications": ["apply"]}, "'apply' of type str is not one"),
        ({"applications": [Linear]}, "of type type is not one"),
    ],
)
def test_arguments_of_a_wrong_kind(arguments, message):
    with pytest.raises(TypeError, match=message):
        VariableFilter(**arguments)


def test_malformed_regular_expression():
    with pytest.raises(ValueError, match=r"name_regex='\(' is not a regular expr"):
        VariableFilter(name_regex="(")


def test_what_is_not_a_list_of_variables():
    x = pt.vector("x")
    for wrong in (x, ComputationGraph(x), 3):
        with pytest.raises(TypeError, match="selects from a list of variables"):
            VariableFilter()(wrong)
    with pytest.raises(TypeError, match="only PyTensor variables carry"):
        VariableFilter()(["x"])
    with pytest.raises(TypeError, match="only PyTensor variables carry annotations"):
        get_annotation("x", Annotation)
