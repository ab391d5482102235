import pytensor
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites import keep_for_gradient, simplify_step

X = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
W = pt.tensor("W", dtype="float64", shape=(4, 4))
BOTH = (simplify_step, keep_for_gradient)


def _gradient(step, **kwargs):
    h = pytensor.scan(
        step,
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[W],
        return_updates=False,
        **kwargs,
    )
    return [pytensor.grad((h**2).sum(), W)]


def _kept(found):
    """Return how many outputs the first loop has besides its state."""
    return found.loops[0].op.info.n_nit_sot


def test_products_and_functions_of_the_state_are_kept(rewritten):
    def step(x, h, W):
        return pt.sigmoid(x + h @ W) * pt.sin(x + h)

    gradient = _gradient(step)
    before, after = rewritten(gradient, simplify_step), rewritten(gradient, *BOTH)
    assert _kept(before) == 0
    assert _kept(after) == 2
    assert before.dots_inside == [1, 3]
    assert after.dots_inside == [1, 2]
    assert {"Sigmoid", "Sin"} <= set(before.scalar_inside[1])
    assert not {"Sigmoid", "Sin"} & set(after.scalar_inside[1])


def test_cheap_functions_are_computed_again(rewritten):
    gradient = _gradient(lambda x, h, W: x * h * (h + W[:3]))
    assert _kept(rewritten(gradient, *BOTH)) == 0


def test_what_needs_no_state_is_left_to_be_computed_before_both_loops(rewritten):
    gradient = _gradient(lambda x, h, W: pt.exp(x) * h + W[:3])
    assert _kept(rewritten(gradient, *BOTH)) == 0


def test_the_state_itself_is_read_from_the_results(rewritten):
    gradient = _gradient(lambda x, h, W: pt.tanh(x + h @ W))
    assert _kept(rewritten(gradient, *BOTH)) == 0


def test_a_truncated_gradient_computes_again(rewritten):
    gradient = _gradient(lambda x, h, W: pt.sigmoid(x + h @ W) * h, truncate_gradient=2)
    assert _kept(rewritten(gradient, *BOTH)) == 0


def test_a_loop_over_the_states_in_their_order_keeps_nothing(rewritten):
    """It is no gradient: it reads the states from the first to the last."""
    h = pytensor.scan(
        lambda x, h, W: pt.sigmoid(x + h @ W),
        sequences=[X],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[W],
        return_updates=False,
    )
    again = pytensor.scan(
        lambda x, h, s, W: s + pt.sigmoid(x + h @ W),
        sequences=[X, h],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[W],
        return_updates=False,
    )
    assert _kept(rewritten([again], *BOTH)) == 0
