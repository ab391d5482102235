import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import compile, evaluate, random_stream, shared
from brickyard.graph import (
    AUXILIARY,
    BIAS,
    COST,
    INPUT,
    OUTPUT,
    WEIGHT,
    Annotation,
    ApplicationAnnotation,
    ComputationGraph,
    add_annotation,
    add_role,
    apply_dropout,
    get_application_call,
)


def parameter(value, name, role=WEIGHT):
    made = shared(value, name=name, dtype="floatX")
    add_role(made, role)
    return made


@pytest.fixture
def model():
    x = pt.matrix("features")
    W, b = parameter([[1.0], [2.0]], "W"), parameter([0.5], "b", BIAS)
    scale = shared(3.0, name="scale", dtype="floatX")
    hidden = x @ W
    output = (hidden + b) * scale
    return x, W, b, scale, hidden, output


def test_lists_of_variables(model):
    x, W, b, scale, hidden, output = model
    graph = ComputationGraph(output)
    assert graph.outputs == [output]
    assert graph.inputs == [x]
    assert graph.parameters == [W, b]
    assert graph.shared_variables == [W, b, scale]
    assert graph.random_generators == []
    assert graph.variables[0] is x
    assert graph.variables[-1] is output
    assert x not in graph.intermediary_variables
    assert output not in graph.intermediary_variables
    assert {hidden, W} <= set(graph.intermediary_variables)
    assert graph.scan_variables == []
    assert graph.auxiliary_variables == []
    assert graph.updates == {}
    assert "of Mul.0:" in repr(graph)


def test_outputs_may_be_inputs_shared_or_listed_twice(model):
    x, W, *_ = model
    graph = ComputationGraph(each for each in (x, W, x))
    assert graph.outputs == [x, W, x]
    assert graph.variables == [x, W]
    assert graph.inputs == [x]


def test_no_variable():
    with pytest.raises(TypeError, match="about PyTensor variables, got 3 of type int"):
        ComputationGraph(3)
    with pytest.raises(TypeError, match="got 'x' of type str"):
        ComputationGraph([pt.scalar(), "x"])
    with pytest.raises(TypeError, match="got 'x' of type str"):
        ComputationGraph(pt.scalar()).has_inputs("x")


def test_order_is_that_of_first_use():
    names = "edcba"
    xs = [pt.scalar(name) for name in names]
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    assert [x.name for x in ComputationGraph(total).inputs] == list(names)


def annotated(x):
    """An identity whose call has an auxiliary variable and an update."""
    call = ApplicationAnnotation()
    counter = shared(0.0, name="counter", dtype="floatX")
    output = pt.tanh(x)
    add_annotation(output, call)
    call.add_auxiliary_variable(x.sum(), name="total")
    call.updates[counter] = counter + x.sum()
    return output, counter


def test_annotations_bring_auxiliary_variables_and_updates():
    x = pt.vector("x")
    output, counter = annotated(x)
    call = get_application_call(output)
    graph = ComputationGraph(output * 2)
    [total] = graph.auxiliary_variables
    assert total is call.auxiliary_variables[0]
    assert graph.variables.index(total) == graph.variables.index(output) + 1
    assert graph.updates == call.updates
    graph.get_function()(np.ones(3, dtype=x.dtype))
    assert counter.get_value() == 3


def test_an_auxiliary_variable_in_the_graph_is_listed_once():
    x = pt.vector("x")
    annotation = Annotation()
    norm = pt.sqr(x).sum()
    add_annotation(x, annotation)
    annotation.add_auxiliary_variable(norm)
    graph = ComputationGraph(norm + 1)
    assert graph.variables.count(norm) == 1
    assert graph.auxiliary_variables == [norm]


def scan_graph():
    x = pt.matrix("x")
    W = parameter(np.eye(3) / 2, "W")

    def step(x_t, state):
        product = state @ W
        product.name = "product"
        add_role(product, OUTPUT)
        return pt.tanh(x_t + product)

    states = pytensor.scan(
        step,
        sequences=[x],
        outputs_info=[pt.zeros(3, dtype=x.dtype)],
        return_updates=False,
    )
    return x, W, states


def test_loops():
    x, W, states = scan_graph()
    graph = ComputationGraph(states.sum())
    assert graph.inputs == [x]
    assert graph.parameters == [W]
    [product] = [v for v in graph.scan_variables if v.name == "product"]
    assert product.tag.roles == [OUTPUT]
    assert product not in graph.variables


