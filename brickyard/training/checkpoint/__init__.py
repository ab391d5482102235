"""Checkpoints: files that appear whole or not at all, and are believed only whole."""

from brickyard.training.checkpoint.parameter_files import (
    export_parameters,
    import_parameters,
    load_parameters,
)
from brickyard.training.checkpoint.reading import Checkpoint, read_checkpoint
from brickyard.training.checkpoint.writing import write_checkpoint
from brickyard.training.errors import CheckpointError

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "export_parameters",
    "import_parameters",
    "load_parameters",
    "read_checkpoint",
    "write_checkpoint",
]
