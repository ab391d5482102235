import pytensor
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites import project_after_loop, simplify_step

X = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
W = pt.tensor("W", dtype="float64", shape=(4, 4))
V = pt.tensor("V", dtype="float64", shape=(4, 2))


def _layer(output, *more):
    return pytensor.scan(
        lambda x, h, *others: (pt.tanh(x + h @ others[0]), output(h, *others[1:])),
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64"), None],
        non_sequences=[W, *more],
        return_updates=False,
    )


def test_an_output_projection_and_what_follows_it_leave_the_loop(rewritten):
    _, y = _layer(lambda h, V: pt.exp(h @ V) + 1, V)
    before = rewritten([y], simplify_step)
    after = rewritten([y], simplify_step, project_after_loop)
    assert (before.dots, before.dots_inside) == (0, [2])
    assert (after.dots, after.dots_inside) == (1, [1])
    assert "Exp" not in after.scalar_inside[0]


def test_an_output_without_a_product_stays(rewritten):
    _, y = _layer(lambda h: pt.exp(h))
    after = rewritten([y], simplify_step, project_after_loop)
    assert "Exp" in after.scalar_inside[0]


def test_a_product_of_two_things_that_change_stays(rewritten):
    _, y = _layer(lambda h: h @ h.T)
    after = rewritten([y], simplify_step, project_after_loop)
    assert (after.dots, after.dots_inside) == (0, [2])


def test_a_product_that_a_later_step_needs_stays(rewritten):
    h, y = pytensor.scan(
        lambda x, h, W: (pt.tanh(x + h @ W), h @ W),
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64"), None],
        non_sequences=[W],
        return_updates=False,
    )
    after = rewritten([h, y], simplify_step, project_after_loop)
    assert (after.dots, after.dots_inside) == (0, [1])


def test_what_can_only_be_computed_step_by_step_keeps_its_product(rewritten):
    _, y = _layer(lambda h, V: pt.sort(h @ V, axis=0), V)
    after = rewritten([y], simplify_step, project_after_loop)
    assert (after.dots, after.dots_inside) == (0, [2])
