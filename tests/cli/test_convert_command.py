import gzip
import struct
from io import StringIO

import h5py
import numpy as np
import pytest

from brickyard.cli.convert_command import make_option, progress_bar
from brickyard.datasets import MNIST
from brickyard.datasets.converters.commands import COMMANDS


def write_mnist(folder):
    folder.mkdir(parents=True)
    for prefix, count in (("train", 3), ("t10k", 2)):
        images = struct.pack(">4i", 2051, count, 28, 28) + bytes(count * 28 * 28)
        labels = struct.pack(">2i", 2049, count) + bytes(range(count))
        for kind, content in (("images-idx3", images), ("labels-idx1", labels)):
            path = folder / f"{prefix}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(content))


def test_from_downloads_to_the_data_path(run, data_path):
    write_mnist(data_path / "originals" / "mnist")
    path = data_path / "mnist.hdf5"
    assert run("data", "convert", "mnist") == (0, f"{path}\n", "")
    assert MNIST(("train",)).num_examples == 3
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].startswith("brickyard data convert mnist --dir")


def test_directories_and_options(run, tmp_path):
    write_mnist(tmp_path / "in")
    words = ["--directory", tmp_path / "in", "--output-directory", tmp_path / "a" / "b"]
    more = ["--dtype", "float32", "--output-filename", "x.hdf5"]
    status, output, _ = run("data", "convert", "mnist", *words, *more)
    assert (status, output) == (0, f"{tmp_path / 'a' / 'b' / 'x.hdf5'}\n")
    with h5py.File(output.strip()) as h5file:
        assert h5file["features"].dtype == np.float32


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("words", [[], ["--quiet"]])
def test_progress_is_shown_on_terminals(run, data_path, monkeypatch, words):
    write_mnist(data_path / "originals" / "mnist")
    # capsys has taken its place
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    assert run("data", "convert", "mnist", *words)[0] == 0
    shown = terminal.getvalue()
    if words:
        assert shown == ""
        return
    for task in ("train-images-idx3-ubyte.gz: ", "features: ", "digest of t10k-"):
        assert task in shown
    assert "/5 [" in shown
    # every bar was wiped out
    assert shown.endswith("\r")
    assert shown.rstrip("\r ").count("\n") == 0


def test_names_of_tasks_do_not_steer_the_terminal(monkeypatch):
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    with progress_bar("a\x1b[31m", 2, "image") as advance:
        advance(2)
    assert "a\\x1b[31m" in terminal.getvalue()


def test_without_original_files(run, data_path):
    status, output, _ = run("data", "convert", "digits")
    assert (status, output) == (0, f"{data_path / 'digits.hdf5'}\n")


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (1, "; `brickyard data download mnist` does that, and --dir", ["mnist"]),
        (1, "lacks 'iris.data'", ["iris", "--directory", "/nowhere"]),
        (2, "there is no converter 'mnits'; did you mean 'mnist'?", ["mnits"]),
        (2, "--directory", ["mnist", "--directory", __file__]),
        (2, "'--size'", ["caltech101_silhouettes", "--size", "20"]),
        (1, "understood", ["mnist", "--dtype", "nothing"]),
    ],
)
def test_what_is_wrong(refuses, data_path, status, message, words):
    if "--dtype" in words:
        write_mnist(data_path / "originals" / "mnist")
    refuses(status, message, "data", "convert", *words)


def test_output_that_cannot_be_made(refuses, tmp_path):
    (tmp_path / "file").touch()
    words = ["digits", "--output-directory", tmp_path / "file" / "in"]
    refuses(1, "Not a directory", "data", "convert", *words)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_converter_has_a_command(run, name):
    status, output, errors = run("data", "convert", name, "--help")
    assert (status, errors) == (0, "")
    for option in ("--output-directory", *COMMANDS[name].options):
        assert option in output


def test_converter_of_a_plugin(run, refuses, announce, make_module, data_path):
    module = make_module(
        "cli_plugin_convert",
        "from brickyard.datasets.converters.commands import ConverterCommand\n"
        "def convert(output_directory, output_filename, sides):\n"
        "    path = output_directory / output_filename\n"
        "    path.write_text(repr(sides))\n"
        "    return (str(path),)\n"
        "def fail(output_directory, output_filename):\n"
        "    raise ZeroDivisionError('no sides')\n"
        "options = {'--sides': {'type': int, 'choices': (3, 4), 'required': True}}\n"
        "cats = ConverterCommand(convert, 'cats', options, False, 'cats.txt')\n"
        "dogs = ConverterCommand(fail, 'dogs', {}, False, 'dogs.txt')\n",
    )
    announce(
        ("brickyard.converters", "cats", f"{module}:cats", "dist-a"),
        ("brickyard.converters", "dogs", f"{module}:dogs", "dist-a"),
    )
    assert run("data", "convert", "cats", "--sides", "4")[0] == 0
    assert (data_path / "cats.txt").read_text() == "4"
    refuses(2, "Missing option '--sides'", "data", "convert", "cats")
    refuses(1, "unexpected ZeroDivisionError: no sides", "data", "convert", "dogs")


def test_options_that_are_not_supported():
    with pytest.raises(ValueError, match=r"'--x' has keywords .*\['nargs'\]"):
        make_option("--x", {"nargs": 2})
    with pytest.raises(ValueError, match="not supported: 'append'"):
        make_option("--x", {"action": "append"})
