"""The server of a data stream: epochs for any number of clients, over ZeroMQ.

Clients open epochs and say how many items they have; the server sends at most a window
of items more. It keeps nothing that a client could not do without: a session that it
does not know, because it was restarted or has dropped it, is opened again by the
client, from the very item that it wants next.

=========================================================  =========================
a client asks                                              the server answers
=========================================================  =========================
``hello``: sources, produces_examples                      ``welcome`` or ``refused``
``open``: the same, token, epoch, position, cursor,        ``item``..., ``end``,
window                                                     ``failed`` or ``refused``
``more``: token, have, probe                               ``lost``, and ``alive`` if
                                                           it is a probe
``close``: token
=========================================================  =========================
"""

from __future__ import annotations

import logging
import socket
from collections import OrderedDict
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from brickyard.datasets.array_messages import (
    VERSION,
    Frame,
    decode_message,
    encode_message,
)
from brickyard.datasets.exceptions import MessageError
from brickyard.datasets.ordering import positive_number, whole_number
from brickyard.datasets.server_sessions import EpochEnd, Session
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.base import check_stream_type

logger = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 2**26
"""How long a request may be, in bytes: it has a state of the stream in it at most."""
MAX_SESSIONS = 256
"""How many sessions are kept; the one not used for longest goes first."""
REQUESTS_AT_A_TIME = 64
POLL_MS = 500


