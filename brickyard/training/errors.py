"""What training raises."""

from __future__ import annotations


class TrainingFinish(Exception):
    """Raised by an algorithm or an extension to end training in good order.

    The main loop catches it, runs ``after_training`` and returns.
    """


class CheckpointError(ValueError):
    """A checkpoint cannot be trusted or does not belong to this training run."""


class LogError(ValueError):
    """The place where a training log is kept cannot be used."""
