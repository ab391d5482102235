import copy

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import (
    MLP,
    Application,
    Brick,
    Linear,
    Sequence,
    Tanh,
    application,
)
from brickyard.graph import (
    AUXILIARY,
    INPUT,
    OUTPUT,
    ComputationGraph,
    VariableFilter,
    get_application_call,
    get_brick,
)


class Pair(Brick):
    """A brick with all that an application can have."""

    @application(inputs=["left", "right"], outputs=["sum", "difference"])
    def apply(self, application_call, left, right=None, scale=1):
        right = left if right is None else right
        application_call.add_auxiliary_variable((left * right).sum(), name="product")
        return [scale * (left + right), left - right]

    @application
    def total(self, terms):
        return sum(terms)

    @application
    def delegating(self, **kwargs):
        return self.apply(**kwargs)

    @delegating.delegate
    def delegating_delegate(self):
        return self.apply

    @delegating.property("outputs")
    def delegating_outputs(self):
        return ["first", "second"]


x, y = pt.vector("x"), pt.vector("y")


def test_copies_are_tagged():
    pair = Pair(name="pair")
    outputs = pair.apply(x, right=y)
    graph = ComputationGraph(outputs)
    names = [v.name for v in VariableFilter(roles=[INPUT])(graph.variables)]
    assert sorted(names) == ["pair_apply_left", "pair_apply_right"]
    assert [v.name for v in outputs] == ["pair_apply_sum", "pair_apply_difference"]
    assert outputs[1].tag.name == "difference"
    assert outputs[1].tag.roles == [OUTPUT]
    assert get_brick(outputs[0]) is pair
    call = get_application_call(outputs[0])
    assert call.application == pair.apply
    assert str(call) == "/pair.apply"
    assert not hasattr(x.tag, "annotations")


def test_auxiliary_variables_belong_to_the_call():
    outputs = Pair().apply(x, y)
    graph = ComputationGraph(outputs)
    (product,) = VariableFilter(roles=[AUXILIARY])(graph.variables)
    assert get_application_call(product) is get_application_call(outputs[0])
    value = evaluate(product, {x: [1, 2], y: [3, 4]})
    assert value == 11


def test_call_ids_tell_calls_apart():
    linear = Linear(2, 2)
    both = linear.apply(linear.apply(pt.matrix("x")), call_id="second")
    variables = ComputationGraph(both).variables
    found = VariableFilter(call_id="second", roles=[OUTPUT])(variables)
    assert found == [both]
    assert len(VariableFilter(applications=[linear.apply])(variables)) == 4
    assert len(VariableFilter(applications=[Linear.apply])(variables)) == 4


def test_forms_of_outputs():
    pair = Pair()
    assert isinstance(pair.apply(x, y), list)
    named = pair.apply(x, y, as_dict=True)
    assert list(named) == ["sum", "difference"]
    tanh = Tanh()
    assert isinstance(tanh.apply(x, as_list=True), list)
    assert tanh.apply(x).name == "tanh_apply_output"


def test_inputs_of_all_kinds():
    pair = Pair()
    values = {x: [1, 2], y: [3, 4]}
    np.testing.assert_array_equal(evaluate(pair.apply(x, None)[0], values), [2, 4])
    np.testing.assert_array_equal(
        evaluate(pair.apply(right=x, left=y, scale=2)[0], values), [8, 12]
    )
    constant = pair.apply(np.float32([1, 2]), x)[0]
    np.testing.assert_array_equal(evaluate(constant, values), [2, 4])
    total = pair.total([x, y, x])
    np.testing.assert_array_equal(evaluate(total, values), [5, 8])
    graph = ComputationGraph(total)
    names = {v.tag.name for v in VariableFilter(roles=[INPUT])(graph.variables)}
    assert names == {"terms_0", "terms_1", "terms_2"}


def test_names_of_inputs_and_outputs():
    pair = Pair()
    assert pair.apply.inputs == ["left", "right"]
    assert pair.apply.outputs == ["sum", "difference"]
    assert pair.apply.states == pair.apply.contexts == pair.apply.sequences == []
    assert pair.total.inputs == ["terms"]
    assert pair.total.outputs == []
    assert pair.total([x]).tag.name == "output"
    assert pair.delegating.inputs == ["left", "right"]
    assert pair.delegating.outputs == ["first", "second"]
    assert pair.delegating(x, y)[0].tag.name == "first"
    assert pair.apply.name == "apply"
    assert Pair.apply.application_function.__name__ == "apply"


def test_subclasses_override_properties():
    class Renamed(Pair):
        def delegating_outputs(self):
            return ["one", "two"]

    assert Renamed().delegating.outputs == ["one", "two"]


def test_bound_applications_compare_by_application_and_brick():
    one, two = Pair(name="one"), Pair(name="two")
    assert one.apply == one.apply
    assert one.apply != two.apply
    assert one.apply != one.total
    assert one.apply != 3
    assert len({one.apply, one.apply, two.apply}) == 2
    assert repr(one.apply) == "<application /one.apply>"
    assert repr(Pair.apply) == "<application Pair.apply>"


def test_deep_copies_go_with_the_brick():
    sequence = Sequence([Tanh().apply])
    twin = copy.deepcopy(sequence)
    assert twin.application_methods[0].brick is twin.children[0]
    assert twin.application_methods[0].application is Tanh.apply


def test_unbound_call():
    np.testing.assert_array_equal(evaluate(Tanh.apply(Tanh(), x), {x: [0]}), [0])


def test_debuggers_step_into_the_method():
    assert isinstance(Tanh.apply, Application)
    assert Tanh.apply.__wrapped__ is Tanh.apply.function
    assert Tanh.apply.__doc__ == Tanh.apply.function.__doc__


def test_paths_in_provenance():
    mlp = MLP([Tanh()], [3, 2], name="net")
    output = mlp.apply(pt.matrix("x"))
    made_by = {
        str(v.owner.tag.made_by)
        for v in ComputationGraph(output).variables
        if v.owner is not None and hasattr(v.owner.tag, "made_by")
    }
    assert made_by == {"/net.apply", "/net/linear_0.apply", "/net/tanh_0.apply"}


def test_wrong_declarations():
    def method(self, left):
        return left

    with pytest.raises(TypeError, match=r"cannot declare 'input'.*did you mean"):
        application(input=["left"])(method)
    with pytest.raises(TypeError, match=r"declares inputs \['right'\], but takes"):
        application(inputs=["right"])(method)
    with pytest.raises(TypeError, match=r"cannot declare 'output', only inputs, outp"):
        application(method).property("output")
    with pytest.raises(TypeError, match="declares its inputs already; leave out"):
        application(inputs=["left"])(method).property("inputs")

    def reserved(self, call_id):
        return call_id

    with pytest.raises(TypeError, match="takes an argument 'call_id', which every"):
        application(reserved)


def test_wrong_forms_of_outputs():
    pair = Pair()
    with pytest.raises(TypeError, match=r"/pair.apply: ask for either as_list or as_d"):
        pair.apply(x, as_list=True, as_dict=True)
    with pytest.raises(TypeError, match=r"/pair.total declares no names of outputs"):
        pair.total([x], as_dict=True)
