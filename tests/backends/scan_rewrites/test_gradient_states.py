import pytensor
from pytensor import tensor as pt

from brickyard.backends.scan_rewrites import separate_gradient_states


def _gradient(taps, **kwargs):
    x = pt.tensor("x", dtype="float64", shape=(5, 3))
    start = pt.tensor("start", dtype="float64", shape=(-min(taps), 3))
    h = pytensor.scan(
        lambda x, *states: pt.tanh(x + sum(states)),
        sequences=[x],
        outputs_info=[{"initial": start if len(taps) > 1 else start[0], "taps": taps}],
        return_updates=False,
        **kwargs,
    )
    return [pytensor.grad((h**2).sum(), x)]


def _buffers(found):
    return [len(loop.op.info.mit_mot_in_slices) for loop in found.loops]


def test_the_gradient_of_a_state_is_carried_and_read(rewritten):
    before = rewritten(_gradient([-1]))
    after = rewritten(_gradient([-1]), separate_gradient_states)
    assert _buffers(before) == [0, 1]
    assert _buffers(after) == [0, 0]
    backward, forward = before.loops[1].op.info, after.loops[1].op.info
    assert forward.n_seqs == backward.n_seqs + 1
    assert forward.n_sit_sot == backward.n_sit_sot + 1


def test_states_of_several_steps_keep_their_buffer(rewritten):
    after = rewritten(_gradient([-2, -1]), separate_gradient_states)
    assert _buffers(after) == [0, 1]


def test_a_truncated_gradient_keeps_its_buffer(rewritten):
    truncated = _gradient([-1], truncate_gradient=2)
    assert _buffers(rewritten(truncated, separate_gradient_states)) == [0, 1]
