import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.scan.op import Scan

from brickyard.backends import evaluate
from brickyard.bricks.recurrent.loop import Loop
from brickyard.graph.traversal import sorted_nodes

X = np.arange(6, dtype="float32").reshape(3, 2)


def make_loop(step, start, **options):
    x = pt.matrix("x")
    loop = Loop(
        who="/brick.apply",
        step=step,
        outputs=["s"],
        sequences={"inputs": x},
        states={"s": start},
        contexts={},
        n_steps=x.shape[0],
        **options,
    )
    return x, loop


def test_elements_and_states_by_name():
    x, loop = make_loop(lambda inputs, s: [inputs + 2 * s], pt.zeros(2))
    (states,) = loop.run()
    assert evaluate(states, {x: X}).tolist() == [[0, 1], [2, 5], [8, 15]]


def test_options_of_the_scan():
    x, loop = make_loop(
        lambda inputs, s: [inputs + 2 * s],
        pt.zeros(2),
        scan_options={"truncate_gradient": 1},
    )
    gradient = pytensor.grad(loop.run()[0][-1].sum(), x)
    assert evaluate(gradient, {x: X}).tolist() == [[0, 0], [0, 0], [1, 1]]


def test_the_name_of_the_scan():
    _, loop = make_loop(lambda inputs, s: [inputs + s], pt.zeros(2))
    (node,) = [n for n in sorted_nodes(loop.run()) if isinstance(n.op, Scan)]
    assert node.op.name == "/brick.apply"
    assert node.op.info.n_seqs == 1
    assert node.op.info.n_non_seqs == 0


def test_a_state_keeps_the_shape_it_starts_with():
    # The step says nothing about the length of what it returns.
    y = pt.vector("y")
    x, loop = make_loop(
        lambda inputs, s: [(inputs + s)[: y.shape[0]]], pt.zeros(2, dtype="float32")
    )
    found = evaluate(loop.run()[0], {x: X, y: [0, 0]})
    assert found.tolist() == [[0, 1], [2, 4], [6, 9]]


def test_states_that_change_their_type():
    _, loop = make_loop(lambda inputs, s: [(inputs + s).astype("int64")], pt.zeros(2))
    with pytest.raises(TypeError, match=r"/brick.apply: the state 's' begins as floa"):
        loop.run()
    _, loop = make_loop(lambda inputs, s: [s[None]], pt.zeros(2))
    with pytest.raises(ValueError, match=r"returns it as float32 \(1, 2\); its shape"):
        loop.run()
    _, loop = make_loop(lambda inputs, s: [s[:1]], pt.zeros(2))
    with pytest.raises(ValueError, match=r"begins as float32 \(2,\).* its shape must"):
        loop.run()
