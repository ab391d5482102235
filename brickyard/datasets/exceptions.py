"""Errors of the data layer that callers may want to catch."""

from __future__ import annotations

from collections.abc import Iterable


class AxisLabelsMismatchError(ValueError):
    """A transformer met axis labels it does not work on.

    Examples
    --------
    >>> raise AxisLabelsMismatchError("source 'images' has axes (batch, height)")
    Traceback (most recent call last):
        ...
    brickyard.datasets.exceptions.AxisLabelsMismatchError: source 'images' has axes...
    """


class ConfigurationError(Exception):
    """A setting, such as an environment variable, is missing or makes no sense."""


class MissingInputFiles(Exception):
    """A converter did not find the files it reads.

    Parameters
    ----------
    message
        What is missing, for whom, and where it was expected.
    filenames
        The names of the missing files.

    Examples
    --------
    >>> error = MissingInputFiles("no raw files", ["train.gz"])
    >>> error.filenames
    ['train.gz']
    """

    def __init__(self, message: str, filenames: Iterable[str]) -> None:
        self.filenames = list(filenames)
        super().__init__(message, self.filenames)

    def __str__(self) -> str:
        return f"{self.args[0]}: {', '.join(self.filenames)}"


class NeedURLPrefix(Exception):
    """A downloader was given relative addresses and no prefix to put before them."""


class DatasetFileError(ValueError):
    """A data file is not what it should be; the message names the file."""


class MessageError(ValueError):
    """What came over a connection is not a message of arrays."""


class DataServerError(RuntimeError):
    """A data server refused something, failed, or is not what it should be."""


class DataServerTimeout(DataServerError, TimeoutError):
    """A data server did not answer in time."""


class DownloadError(Exception):
    """A file could not be downloaded; the message names each address and its reason."""


class UnverifiedDownloadWarning(UserWarning):
    """There is no digest to compare a downloaded file with."""


class WorkerDiedError(RuntimeError):
    """A worker process has ended while its work was waited for."""
