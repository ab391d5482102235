"""Extensions: everything that hooks into the main loop."""

from brickyard.extensions.base import TrainingExtension
from brickyard.extensions.checkpoint import Checkpoint
from brickyard.extensions.composite import CompositeExtension
from brickyard.extensions.conditions import (
    CallbackName,
    Predicate,
    always_true,
    callback,
    has_done_epochs,
)
from brickyard.extensions.data_stream_monitoring import DataStreamMonitoring
from brickyard.extensions.early_stopping import EarlyStopping
from brickyard.extensions.finish_after import FinishAfter
from brickyard.extensions.finish_if_no_improvement import FinishIfNoImprovementAfter
from brickyard.extensions.load import Load
from brickyard.extensions.monitoring import MonitoringExtension
from brickyard.extensions.plot import LearningCurve
from brickyard.extensions.predicates import AllOf, OnLogRecord
from brickyard.extensions.printing import Printing
from brickyard.extensions.progress_bar import ProgressBar
from brickyard.extensions.shared_variable_modifier import SharedVariableModifier
from brickyard.extensions.simple import SimpleExtension
from brickyard.extensions.timestamp import Timestamp
from brickyard.extensions.timing import Timing
from brickyard.extensions.track_the_best import TrackTheBest
from brickyard.extensions.training_data_monitoring import TrainingDataMonitoring

__all__ = [
    "AllOf",
    "CallbackName",
    "Checkpoint",
    "CompositeExtension",
    "DataStreamMonitoring",
    "EarlyStopping",
    "FinishAfter",
    "FinishIfNoImprovementAfter",
    "LearningCurve",
    "Load",
    "MonitoringExtension",
    "OnLogRecord",
    "Predicate",
    "Printing",
    "ProgressBar",
    "SharedVariableModifier",
    "SimpleExtension",
    "Timestamp",
    "Timing",
    "TrackTheBest",
    "TrainingDataMonitoring",
    "TrainingExtension",
    "always_true",
    "callback",
    "has_done_epochs",
]
