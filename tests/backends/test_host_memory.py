import os
import platform
import subprocess
import sys

import pytest

from brickyard.backends.host_memory import keep_memory

FAULTS = """
import resource
import numpy as np
from pytensor import tensor as pt
from brickyard.backends import compile

x = pt.matrix("x", dtype="float32")
step = compile([x], pt.dot(pt.exp(x), x[:, :8]).sum(), backend="xla")
data = np.ones((3072, 3072), "float32")
found = []
for _ in range(12):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    float(step(data))
    found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(min(found[2:]))
"""


def _faults(kept):
    """Return how many pages a call needs the system to find, at the least."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS],
        env=os.environ | {"BRICKYARD_KEEP_MEMORY": kept, "BRICKYARD_CACHE": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_a_call_finds_the_memory_of_the_one_before():
    """Its intermediate results take 36 MiB: 9216 pages of 4 KiB."""
    fresh = _faults("0")
    assert fresh > 9000
    assert _faults("") < fresh / 2
    assert _faults("32") > 9000


def test_the_c_library_is_left_alone_if_asked_to(monkeypatch):
    monkeypatch.setenv("BRICKYARD_KEEP_MEMORY", "0")
    assert not keep_memory.__wrapped__()


@pytest.mark.parametrize("chosen", ["no", "-1", "2048", "1.5"])
def test_the_environment_says_how_many_mebibytes(monkeypatch, chosen):
    monkeypatch.setenv("BRICKYARD_KEEP_MEMORY", chosen)
    message = rf"BRICKYARD_KEEP_MEMORY is the number of MiB.*256 by.*got '{chosen}'"
    with pytest.raises(ValueError, match=message):
        keep_memory.__wrapped__()


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_are_left_alone(monkeypatch, system):
    monkeypatch.delenv("BRICKYARD_KEEP_MEMORY", raising=False)
    monkeypatch.setattr(sys, "platform", system)
    assert not keep_memory.__wrapped__()
