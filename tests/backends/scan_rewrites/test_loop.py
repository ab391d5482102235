import pytensor
from pytensor import tensor as pt
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.scan.op import Scan

from brickyard.backends import evaluate
from brickyard.backends.scan_rewrites.loop import (
    Loop,
    Operand,
    is_plain_loop,
    row_type,
)


def _example():
    x, a = pt.dmatrix("x"), pt.dscalar("a")
    state, square = pytensor.scan(
        lambda x, older, old, a: (x + old + a * older, (a * x) ** 2),
        sequences=[x],
        outputs_info=[{"initial": x[:2], "taps": [-2, -1]}, None],
        non_sequences=[a],
        return_updates=False,
    )
    node = next(
        v.owner for v in ancestors([state]) if v.owner and isinstance(v.owner.op, Scan)
    )
    return x, a, [state, square], node


def test_what_is_taken_apart_is_put_together_as_it_was():
    x, a, outputs, node = _example()
    loop = Loop(node)
    new, replacements = loop.build()
    assert set(replacements) == set(node.outputs)
    assert new.op == node.op
    data = {x: [[1.0, 2, 3]] * 4, a: 0.5}
    again = clone_replace(outputs, replacements)
    for found, expected in zip(
        evaluate(again, data), evaluate(outputs, data), strict=True
    ):
        assert (found == expected).all()


def test_an_output_is_added_once():
    *_, node = _example()
    loop = Loop(node)
    before = len(loop.outputs)
    read = loop.sequences[0].inner
    added = loop.output(read)
    assert loop.output(read) is added
    assert len(loop.outputs) == before + 1
    new, _ = loop.build()
    assert loop.result_of(new, added).type.ndim == 2


def test_a_variable_of_the_step_can_be_given_from_outside():
    x, a, (_, square), node = _example()
    loop = Loop(node)
    (output,) = loop.outputs
    value = pt.dmatrix("value")
    row = row_type(value)
    loop.sequences.append(Operand(row, value))
    _, replacements = loop.build({output.inner: row})
    given = clone_replace(square, replacements)
    data = [[4.0, 5, 6]] * 4
    assert (evaluate(given, {x: [[1.0, 2, 3]] * 4, a: 1.0, value: data}) == data).all()


def test_loops_that_end_by_a_condition_are_no_plain_loops():
    from pytensor.scan.utils import until

    x = pt.dvector("x")
    ending = pytensor.scan(
        lambda x: (x, until(x > 2)), sequences=[x], return_updates=False
    )
    *_, node = _example()
    assert is_plain_loop(node)
    assert not is_plain_loop(ending.owner.inputs[0].owner or ending.owner)
    assert not is_plain_loop((x + 1).owner)
