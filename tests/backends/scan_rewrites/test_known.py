import pytensor
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites import compute_known_before_loop, simplify_step

X = pt.tensor("x", dtype="float64", shape=(5, 3, 4))
W = pt.tensor("W", dtype="float64", shape=(4, 4))
BOTH = (simplify_step, compute_known_before_loop)


def _layer(step, *sequences):
    return pytensor.scan(
        step,
        sequences=list(sequences) or [X],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        non_sequences=[W],
        return_updates=False,
    )


def test_an_input_projection_leaves_the_loop(rewritten):
    h = _layer(lambda x, h, W: h + pt.exp(x @ W))
    before, after = rewritten([h], simplify_step), rewritten([h], *BOTH)
    assert (before.dots, before.dots_inside) == (0, [1])
    assert (after.dots, after.dots_inside) == (1, [0])
    assert after.scalar_inside == [["Add"]]


def test_what_depends_on_a_state_stays(rewritten):
    h = _layer(lambda x, h, W: pt.tanh(x + h @ W))
    after = rewritten([h], *BOTH)
    assert (after.dots, after.dots_inside) == (0, [1])
    assert after.scalar_inside == [["Add", "Tanh"]]


def test_what_is_the_same_in_all_steps_is_computed_once(rewritten):
    h = _layer(lambda x, h, W: h + pt.dot(W, W)[:3])
    after = rewritten([h], *BOTH)
    assert (after.dots, after.dots_inside) == (1, [0])


def test_what_takes_more_memory_than_it_is_made_from_stays(rewritten):
    scores = pt.tensor("scores", dtype="float64", shape=(5, 4))
    h = _layer(lambda s, h, W: h + pt.exp(s[None, :] + W[:3]), scores)
    assert rewritten([h], *BOTH).scalar_inside == [["Add", "Add", "Exp"]]


def test_what_is_drawn_anew_in_each_step_stays(rewritten):
    """A draw of all steps at once would be another one, and has no row per step."""
    h = _layer(lambda x, h, W: h + pt.sort(x, axis=0))
    (loop,) = rewritten([h], *BOTH).loops
    assert any("Sort" in str(node.op) for node in loop.op.fgraph.apply_nodes)


def test_an_output_that_needs_no_state_leaves_the_loop(rewritten):
    y = pytensor.scan(
        lambda x, W: pt.tanh(x @ W),
        sequences=[X],
        non_sequences=[W],
        return_updates=False,
    )
    after = rewritten([y], *BOTH)
    assert after.loops == []
    assert after.dots == 1


def test_the_gradient_of_a_loop_does_not_compute_the_loop_again(rewritten):
    def step(x, h, W):
        gate = pt.sigmoid(x + h @ W)
        return gate * pt.tanh(x + (gate * h) @ W)

    h = _layer(step)
    gradient = [pytensor.grad((h**2).sum(), W)]
    before, after = rewritten(gradient, simplify_step), rewritten(gradient, *BOTH)
    # two products that compute gates again, two that hand the gradient on, two of
    # the gradient with respect to the weight
    assert before.dots_inside == [2, 6]
    assert after.dots_inside == [2, 4]
    assert after.dots == 2
    assert {"Sigmoid", "Tanh"} <= set(before.scalar_inside[1])
    assert not {"Sigmoid", "Tanh"} & set(after.scalar_inside[1])
