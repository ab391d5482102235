"""A client's connection to a data server."""

from __future__ import annotations

import socket
import time
import weakref
from typing import Any

from brickyard.datasets.array_messages import MAX_BYTES, decode_message, encode_message
from brickyard.datasets.exceptions import DataServerError, MessageError

GREETING_BYTES = 10
GREETING_S = 2.0
LINGER_MS = 100
_NONE = type(None)


class ServerConnection:
    """A connection that comes up when the server does, and again after a break.

    Parameters
    ----------
    host
        The name or address of the machine.
    port
        The port.

    Examples
    --------
    >>> connection = ServerConnection("localhost", 9)
    >>> connection.send({"ask": "hello"}), connection.receive(0.0)
    (False, None)
    >>> connection.close()
    """

    def __init__(self, host: str, port: int) -> None:
        import zmq

        self.host = host
        self.port = port
        self._socket: Any = zmq.Context.instance().socket(zmq.DEALER)
        self._close = weakref.finalize(self, self._socket.close, LINGER_MS)
        # What cannot be sent now is not sent at all: the server may be another then.
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_BYTES)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 50)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        try:
            self._socket.connect(f"tcp://{host}:{port}")
        except zmq.ZMQError as error:
            self._close()
            raise DataServerError(
                f"{host!r} is not the name or address of a machine: {error}"
            ) from error

    def send(self, message: Any, wait_s: float = 0.0) -> bool:
        """Send a message and return whether there was a connection to send it over.

        Parameters
        ----------
        message
            A tree of arrays and plain values.
        wait_s
            How long to wait for a connection, in seconds.
        """
        import zmq

        if not self._socket.poll(int(1000 * wait_s), zmq.POLLOUT):
            return False
        frames = encode_message(message, "the request")
        try:
            self._socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def receive(self, wait_s: float) -> dict[str, Any] | None:
        """Return the next answer, None if there is none in time.

        Parameters
        ----------
        wait_s
            How long to wait, in seconds.

        Raises
        ------
        DataServerError
            If what comes is not from a data server, or from one of another version.
        """
        import zmq

        if not self._socket.poll(int(1000 * wait_s), zmq.POLLIN):
            return None
        frames = self._socket.recv_multipart(copy=False)
        try:
            answer = decode_message([frame.buffer for frame in frames])
        except MessageError as error:
            raise self._stranger(str(error)) from error
        kind = answer.get("answer") if isinstance(answer, dict) else None
        if type(kind) is not str or type(answer.get("token", "")) not in (str, _NONE):
            raise self._stranger("its message is no answer")
        return answer

    def _stranger(self, problem: str) -> DataServerError:
        return DataServerError(
            f"what answers at {self.host}:{self.port} is not a data server of this "
            f"version of brickyard: {problem}"
        )

    def diagnose(self) -> str:
        """Return what there is in place of a server that answers."""
        try:
            with socket.create_connection((self.host, self.port), GREETING_S) as probe:
                return _describe_greeting(_read_greeting(probe))
        except OSError as error:
            return (
                f"nothing can be reached there ({error}); is the server running, and "
                "are host and port right?"
            )

    def close(self) -> None:
        """End the connection."""
        self._close()


def _read_greeting(probe: socket.socket) -> bytes:
    """Return the first bytes that come."""
    greeting = b""
    deadline = time.monotonic() + GREETING_S
    try:
        while len(greeting) < GREETING_BYTES and time.monotonic() < deadline:
            piece = probe.recv(GREETING_BYTES - len(greeting))
            if not piece:
                break
            greeting += piece
    except TimeoutError:
        return greeting
    return greeting


def _describe_greeting(greeting: bytes) -> str:
    # the signature of ZMTP 3: FF, eight bytes, 7F
    whole = len(greeting) == GREETING_BYTES
    if whole and greeting[0] == 0xFF and greeting[9] == 0x7F:
        return (
            "a program that speaks ZeroMQ is there and does not answer: it is busy or "
            "hangs, or it is no data server of brickyard"
        )
    return "the program that listens there does not speak ZeroMQ"