def test_loops_within_loops():
    x = pt.matrix("x")

    def outer(row):
        def inner(element):
            squared = pt.sqr(element)
            squared.name = "squared"
            return squared

        return pytensor.scan(inner, sequences=[row], return_updates=False).sum()

    sums = pytensor.scan(outer, sequences=[x], return_updates=False)
    graph = ComputationGraph(sums)
    assert "squared" in [v.name for v in graph.scan_variables]
    assert graph.inputs == [x]


def test_replacing_around_a_loop():
    x, W, states = scan_graph()
    graph = ComputationGraph(states.sum()).replace({x: x * 2, W: W * 0})
    value = np.arange(6.0).reshape(2, 3).astype(x.dtype)
    expected = np.tanh(2 * value).sum()
    got = evaluate(graph.outputs[0], {x: value})
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    assert "product" in [v.name for v in graph.scan_variables]


def test_dict_of_inputs():
    x, y = pt.scalars("x", "y")
    assert ComputationGraph(x + y).dict_of_inputs() == {"x": x, "y": y}
    with pytest.raises(ValueError, match="two inputs of the graph are named 'x'"):
        ComputationGraph(x + pt.scalar("x")).dict_of_inputs()
    with pytest.raises(ValueError, match=r"an input of type .* has no name"):
        ComputationGraph(x + pt.scalar()).dict_of_inputs()


def test_has_inputs(model):
    x, W, *_, hidden, output = model
    graph = ComputationGraph(output)
    assert graph.has_inputs(x)
    assert graph.has_inputs(hidden)
    assert not graph.has_inputs(W)
    assert not graph.has_inputs(pt.exp(W) + 1)


def test_get_function(model):
    x, *_, output = model
    calls = shared(0, name="calls")
    graph = ComputationGraph([output, x])
    function = graph.get_function({calls: calls + 1}, name="predict")
    value = np.array([[1, 1]], dtype=x.dtype)
    results = function(value)
    np.testing.assert_allclose(results[0], [[10.5]])
    np.testing.assert_allclose(results[1], value)
    assert calls.get_value() == 1
    assert function.name == "predict"


def test_get_function_takes_pairs_and_refuses_a_second_update():
    x = pt.vector("x")
    output, counter = annotated(x)
    other = shared(0.0, name="other", dtype="floatX")
    graph = ComputationGraph(output)
    graph.get_function([(other, other + 1)])(np.ones(1, dtype=x.dtype))
    assert (other.get_value(), counter.get_value()) == (1, 1)
    with pytest.raises(ValueError, match="counter is updated by the graph itself"):
        graph.get_function({counter: counter})


def test_get_snapshot(model):
    x, *_, hidden, output = model
    add_role(hidden, OUTPUT)
    add_role(x, INPUT)
    graph = ComputationGraph(output)
    snapshot = graph.get_snapshot({"features": [[1.0, 1.0]]})
    assert list(snapshot) == [x, hidden]
    np.testing.assert_allclose(snapshot[hidden], [[3.0]])
    with pytest.raises(ValueError, match=r"\['features'\] missing, \['feature'\] unkn"):
        graph.get_snapshot({"feature": [[1.0, 1.0]]})


def test_replace_keeps_the_graph_and_its_names_roles_and_annotations(model):
    x, *_, hidden, output = model
    add_role(output, COST)
    output.name = "cost"
    annotation = Annotation()
    add_annotation(output, annotation)
    graph = ComputationGraph([output, x])
    new = graph.replace([(hidden, hidden * 2)])
    cost = new.outputs[0]
    assert (cost.name, cost.tag.roles, cost.tag.annotations) == (
        "cost",
        [COST],
        [annotation],
    )
    assert new.parameters == graph.parameters
    assert new.outputs[1] is x
    value = np.ones((1, 2), dtype=x.dtype)
    np.testing.assert_allclose(evaluate(cost, {x: value}), [[19.5]])
    np.testing.assert_allclose(evaluate(graph.outputs[0], {x: value}), [[10.5]])
    assert output.owner.inputs[0].owner.inputs[0] is hidden


def test_replace_an_output(model):
    x, *_, output = model
    graph = ComputationGraph([output, output + 1]).replace({output: output * 0})
    assert len(graph.outputs) == 2
    value = np.ones((1, 2), dtype=x.dtype)
    results = graph.get_function()(value)
    np.testing.assert_allclose(np.concatenate(results), [[0], [1]])


