import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from brickyard.datasets.device_arrays import DTYPES, as_numbers, put
from brickyard.datasets.transformers.arrays import ragged


@pytest.mark.parametrize("dtype", sorted(DTYPES))
def test_dtypes_and_bits_stay(dtype):
    array = np.arange(-2, 4).astype("float64").astype(dtype).reshape(2, 3)
    [there] = put([as_numbers(array, "x", "A")])
    assert isinstance(there, jax.Array)
    assert (there.dtype, there.shape) == (array.dtype, array.shape)
    assert np.asarray(there).tobytes() == array.tobytes()


def test_special_numbers_stay():
    array = np.array([np.nan, -0.0, np.inf, 5e-324])
    assert np.asarray(put([array])[0]).tobytes() == array.tobytes()


def test_views_and_protected_arrays():
    array = np.arange(12.0).reshape(3, 4)
    array.flags.writeable = False
    for view in (array, array.T, array[::2], array[1:, 1:], array[:0]):
        assert np.array_equal(put([view])[0], view)


def test_other_things_become_arrays():
    assert as_numbers([1, 2], "x", "A").dtype == np.int64
    assert as_numbers(2.5, "x", "A").shape == ()
    assert as_numbers(range(3), "x", "A").tolist() == [0, 1, 2]
    assert as_numbers([np.zeros(2), np.ones(2)], "x", "A").shape == (2, 2)
    there = jnp.zeros(2)
    assert as_numbers(there, "x", "A") is there


SCRIPT = """
import numpy as np, jax
from brickyard.datasets.device_arrays import put

put([np.zeros(2, "float32"), np.zeros(2, "uint8")])
assert not jax.config.jax_enable_x64
arrays = put([np.arange(3), np.zeros(2, "float32"), np.full(2, 1e300)])
print(*[array.dtype for array in arrays], (2 * arrays[0]).dtype)
"""


def test_64_bits_stay_where_nothing_was_compiled_yet():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["int64", "float32", "float64", "int64"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            ragged([np.zeros(1), np.zeros(2)]),
            "has examples that differ in sh.* Padding",
        ),
        ([[1], [2, 3]], "source 'x' has examples that differ in shape, and a device"),
        (np.array(["a", "b"]), "has the dtype <U1, and .* Mapping, or leave the sou"),
        (b"abc", r"A: source 'x' has the dtype \|S3"),
        (np.zeros(2, "datetime64[s]"), r"source 'x' has the dtype datetime64\[s\]"),
        (np.zeros(2, ">i4"), "has the dtype '>i4', .* Cast, to 'int32' for example"),
        (np.zeros(2, "longdouble"), "has the dtype '<f16', .* Cast, to 'float64'"),
        (np.zeros(2, "clongdouble"), "has the dtype '<c32', .* Cast, to 'complex128'"),
    ],
)
def test_other_data_are_refused(data, message):
    with pytest.raises(TypeError, match=message):
        as_numbers(data, "x", "A")
