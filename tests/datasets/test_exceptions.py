import pytest

from brickyard.datasets.exceptions import (
    AxisLabelsMismatchError,
    ConfigurationError,
    DataServerError,
    DataServerTimeout,
    DatasetFileError,
    DownloadError,
    MessageError,
    MissingInputFiles,
    NeedURLPrefix,
    WorkerDiedError,
)


def test_missing_input_files_names_them():
    with pytest.raises(MissingInputFiles, match=r"no raw files: a\.gz, b\.gz") as info:
        raise MissingInputFiles("no raw files", ["a.gz", "b.gz"])
    assert info.value.filenames == ["a.gz", "b.gz"]


@pytest.mark.parametrize(
    "kind", [AxisLabelsMismatchError, DatasetFileError, MessageError]
)
def test_errors_about_values_are_value_errors(kind):
    with pytest.raises(ValueError, match="wrong"):
        raise kind("wrong")


@pytest.mark.parametrize(
    "kind", [ConfigurationError, DataServerError, DownloadError, NeedURLPrefix]
)
def test_other_errors(kind):
    with pytest.raises(kind, match="wrong"):
        raise kind("wrong")


@pytest.mark.parametrize("kind", [DataServerError, TimeoutError])
def test_a_server_that_does_not_answer(kind):
    with pytest.raises(kind, match="no answer"):
        raise DataServerTimeout("no answer")


def test_a_worker_that_died():
    with pytest.raises(RuntimeError, match="worker 0 was ended"):
        raise WorkerDiedError("worker 0 was ended")
