"""Serving a stream to other processes, and sending arrays over sockets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from brickyard.datasets.array_messages import decode_message, encode_message
from brickyard.datasets.data_server import DataServer
from brickyard.datasets.exceptions import MessageError
from brickyard.datasets.streams import AbstractDataStream

logger = logging.getLogger(__name__)


def start_server(
    data_stream: AbstractDataStream,
    port: int = 5557,
    hwm: int = 10,
    *,
    host: str = "localhost",
    on_ready: Callable[[int], None] | None = None,
) -> None:
    """Serve a stream until Ctrl-C; `ServerDataStream` is the client.

    Every client has its own epochs and may begin anywhere in them. An exception in the
    stream is told to the client that met it, and the server goes on.

    Whoever can reach the port can read the data: there is no password, and nothing is
    encrypted. By default only this machine can; across machines, use a tunnel or a
    network that you trust.

    Parameters
    ----------
    data_stream
        The stream.
    port
        The port, from 1 to 65535; 0 for any that is free.
    hwm
        How many items at most are sent to a client before it has taken them, at
        least 1. This bounds the memory that a slow client costs.
    host
        The name or address of the network interface; ``"*"`` for all.
    on_ready
        Called with the port when clients can connect.

    Raises
    ------
    OSError
        If the port is taken, or there is no such interface.

    Examples
    --------
    ::

        start_server(DataStream(dataset, ShuffledScheme(dataset.num_examples, 128)))
    """
    with DataServer(data_stream, port, hwm, host=host) as server:
        logger.info("serving %s on %s:%d", data_stream.sources, host, server.port)
        try:
            if on_ready is not None:
                on_ready(server.port)
            server.run()
        except KeyboardInterrupt:
            logger.info("stopped serving on %s:%d", host, server.port)


def send_arrays(socket: Any, arrays: Iterable[Any] | None, stop: bool = False) -> None:
    """Send arrays over a ZeroMQ socket, as one message.

    Arrays of numbers, texts and bytes, lists of such arrays and one-dimensional arrays
    of objects that are such arrays arrive as they are. Nothing is pickled.

    Parameters
    ----------
    socket
        The ``zmq.Socket``.
    arrays
        The arrays. None if `stop`.
    stop
        Whether to say, in place of arrays, that there are no more.

    Raises
    ------
    TypeError
        If something else is among the arrays.
    ValueError
        If they are too large for a message.

    Examples
    --------
    >>> import numpy as np, zmq
    >>> context = zmq.Context.instance()
    >>> with context.socket(zmq.PULL) as receiver, context.socket(zmq.PUSH) as sender:
    ...     with receiver.bind("inproc://arrays"), sender.connect("inproc://arrays"):
    ...         send_arrays(sender, [np.arange(3), np.array(["a"])])
    ...         recv_arrays(receiver)
    [array([0, 1, 2]), array(['a'], dtype='<U1')]
    """
    content = {"stop": True} if stop else {"arrays": list(arrays or ())}
    socket.send_multipart(encode_message(content, "the message"), copy=False)


def recv_arrays(socket: Any) -> list[Any]:
    """Receive the arrays that `send_arrays` sent.

    Parameters
    ----------
    socket
        The ``zmq.Socket``.

    Returns
    -------
    list
        The arrays, which cannot be written to.

    Raises
    ------
    StopIteration
        If the sender says that there are no more.
    MessageError
        If what comes is something else: a header that is none, objects, or frames that
        do not have the length that they should have.
    """
    frames = socket.recv_multipart(copy=False)
    content = decode_message([frame.buffer for frame in frames])
    known = content if isinstance(content, dict) and len(content) == 1 else {}
    if known.get("stop") is True:
        raise StopIteration
    arrays = known.get("arrays")
    if not isinstance(arrays, list):
        raise MessageError("a message of something else than a list of arrays")
    return arrays
