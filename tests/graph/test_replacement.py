from itertools import pairwise

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.graph.replacement import Rewriter
from brickyard.graph.traversal import sorted_variables


def value(output, replacements, **values):
    """Replace in the graph of `output`, then compute it."""
    rewritten = Rewriter([output], replacements).rewrite(output)
    roots = {v.name: v for v in sorted_variables([rewritten]) if v.name in values}
    return evaluate(rewritten, {roots[name]: values[name] for name in roots}).item()


@pytest.fixture
def roots():
    return pt.scalars("x", "y", "z")


def test_what_is_above_is_kept_and_what_is_below_rebuilt(roots):
    x, y, z = roots
    kept = pt.exp(x)
    total = kept * y
    rewriter = Rewriter([total], {y: z})
    new = rewriter.rewrite(total)
    assert new is not total
    assert new.owner.inputs == [kept, z]
    assert rewriter.rewrite(kept) is kept
    assert rewriter.rewrite(total) is new
    assert total.owner.inputs == [kept, y]


def test_a_replacement_may_use_what_it_replaces(roots):
    x, y, _ = roots
    hidden = x + y
    assert value(hidden**2, {hidden: hidden - 1}, x=3.0, y=2.0) == 16
    assert value(hidden**2, {x: x * 10}, x=3.0, y=2.0) == 32**2


def test_it_is_then_computed_from_rewritten_inputs(roots):
    x, y, _ = roots
    hidden = x + y
    replacements = {hidden: hidden * 2, x: x - 1}
    assert value(hidden + x, replacements, x=5.0, y=1.0) == (4 + 1) * 2 + 4


def test_a_replaced_variable_inside_another_replacement(roots):
    x, y, z = roots
    for replacements in ({x: 2 * y, y: z + 1}, {y: z + 1, x: 2 * y}):
        assert value(x + y, replacements, z=3.0) == 8 + 4


def test_a_chain_of_aliases(roots):
    x, y, z = roots
    assert value(x + y, {x: y, y: z}, z=3.0) == 6


def test_an_exchange(roots):
    x, y, _ = roots
    assert value(x - y, {x: y, y: x}, x=5.0, y=3.0) == -2


def test_replacements_that_use_each_other_use_what_was_there(roots):
    x, y, _ = roots
    assert value(x - y, {x: 2 * y, y: 3 * x}, x=5.0, y=1.0) == 2 - 15


def test_a_circle_of_three_and_one_outside(roots):
    x, y, z = roots
    w = pt.scalar("w")
    total = x + 10 * y + 100 * z + 1000 * w
    replacements = {x: y, y: z, z: x, w: x}
    assert value(total, replacements, x=1.0, y=2.0, z=3.0) == 2 + 30 + 100 + 2000


def test_a_replacement_may_use_what_depends_on_the_replaced(roots):
    x, y, _ = roots
    hidden = x * y
    replacements = {x: x + hidden, hidden: hidden + 100}
    expected = (2 + 6) * 3 + 100
    assert value(hidden, replacements, x=2.0, y=3.0) == expected


def test_an_output_replaced_by_itself(roots):
    x, y, _ = roots
    total = x + y
    assert Rewriter([total], {total: total}).rewrite(total) is total


def test_names_and_tags_are_carried_over(roots):
    x, y, _ = roots
    hidden = pt.tanh(x)
    hidden.name = "hidden"
    hidden.tag.mark = "kept"
    hidden.owner.tag.mark = "kept too"
    total = hidden + 1
    new = Rewriter([total], {x: y}).rewrite(total).owner.inputs[0]
    assert new is not hidden
    assert (new.name, new.tag.mark) == ("hidden", "kept")
    assert new.owner.tag.mark == "kept too"
    new.tag.mark = "changed"
    assert hidden.tag.mark == "kept"


def test_shared_parts_stay_shared(roots):
    x, y, _ = roots
    part = pt.exp(x)
    new = Rewriter([part * part], {x: y}).rewrite(part * part)
    assert new.owner.inputs[0] is new.owner.inputs[1]


def test_nodes_with_several_outputs_are_rebuilt_once():
    x, y = pt.vectors("x", "y")
    largest, where = pt.max_and_argmax(x)
    both = largest + where
    rewriter = Rewriter([both], {x: 2 * y})
    assert rewriter.rewrite(largest).owner is not rewriter.rewrite(both).owner
    np.testing.assert_allclose(
        evaluate(rewriter.rewrite(both), {y: [1.0, 5.0, 2.0]}), 11
    )


def test_static_shapes_are_inferred_again():
    x, new = pt.tensor("x", shape=(2, 3)), pt.tensor("y", shape=(7, 3))
    output = pt.zeros(x.shape) + x
    assert Rewriter([output], {x: new}).rewrite(output).type.shape == (7, 3)


def test_sizes_are_inferred_again():
    length = pt.constant(3)
    output = pt.zeros(length)
    assert output.type.shape == (3,)
    new = Rewriter([output], {length: pt.constant(5)}).rewrite(output)
    assert new.type.shape == (5,)


def test_what_an_operation_does_not_take():
    x, new = pt.tensor("x", shape=(2, 3)), pt.tensor("y", shape=(2, 4))
    W = pt.tensor("W", shape=(2, 3))
    with pytest.raises(ValueError, match="cannot be applied to the replaced inputs"):
        Rewriter([x + W], {x: new}).rewrite(x + W)


def test_graphs_deeper_than_the_recursion_limit():
    x = deep = pt.scalar("x")
    layers = []
    for _ in range(2000):
        deep = deep + 1
        layers.append(deep)
    replacements = {layer: layer + x for layer in layers}
    new = Rewriter([deep], replacements).rewrite(deep)
    assert len(sorted_variables([new])) == len(sorted_variables([deep])) + 2000


def test_long_chains_of_replacements_inside_replacements():
    chain = [pt.scalar(f"x{i}") for i in range(300)]
    replacements = {old: new + 1 for old, new in pairwise(chain)}
    new = Rewriter([chain[0]], replacements).rewrite(chain[0])
    assert len({v.owner for v in sorted_variables([new])}) == 300
    roots = [v for v in sorted_variables([new]) if v.name]
    assert roots == [chain[-1]]