class DataServer:
    """Serve a stream to any number of clients, each of which has its own epochs.

    Whoever can reach the port can read the data: there is no password, and nothing is
    encrypted. By default only this machine can.

    Parameters
    ----------
    data_stream
        The stream. It is read by the thread that calls `run` alone.
    port
        The port, from 1 to 65535; 0 for any that is free.
    hwm
        How many items at most are sent to a client before it has taken them, at
        least 1.
    host
        The name or address of the network interface; ``"*"`` for all.

    Attributes
    ----------
    port : int
        The port.

    Raises
    ------
    TypeError
        If `data_stream` is not a stream, or a number is not an integer.
    ValueError
        If a number is out of range.
    OSError
        If the port is taken, or there is no such interface.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> with DataServer(DataStream(IterableDataset([1, 2])), port=0) as server:
    ...     server.port > 0
    True
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        port: int = 5557,
        hwm: int = 10,
        *,
        host: str = "localhost",
    ) -> None:
        check_stream_type(data_stream, "DataServer")
        self.data_stream = data_stream
        self.hwm = positive_number(hwm, "hwm", "DataServer")
        self.host = host
        self._sessions: OrderedDict[str, tuple[bytes, Session]] = OrderedDict()
        self._stopping = False
        self._bind(check_port(port, "DataServer", lowest=0))
        self._wake, self._woken = socket.socketpair()

    def _bind(self, port: int) -> None:
        import zmq

        interface = "127.0.0.1" if self.host == "localhost" else self.host
        # a context of its own: to end it is to wait until the port is free
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)
        # Windows bound what is queued; this is for clients that do not keep to them.
        self._socket.setsockopt(zmq.SNDHWM, 2 * self.hwm + REQUESTS_AT_A_TIME)
        try:
            self._socket.bind(f"tcp://{interface}:{port or '*'}")
        except zmq.ZMQError as error:
            self._socket.close()
            self._context.term()
            raise OSError(
                error.errno,
                f"DataServer cannot listen on port {port} of {self.host!r}: {error}; "
                "choose another port, or 0 for one that is free",
            ) from error
        address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self.port = int(address.rpartition(":")[2])

    def run(self) -> None:
        """Serve until `stop` is called or an exception, such as Ctrl-C, comes."""
        import zmq

        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._woken, zmq.POLLIN)
        while not self._stopping:
            busy = any(session.is_ready() for _, session in self._sessions.values())
            poller.poll(0 if busy else POLL_MS)
            for _ in range(REQUESTS_AT_A_TIME):
                try:
                    frames = self._socket.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                self._receive(frames)
            for token in list(self._sessions):
                self._advance(token)

    def stop(self) -> None:
        """Make `run` return; may be called from another thread."""
        self._stopping = True
        self._wake.send(b"!")

    def close(self) -> None:
        """Let go of the port and of all sessions."""
        for token in list(self._sessions):
            self._drop(token)
        self._socket.close()
        self._context.term()
        self._wake.close()
        self._woken.close()

    def __enter__(self) -> DataServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _receive(self, frames: Sequence[bytes]) -> None:
        """Do what a client asks."""
        client, *message = frames
        token = None
        try:
            request = decode_message(message, MAX_REQUEST_BYTES)
            token = _entry(request, "token", str, None)
            getattr(self, f"_on_{_kind(request)}")(client, token, request)
        except MessageError as error:
            logger.warning("refused a request: %s", error)
            self._answer(client, "refused", token, text=str(error))

    def _on_hello(self, client: bytes, token: str | None, request: Any) -> None:
        if not self._refuses(client, token, request):
            stream = self.data_stream
            labels = stream.axis_labels
            self._answer(
                client,
                "welcome",
                token,
                stream=type(stream).__name__,
                epoch_length=stream.epoch_length,
                axis_labels=labels and {k: list(v) for k, v in labels.items()},
            )

    def _on_open(self, client: bytes, token: str, request: Any) -> None:
        epoch = _entry(request, "epoch", int)
        position = _entry(request, "position", int)
        window = min(max(_entry(request, "window", int), 1), self.hwm)
        if self._refuses(client, token, request):
            return
        self._drop(token)
        while len(self._sessions) >= MAX_SESSIONS:
            self._drop(next(iter(self._sessions)))
        stream, cursor = self.data_stream, request.get("cursor")
        try:
            session = Session(stream, epoch, position, cursor, window)
        except Exception as error:
            self._fail(client, token, f"at item {position} of epoch {epoch}", error)
            return
        self._sessions[token] = client, session

    def _on_more(self, client: bytes, token: str, request: Any) -> None:
        have = _entry(request, "have", int)
        if token not in self._sessions:
            self._answer(client, "lost", token)
            return
        session = self._sessions[token][1]
        # After a reconnection the same client has another address.
        self._sessions[token] = client, session
        self._sessions.move_to_end(token)
        session.have = max(session.have, min(have, session.position))
        if request.get("probe"):
            self._answer(client, "alive", token, position=session.position)

    def _on_close(self, client: bytes, token: str, request: Any) -> None:
        self._drop(token)

    def _refuses(self, client: bytes, token: str | None, request: Any) -> bool:
        """Answer and return True if a client expects another stream than this one."""
        stream = self.data_stream
        for name in ("sources", "produces_examples"):
            ours, theirs = getattr(stream, name), request.get(name)
            if ours != (tuple(theirs) if isinstance(theirs, list) else theirs):
                text = (
                    f"its stream, a {type(stream).__name__}, has {name}={ours!r}, and "
                    f"the client expects {name}={theirs!r}"
                )
                self._answer(client, "refused", token, text=text)
                return True
        return False

    def _advance(self, token: str) -> None:
        """Send the next item of a session if its client may have one."""
        client, session = self._sessions[token]
        if not session.is_ready():
            return
        try:
            frames = session.advance(token)
        except EpochEnd:
            self._answer(client, "end", token, position=session.position)
            self._drop(token)
        except Exception as error:
            epoch = session.iterator.epoch
            place = f"at item {session.number} of epoch {epoch}"
            self._fail(client, token, place, error)
            self._drop(token)
        else:
            if frames is not None and not self._send(client, frames):
                self._drop(token)

    def _fail(self, client: bytes, token: str, place: str, error: Exception) -> None:
        """Tell a client that the stream raised an exception, and go on."""
        name = type(self.data_stream).__name__
        logger.warning("%s failed %s", name, place, exc_info=error)
        text = f"{name} raised {type(error).__name__} {place}: {error}"[:4000]
        self._answer(client, "failed", token, text=text)

    def _answer(self, client: bytes, kind: str, token: str | None, **rest: Any) -> None:
        message = {"answer": kind, "token": token, **rest}
        self._send(client, encode_message(message, "the answer"))

    def _send(self, client: bytes, frames: Sequence[Frame]) -> bool:
        """Send frames, and return whether the client can be reached."""
        import zmq

        try:
            self._socket.send_multipart([client, *frames], zmq.NOBLOCK, copy=False)
        except zmq.ZMQError as error:
            if error.errno in (zmq.EAGAIN, zmq.EHOSTUNREACH):
                return False
            raise
        return True

    def _drop(self, token: str) -> None:
        _, session = self._sessions.pop(token, (b"", None))
        if session is not None:
            session.close()


def check_port(port: Any, owner: str, lowest: int = 1) -> int:
    """Return a port, or raise unless it can be one.

    Parameters
    ----------
    port
        The number.
    owner
        The class it was given to, for the message.
    lowest
        The lowest that is allowed.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> check_port(5557, "ServerDataStream")
    5557
    """
    number = whole_number(port, "port", owner)
    if not lowest <= number <= 65535:
        raise ValueError(
            f"port of {owner} must be between {lowest} and 65535, got {number}"
        )
    return number


def _kind(request: Any) -> str:
    kind = request.get("ask") if isinstance(request, dict) else None
    if kind == "hello":
        return "hello"
    if kind not in ("open", "more", "close"):
        raise MessageError(
            f"no request that version {VERSION} of the data server knows: {kind!r:.40}"
        )
    if not request.get("token"):
        raise MessageError("a request without a token")
    return kind


def _entry(request: Any, key: str, kind: type, *default: Any) -> Any:
    """Return an entry of a request, if it is of the kind that it must be."""
    value = request.get(key, *default) if isinstance(request, dict) else None
    if default and value == default[0]:
        return value
    if type(value) is not kind or (type(value) is int and value < 0):
        raise MessageError(f"a request whose {key!r} is {value!r:.40}")
    if type(value) is str and len(value) > 64:
        raise MessageError(f"a request whose {key!r} is too long")
    return value
