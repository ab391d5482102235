"""What tests of data servers share: servers in threads, ended with the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from brickyard.datasets import AbstractDataStream
from brickyard.datasets.data_server import DataServer


class Serving:
    """A data server in a thread.

    Parameters
    ----------
    stream, port, hwm
        As for `DataServer`.
    """

    def __init__(self, stream: AbstractDataStream, port: int = 0, hwm: int = 10):
        self.server = DataServer(stream, port, hwm)
        self.port = self.server.port
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()

    def end(self) -> None:
        """End it; once more does nothing."""
        if self._thread.is_alive():
            self.server.stop()
            self._thread.join()
            self.server.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Serving]]:
    """Start servers that end with the test."""
    started = []

    def start(*args, **kwargs) -> Serving:
        started.append(Serving(*args, **kwargs))
        return started[-1]

    yield start
    for serving in started:
        serving.end()
