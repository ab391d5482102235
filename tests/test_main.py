"""The package as a program."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import brickyard
from brickyard import __version__

PROGRAM = Path(brickyard.__file__).with_name("__main__.py")


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "brickyard", "--version"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().endswith(__version__)


def test_its_status_is_that_of_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["brickyard", "nothing"])
    with pytest.raises(SystemExit) as info:
        runpy.run_path(str(PROGRAM), run_name="__main__")
    assert info.value.code == 2
    assert "no command 'nothing'" in capsys.readouterr().err


def test_the_script_that_is_installed():
    script = Path(sys.executable).with_name("brickyard")
    if not script.is_file():
        pytest.skip("the package is not installed with its script")
    done = subprocess.run(
        [script, "data", "convert", "nothing"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no converter 'nothing'")
