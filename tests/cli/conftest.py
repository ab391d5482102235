"""A data path, plugins and a web server, all of the test's own."""

from __future__ import annotations

import importlib
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from brickyard import plugins
from brickyard.cli import main
from brickyard.datasets.converters import fill_hdf5_file


@pytest.fixture
def data_path(tmp_path, monkeypatch):
    """An empty folder that is the data path."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(folder))
    return folder


@pytest.fixture
def run(data_path, capsys):
    """Run the command with some words; return its status, its output and its errors."""

    def run_words(*words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        output, errors = capsys.readouterr()
        return status, output, errors

    return run_words


@pytest.fixture
def refuses(run):
    """Check that the command fails with a status and one line."""

    def check(status, message, *words):
        found, output, errors = run(*words)
        assert (found, output) == (status, "")
        assert errors.startswith("error: ")
        assert errors.count("\n") == 1
        assert errors.endswith("\n")
        assert message in errors

    return check


@pytest.fixture
def announce(monkeypatch):
    """A function that announces (group, name, value, distribution)."""

    def set_points(*announced):
        points = [
            EntryPoint(name, value, group)._for(SimpleNamespace(name=distribution))
            for group, name, value, distribution in announced
        ]
        monkeypatch.setattr(
            plugins,
            "entry_points",
            lambda group: [p for p in points if p.group == group],
        )

    return set_points


@pytest.fixture
def make_module(tmp_path, monkeypatch):
    """A function that makes a module of a name and a source importable."""

    def write(name, source):
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return name

    return write


@pytest.fixture
def make_file(data_path):
    """A function that makes a data file of a name in the data path."""

    def fill(name):
        path = data_path / name
        x = np.arange(24, dtype="float32").reshape(12, 2)
        with h5py.File(path, "w") as h5file:
            fill_hdf5_file(
                h5file,
                [
                    ("train", "features", x[:9]),
                    ("train", "targets", np.arange(9)),
                    ("test", "features", x[9:]),
                ],
                axis_labels={"features": ("batch", "feature"), "targets": ("batch",)},
            )
        return path

    return fill


@pytest.fixture
def web(tmp_path, monkeypatch):
    """A folder, and the address under which a server on this machine shows it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "web"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            """Be silent."""

    handler = partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield folder, f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()
        thread.join()
