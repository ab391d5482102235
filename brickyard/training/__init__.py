"""Training: the main loop, algorithms, the log, monitoring and checkpoints."""

from brickyard.training.checkpoint import (
    export_parameters,
    import_parameters,
    load_parameters,
    read_checkpoint,
    write_checkpoint,
)
from brickyard.training.errors import CheckpointError, LogError, TrainingFinish
from brickyard.training.log import SQLiteLog, TrainingLog, TrainingLogBase
from brickyard.training.main_loop import MainLoop

__all__ = [
    "CheckpointError",
    "LogError",
    "MainLoop",
    "SQLiteLog",
    "TrainingFinish",
    "TrainingLog",
    "TrainingLogBase",
    "export_parameters",
    "import_parameters",
    "load_parameters",
    "read_checkpoint",
    "write_checkpoint",
]
