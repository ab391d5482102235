import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from brickyard.cli.serve_command import ServedData, make_stream
from brickyard.datasets import hdf5_reading
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.server_stream import ServerDataStream
from brickyard.plugins import PluginError


def batches(data):
    return list(make_stream(data).get_epoch_iterator())


def test_batches_in_order(make_file):
    path = str(make_file("own.hdf5"))
    first, second = batches(ServedData(path, ("train",), batch_size=6))
    assert [len(each[0]) for each in (first, second)] == [6, 3]
    np.testing.assert_array_equal(first[1], np.arange(6))


def test_shuffled(make_file):
    path = str(make_file("own.hdf5"))
    data = ServedData(path, ("train",), ("targets",), batch_size=9, seed=3)
    ((targets,),) = batches(data)
    assert sorted(targets.tolist()) == list(range(9)) != targets.tolist()


@pytest.mark.parametrize("seed", [None, 3])
def test_examples(make_file, seed):
    path = str(make_file("own.hdf5"))
    data = ServedData(path, ("test",), batch_size=None, seed=seed, in_memory=True)
    stream = make_stream(data)
    assert stream.produces_examples
    assert stream.dataset.load_in_memory
    assert len(list(stream.get_epoch_iterator())) == 3


def test_more_than_the_memory(make_file, monkeypatch):
    path = str(make_file("own.hdf5"))
    monkeypatch.setattr(hdf5_reading, "physical_memory", lambda: 40)
    batches(ServedData(path, ("train",), ("targets",)))
    with pytest.raises(
        DatasetFileError,
        match=r"and this machine has 40 bytes .* \(or --in-memory\) out",
    ):
        make_stream(ServedData(path, ("train",), ("targets",), in_memory=True))


def test_name_of_one_file(make_file):
    make_file("mnist.hdf5")
    assert len(batches(ServedData("mnist", ("train",)))) == 1
    make_file("mnist_bool.hdf5")
    with pytest.raises(ValueError, match=r"mnist stands for several files, .*path of"):
        make_stream(ServedData("mnist", ("train",)))


def test_dataset_of_a_plugin(announce, make_module):
    module = make_module(
        "cli_plugin_serve",
        "from brickyard.datasets import IndexableDataset\n"
        "def cats(which_sets, sources=('x',)):\n"
        "    return IndexableDataset({'x': [1, 2, len(which_sets)]}, sources=sources)\n"
        "def dogs(which_sets):\n"
        "    return [1]\n",
    )
    announce(
        ("brickyard.datasets", "cats", f"{module}:cats", "dist-a"),
        ("brickyard.datasets", "dogs", f"{module}:dogs", "dist-a"),
    )
    ((x,),) = batches(ServedData("cats", ("train", "test"), ("x",)))
    assert list(x) == [1, 2, 2]
    with pytest.raises(PluginError, match="'dogs' of 'dist-a' must be a Dataset"):
        make_stream(ServedData("dogs", ("train",)))


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (1, "there is no file 'none.hdf5'", ["none.hdf5"]),
        (1, "has no split 'trian'; did you mean 'train'", ["--split", "trian"]),
        (1, "'feature'; did you mean 'features'", ["--source", "feature"]),
        (2, "'--batch-size'", ["--batch-size", "0"]),
        (2, "'--port'", ["--port", "70000"]),
    ],
)
def test_what_is_wrong(refuses, make_file, status, message, words):
    path = [] if "none.hdf5" in words else [make_file("own.hdf5")]
    refuses(status, message, "data", "serve", *path, *words)


def test_served_to_another_process(make_file):
    words = ["data", "serve", make_file("own.hdf5"), "--port", "0", "--batch-size", "4"]
    process = subprocess.Popen(
        [sys.executable, "-m", "brickyard", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process.stdout, process.stderr:
        try:
            ready = process.stdout.readline()
            assert ready.startswith("serving features, targets at localhost:")
            port = int(ready.split(";")[0].rpartition(":")[2])
            sources = ("features", "targets")
            stream = ServerDataStream(sources, produces_examples=False, port=port)
            try:
                served = list(stream.get_epoch_iterator())
            finally:
                stream.close()
            assert [targets.tolist() for _, targets in served] == [
                [0, 1, 2, 3],
                [4, 5, 6, 7],
                [8],
            ]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
