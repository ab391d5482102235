import jax.numpy as jnp
import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt
from pytensor.graph.fg import FunctionGraph

from brickyard.backends.loop_buffers import RowReader, Trace

X = pt.tensor("x", dtype="float64", shape=(6, 3))


@pytest.mark.parametrize("step", [1, -1, 2])
def test_a_reader_reads_the_rows_of_a_slice_from_the_array(step):
    sequence = X[1:][::step]
    reader = RowReader.of(sequence)
    assert reader.base is X
    data = np.arange(18.0).reshape(6, 3)
    for position, row in enumerate(data[1:][::step]):
        np.testing.assert_array_equal(reader.read(data, jnp.uint32(position)), row)


def test_a_reader_reads_what_was_written_into_zeros():
    written = pt.inc_subtensor(pt.zeros((7, 3), dtype="float64")[1:], X)
    assert RowReader.of(written[::-1][:6]) == RowReader(X, 5, -1)
    assert RowReader.of(written).base is written
    assert RowReader.of(pt.dmatrix("unknown")).step == 1


def _values(trace, values, before=()):
    """Return what a trace holds in the end when steps give `values`."""
    row = np.zeros(2, "float32")
    buffer = trace.begin([np.full(2, v, "float32") for v in before], row, 7)
    for position, value in enumerate(values):
        new = np.full(2, value, "float32")
        buffer = trace.write(buffer, new, jnp.uint32(position))
    result = np.asarray(trace.end(buffer))
    assert result.dtype == "float32"
    assert result.shape == (trace.length, 2)
    assert (result[:, 0] == result[:, 1]).all()
    return result[:, 0].tolist()


@pytest.mark.parametrize("from_end", [False, True])
@pytest.mark.parametrize(
    ("length", "kept", "expected"),
    [
        (3, 3, [10, 11, 12]),
        (5, 5, [1, 2, 10, 11, 12]),
        (4, 4, [2, 10, 11, 12]),
        (2, 2, [11, 12]),
        (5, 2, [0, 0, 0, 11, 12]),
        (5, 1, [0, 0, 0, 0, 12]),
        (6, 6, [1, 2, 10, 11, 12, 0]),
        (0, 0, []),
    ],
)
def test_a_trace_keeps_the_last_values(from_end, length, kept, expected):
    trace = Trace(length, steps=3, before=2, kept=kept, from_end=from_end)
    assert _values(trace, [10, 11, 12], before=[1, 2]) == expected


def _loop():
    """Return the states of a loop, the one before the first step included."""
    states = pytensor.scan(
        lambda x, h: h + x,
        sequences=[X],
        outputs_info=[pt.zeros(3, dtype="float64")],
        return_updates=False,
    )
    return pt.specify_shape(states.owner.inputs[0], (7, 3))


def _trace_of(whole, *outputs):
    graph = FunctionGraph(outputs=list(outputs), clone=False)
    return Trace.of(whole.owner.inputs[0], 7, 6, 1, graph.clients)


def test_what_is_read_is_kept():
    whole = _loop()
    assert _trace_of(whole, whole[1:]).kept == 6
    assert _trace_of(whole, whole[-1:]).kept == 1
    assert _trace_of(whole, whole[-2:], whole[-1:]).kept == 2
    assert _trace_of(whole, whole + 1).kept == 7


def test_what_is_read_backwards_is_written_backwards():
    whole = _loop()
    assert not _trace_of(whole, whole[1:]).from_end
    assert _trace_of(whole, whole[::-1]).from_end
    assert _trace_of(whole, whole[::-1], whole[1:]).from_end
    assert not _trace_of(whole, whole[::-1], whole[1:], whole[:2]).from_end


def test_what_another_loop_reads_stays_in_order():
    whole = _loop()
    again = pytensor.scan(
        lambda x, h: h + x,
        sequences=[whole[::-1]],
        outputs_info=[pt.zeros(3, dtype="float64")],
        return_updates=False,
    )
    assert not _trace_of(whole, again).from_end
