import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("flags", "before", "expected"),
    [
        ("", "", "float32"),
        ("floatX=float64", "", "float64"),
        ("floatX=float16", "", "float16"),
        ("", "pytensor.config.floatX = 'float16'", "float16"),
        ("", "import sys; sys.modules['pymc'] = pytensor", "float64"),
    ],
)
def test_float32_unless_somebody_chose(monkeypatch, flags, before, expected):
    monkeypatch.setenv("PYTENSOR_FLAGS", flags)
    program = (
        f"import pytensor\n{before}\nimport brickyard\nprint(pytensor.config.floatX)"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == expected
