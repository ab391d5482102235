import pytensor
from pytensor import tensor as pt
from pytensor.tensor.basic import Join
from pytensor.tensor.subtensor import IncSubtensor

from brickyard.backends.scan_rewrites import separate_columns, simplify_step

X = pt.tensor("x", dtype="float64", shape=(5, 3, 8))
W = pt.tensor("W", dtype="float64", shape=(4, 8))
BOTH = (simplify_step, separate_columns)


def _layer(step, x=X, weight=W):
    return pytensor.scan(
        step,
        sequences=[x],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[weight],
        return_updates=False,
    )


def _count(found, op, loop=-1):
    return sum(
        isinstance(node.op, op) for node in found.loops[loop].op.fgraph.apply_nodes
    )


def _gates(x, h, W):
    gates = pt.sigmoid(x + h @ W)
    return gates[:, :4] * h + gates[:, 4:]


def test_sliced_columns_of_a_product_become_products(rewritten):
    h = _layer(_gates)
    before, after = rewritten([h], simplify_step), rewritten([h], *BOTH)
    assert before.dots_inside == [1]
    assert after.dots_inside == [2]
    assert after.scalar_inside[0].count("Sigmoid") == 2


def test_the_gradient_joins_columns_once(rewritten):
    gradient = [pytensor.grad((_layer(_gates) ** 2).sum(), W)]
    before, after = rewritten(gradient, simplify_step), rewritten(gradient, *BOTH)
    assert _count(before, IncSubtensor) == 2
    assert _count(after, IncSubtensor) == 0
    assert _count(after, Join) == 1


def test_columns_that_are_also_read_together_stay(rewritten):
    def step(x, h, W):
        gates = pt.sigmoid(x + h @ W)
        return gates[:, :4] * h + gates[:, 4:] + gates.sum()

    h = _layer(step)
    assert rewritten([h], *BOTH).dots_inside == [1]


def test_columns_that_overlap_stay(rewritten):
    def step(x, h, W):
        gates = pt.sigmoid(x + h @ W)
        return gates[:, :4] * h + gates[:, 2:6]

    assert rewritten([_layer(step)], *BOTH).dots_inside == [1]


def test_a_slice_of_one_kind_stays(rewritten):
    """It makes the product smaller, which is PyTensor's matter."""
    h = _layer(lambda x, h, W: pt.tanh((x + h @ W)[:, :4]))
    before, after = rewritten([h], simplify_step), rewritten([h], *BOTH)
    assert before.dots_inside == after.dots_inside


def test_rows_stay(rewritten):
    def step(x, h, W):
        gates = pt.sigmoid(x[:, :4] + h @ W[:, :4])
        return pt.concatenate([gates[1:], gates[:1]])

    assert rewritten([_layer(step)], *BOTH).dots_inside == [1]


def test_a_step_without_slices_stays(rewritten):
    h = _layer(lambda x, h, W: pt.tanh(h + (h @ W).sum()))
    before, after = rewritten([h], simplify_step), rewritten([h], *BOTH)
    assert before.loops[0].op == after.loops[0].op


def test_columns_of_unknown_width_stay(rewritten):
    """As on numba, where one function serves all shapes."""
    x = pt.dtensor3("x")
    h = pytensor.scan(
        lambda x, h, W: pt.sigmoid(x + h @ W)[:, :4] + pt.exp(h @ W)[:, 4:],
        sequences=[x],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[pt.dmatrix("W")],
        return_updates=False,
    )
    found = rewritten([h], *BOTH)
    assert found.dots_inside[0] <= 2


def test_joined_columns_that_are_sliced_again_are_read_as_they_were(rewritten):
    def step(x, h, W):
        gates = pt.sigmoid(pt.concatenate([h, 2 * h], axis=1) + x)
        return gates[:, :4] * gates[:, 4:]

    after = rewritten([_layer(step)], *BOTH)
    assert _count(after, Join) == 0
