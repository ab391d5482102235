import subprocess
import sys

import numpy as np
import pytest

from brickyard.datasets.transformers.byte_scaling import ByteScaler


@pytest.fixture(scope="module")
def compiled():
    scaler = ByteScaler(long_work=0)
    scaler.scale(np.zeros(2**15, dtype="uint8"), np.float32(1))
    assert scaler.loop is not None
    return scaler


def every_byte(*shape):
    return np.resize(np.arange(256, dtype="uint8"), shape)


@pytest.mark.parametrize("factor", [1 / 255, -0.3, 0.0, 1e-41, 1e36])
def test_the_loop_gives_the_bits_of_numpy(compiled, factor):
    data, factor = every_byte(7, 41, 97), np.float32(factor)
    result = compiled.scale(data, factor)
    expected = data.astype("float32") * factor
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
    assert result.tobytes() == expected.tobytes()
    assert result.flags.writeable


def test_what_cannot_be_written_to_is_read(compiled):
    data = every_byte(2**15)
    data.flags.writeable = False
    np.testing.assert_array_equal(compiled.scale(data, np.float32(2)), 2.0 * data)
    np.testing.assert_array_equal(data, every_byte(2**15))


@pytest.mark.parametrize("data", [every_byte(300, 400)[:, ::2], every_byte(5), 7])
def test_numpy_scales_the_rest(compiled, data):
    data = np.asarray(data, dtype="uint8")
    result = compiled.scale(data, np.float32(0.5))
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, data * 0.5)


def test_compiles_for_long_work_only():
    scaler = ByteScaler(long_work=3 * 2**14)
    for _ in range(3):
        scaler.scale(every_byte(2**14), np.float32(1))
    for _ in range(9):
        scaler.scale(every_byte(2**13), np.float32(1))
    assert scaler.loop is None
    scaler.scale(every_byte(2**14), np.float32(1))
    assert scaler.loop is not None


def test_numba_is_not_loaded_before():
    code = (
        "import sys; import numpy as np\n"
        "from brickyard.datasets.transformers import byte_scaling\n"
        "byte_scaling.PROCESS_SCALER.scale(np.zeros(2**20, 'uint8'), np.float32(1))\n"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