def test_replace_rewrites_auxiliary_variables_and_updates():
    x, y = pt.vectors("x", "y")
    output, counter = annotated(x)
    graph = ComputationGraph(output).replace({x: y}).replace({y: 2 * y})
    [total] = graph.auxiliary_variables
    assert total.tag.roles == [AUXILIARY]
    assert total.name == "total"
    assert evaluate(total, {y: [1.0, 2.0]}) == 6
    graph.get_function()(np.ones(2, dtype=y.dtype))
    assert counter.get_value() == 4


def test_random_updates_follow_the_replaced_draw():
    x, y = pt.vectors("x", "y")
    noisy = x + random_stream(1).normal(size=x.shape)
    graph = ComputationGraph(noisy)
    [generator] = graph.random_generators
    assert list(graph.updates) == [generator]
    new = graph.replace({x: y})
    assert new.inputs == [y]
    assert new.random_generators == [generator]
    assert x not in ComputationGraph(new.updates[generator]).variables
    function = new.get_function()
    first, second = (np.asarray(function(np.zeros(3, y.dtype))[0]) for _ in range(2))
    assert not np.array_equal(first, second)


def test_a_function_of_a_replaced_graph_needs_only_its_inputs():
    x, y = pt.vectors("x", "y")
    noisy = x + random_stream(1).normal(size=x.shape)
    [output] = ComputationGraph(noisy).replace({x: y}).outputs
    draw = compile([y], output)
    first, second = (np.asarray(draw(np.zeros(3, y.dtype))) for _ in range(2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("backend", ["xla"])
def test_replaced_graphs_on(backend, model):
    x, *_, hidden, output = model
    graph = ComputationGraph(output).replace({hidden: hidden + 1})
    value = np.ones((1, 2), dtype=x.dtype)
    [result] = graph.get_function(backend=backend)(value)
    np.testing.assert_allclose(result, [[13.5]])


def test_replace_of_a_wrong_kind(model):
    x, *_, output = model
    graph = ComputationGraph(output)
    with pytest.raises(TypeError, match="got 2 of type int"):
        graph.replace({x: 2})
    with pytest.raises(TypeError, match="got 'x' of type str"):
        graph.replace({"x": x})
    for new in (pt.vector("v"), pt.lmatrix("m")):
        with pytest.raises(TypeError, match="dtype and number of dimensions must be"):
            graph.replace({x: new})


def test_replace_twice(model):
    x, *_, output = model
    with pytest.raises(ValueError, match="features is to be replaced twice"):
        ComputationGraph(output).replace([(x, x + 1), (x, x + 2)])


def test_replace_what_is_not_there(model):
    output = model[-1]
    graph = ComputationGraph(output)
    with pytest.raises(
        ValueError, match=r"feature is not part of .*matches are featur"
    ):
        other = pt.matrix("feature")
        graph.replace({other: other})
    with pytest.raises(ValueError, match="which has another variable of that name"):
        other = pt.matrix("features")
        graph.replace({other: other})
    with pytest.raises(ValueError, match=r"zzz is not part of the graph of \[Mul.0\]$"):
        other = pt.matrix("zzz")
        graph.replace({other: other})


def test_replace_what_is_beside_the_graph_or_in_a_loop():
    x = pt.vector("x")
    output, _ = annotated(x)
    graph = ComputationGraph(output)
    [total] = graph.auxiliary_variables
    with pytest.raises(ValueError, match="total is an auxiliary variable beside"):
        graph.replace({total: total + 1})
    _, _, states = scan_graph()
    graph = ComputationGraph(states)
    [product] = [v for v in graph.scan_variables if v.name == "product"]
    with pytest.raises(ValueError, match=r"product is inside a loop \(scan\)"):
        graph.replace({product: product * 2})


def test_a_graph_of_two_thousand_layers():
    x = deep = pt.vector("x")
    layers = []
    for _ in range(2000):
        deep = pt.tanh(deep)
        layers.append(deep)
    graph = ComputationGraph(deep)
    assert len(graph.variables) == 2001
    new = graph.replace({layer: layer * 2 for layer in layers})
    assert new.inputs == [x]
    assert len(new.variables) > 4000
    assert new.has_inputs(new.outputs[0])


def test_dropout_in_a_deep_graph():
    deep, layers = pt.vector("x"), []
    for _ in range(50):
        deep = pt.tanh(deep)
        layers.append(deep)
    graph = apply_dropout(ComputationGraph(deep), layers, 0.5)
    assert len(graph.random_generators) == 50
    assert set(graph.updates) == set(graph.random_generators)
