import runpy
import sys

import pytest

from brickyard.datasets.converters.__main__ import main


def test_makes_the_directory_and_prints_the_path(tmp_path, capsys):
    directory = tmp_path / "made" / "here"
    assert main(["digits", "--output-directory", str(directory)]) == 0
    assert capsys.readouterr().out.strip() == str(directory / "digits.hdf5")
    assert (directory / "digits.hdf5").is_file()


def test_failure_is_one_line_on_standard_error(tmp_path, capsys):
    assert main(["mnist", "--directory", str(tmp_path)]) == 1
    output, error = capsys.readouterr()
    assert output == ""
    assert error.startswith("error: directory ")
    assert "lacks 'train-images-idx3-ubyte.gz'" in error


def test_runs_as_a_module(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["converters", "mnist", "--help"])
    with pytest.raises(SystemExit) as info:
        runpy.run_path(sys.modules[main.__module__].__file__, run_name="__main__")
    assert info.value.code == 0
    assert "--directory" in capsys.readouterr().out
