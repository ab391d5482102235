"""What signals do to a process that trains: exit codes, and what is saved."""

import signal
import subprocess
import sys

import pytest

from brickyard.training.checkpoint import read_checkpoint

SCRIPT = """
import os, signal, sys
from pathlib import Path
import numpy as np
from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme
from brickyard.datasets.streams import DataStream
from brickyard.extensions import Checkpoint, FinishAfter, TrainingExtension
from brickyard.training import MainLoop
from brickyard.training.algorithms import TrainingAlgorithm

folder, number, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

class Nothing(TrainingAlgorithm):
    def initialize(self):
        pass
    def process_batch(self, batch):
        pass

class Press(TrainingExtension):
    def after_batch(self, batch):
        if self.main_loop.status["iterations_done"] == 1:
            for _ in range(times):
                os.kill(os.getpid(), number)

data = DataStream(IndexableDataset({"x": np.arange(6)}), SequentialScheme(6, 2))
loop = MainLoop(Nothing(), data, extensions=[
    FinishAfter(after_n_epochs=2), Press(), Checkpoint(folder / "run.ckpt")])
loop.run()
"""


@pytest.mark.parametrize(
    ("number", "times", "code", "saved_at"),
    [
        (signal.SIGINT, 1, 0, 3),
        (signal.SIGINT, 2, 0, 1),
        (signal.SIGINT, 3, -signal.SIGINT, None),
        (signal.SIGTERM, 1, 143, 1),
    ],
)
def test_signals_to_a_process(number, times, code, saved_at, tmp_path):
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(int(number)), str(times)],
        capture_output=True,
        text=True,
    )
    assert process.returncode == code, process.stderr
    path = tmp_path / "run.ckpt"
    if saved_at is None:
        assert not path.exists()
    else:
        assert read_checkpoint(path).parts["loop"]["iterations_done"] == saved_at
