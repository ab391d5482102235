import numpy as np
from pytensor import tensor as pt

from brickyard.backends import compile, shared


def test_state_stays_on_the_device_and_its_memory_is_reused():
    a = shared(np.ones((256, 256), "float32"), "a")
    step = compile([], updates={a: a * 2}, backend="xla")
    step()
    before = a.get_value(return_internal_type=True)
    step()
    assert before.is_deleted()
    assert not a.get_value(return_internal_type=True).is_deleted()


def test_the_second_call_does_not_trace_again():
    x = pt.vector("x")
    a = shared(np.zeros(3, "float32"), "a")
    step = compile([x], a.sum(), updates={a: a + x}, backend="xla")
    for _ in range(3):
        step(np.ones(3, "float32"))
    (executable,) = step._executables.values()
    assert executable._run._cache_size() == 1


def test_results_do_not_wait_but_can_be_read():
    a = shared(np.ones((64, 64), "float32"), "a")
    step = compile([], a.sum(), updates={a: a / 2}, backend="xla")
    totals = [step() for _ in range(3)]
    assert [float(total) for total in totals] == [4096, 2048, 1024]
