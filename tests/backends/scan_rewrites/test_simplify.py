import pytensor
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites import simplify_step


def _loop(step):
    x = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
    W = pt.tensor("W", dtype="float64", shape=(4, 4))
    return pytensor.scan(
        step,
        sequences=[x],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[W],
        return_updates=False,
    )


def test_a_product_becomes_a_dot_and_repetitions_are_merged(rewritten):
    h = _loop(lambda x, h, W: pt.tanh(h @ W) + x * 1 + pt.tanh(h @ W))
    before, after = rewritten([h]), rewritten([h], simplify_step)
    assert before.dots_inside == [0]
    assert after.dots_inside == [1]
    assert after.scalar_inside[0].count("Tanh") == 1


def test_a_simple_step_stays_as_it_is(rewritten):
    h = _loop(lambda x, h, W: x + pt.dot(h, W))
    before, after = rewritten([h]), rewritten([h], simplify_step)
    assert before.loops[0].op == after.loops[0].op
