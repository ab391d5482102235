"""Training logs: rows of records that extensions write and read."""

from brickyard.training.log.base import TrainingLogBase
from brickyard.training.log.choice import make_log
from brickyard.training.log.memory import TrainingLog
from brickyard.training.log.sqlite import SQLiteLog

__all__ = ["SQLiteLog", "TrainingLog", "TrainingLogBase", "make_log"]
