"""Streams built from descriptions, and read in a process of their own.

A description is plain JSON: a source and the steps on top of it, each with its kind and
its arguments. Run as ``python pipeline_process.py FOLDER`` this file answers requests
that come as JSON lines: what a stream gives, where it stands when it is stopped, and
what it gives when it goes on from there.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from brickyard.datasets import (
    AbstractDataStream,
    ConcatenatedScheme,
    ConstantScheme,
    DataStream,
    H5PYDataset,
    IndexableDataset,
    IterableDataset,
    OnDevice,
    SequentialExampleScheme,
    SequentialScheme,
    ServerDataStream,
    ShuffledExampleScheme,
    ShuffledScheme,
    TextFile,
    cross_validation,
)
from brickyard.datasets import transformers as t
from brickyard.datasets.data_server import DataServer

# Sequences of 1 to 3 pairs, a number for each of them, and a small picture.
LENGTHS = (1, 3, 2, 2, 1, 3, 3)
COUNT = len(LENGTHS)
SEQUENCES = [np.full((n, 2), i, "float64") for i, n in enumerate(LENGTHS)]
NUMBERS = np.arange(COUNT)
PAIRS = np.arange(2.0 * COUNT).reshape(COUNT, 2)
TEXT = "to be\nor not to be\nthat\nis the question\nwhether\n"
WORDS = {word: code for code, word in enumerate(("<UNK>", "be", "not", "or", "to"))}
HDF5, TEXT_FILE = "pipelines.hdf5", "hamlet.txt"

Json = dict[str, Any]


def encoded(index: int) -> bytes:
    """Return an image file in which every pixel is another one."""
    from PIL import Image

    pixels = np.arange(36 + 12 * (index % 2), dtype="uint8") + 30 * index
    file = io.BytesIO()
    Image.fromarray(pixels.reshape(-1, 4, 3)).save(file, "png")
    return file.getvalue()


def write_files(folder: Path) -> None:
    """Write the files that some sources read."""
    import h5py

    from brickyard.datasets.converters.varying_sources import (
        make_varying_source,
        write_varying_example,
    )

    (folder / TEXT_FILE).write_text(TEXT)
    with h5py.File(folder / HDF5, "w") as h5file:
        make_varying_source(h5file, "s", COUNT, "float64", ("time", "pair"))
        make_varying_source(h5file, "image", COUNT, "uint8", ("byte",))
        h5file["n"] = NUMBERS
        for index in range(COUNT):
            write_varying_example(h5file, "s", index, SEQUENCES[index])
            image = np.frombuffer(encoded(index), "uint8")
            write_varying_example(h5file, "image", index, image)
        names = ("s", "n", "image")
        h5file.attrs["split"] = H5PYDataset.create_split_array(
            {
                "first": dict.fromkeys(names, (0, 4)),
                "second": dict.fromkeys(names, (4, COUNT)),
            }
        )


def scheme(kind: str, size: int, seed: int) -> Any:
    """Return an order of the examples, in batches of about `size`."""
    if kind == "fold":
        folds = cross_validation(
            ShuffledScheme, COUNT, 2, strict=False, batch_size=size, seed=seed
        )
        return next(folds)[0]
    if kind == "concatenated":
        return ConcatenatedScheme(
            [SequentialScheme(4, size), ShuffledScheme(COUNT, 3, seed=seed)]
        )
    return {
        "examples": SequentialExampleScheme(COUNT),
        "shuffled examples": ShuffledExampleScheme(COUNT, seed=seed),
        "batches": SequentialScheme(COUNT, size),
        "shuffled batches": ShuffledScheme(COUNT, size, seed=seed),
    }[kind]


SCHEMES = (
    "examples",
    "shuffled examples",
    "batches",
    "shuffled batches",
    "concatenated",
    "fold",
)
DATASETS = ("iterable", "indexable", "in memory", "on disk")


def source(
    folder: Path, kind: str, names: list[str], order: str, size: int, seed: int
) -> AbstractDataStream:
    """Return a stream without steps; images are decoded."""
    if kind == "text":
        lines = TextFile([folder / TEXT_FILE], WORDS, None, None)
        batches = None if "examples" in order else ConstantScheme(size)
        return t.Rename(DataStream(lines, batches), {"features": "s"})
    if kind in ("in memory", "on disk"):
        dataset: Any = H5PYDataset(
            folder / HDF5,
            ("first", "second"),
            load_in_memory=kind == "in memory",
            sources=names,
        )
    else:
        every = {"s": SEQUENCES, "n": NUMBERS, "p": PAIRS}
        every["image"] = [*map(encoded, range(COUNT))]
        data = {name: every[name] for name in names}
        chosen = IterableDataset if kind == "iterable" else IndexableDataset
        dataset = chosen(data)
    if kind == "iterable":
        batches = None if "examples" in order else ConstantScheme(size)
        stream = DataStream(dataset, batches)
    else:
        kept_on = OnDevice if kind == "on device" else DataStream
        stream = kept_on(dataset, scheme(order, size, seed))
    if "image" not in names:
        return stream
    only = {"which_sources": ("image",)}
    if kind == "on disk":
        stream = t.ToBytes(stream, **only)
    return t.ImagesFromBytes(stream, **only)


def example_is_kept(example: tuple) -> bool:
    return int(np.sum(example[-1])) % 3 != 1


def batch_is_kept(batch: tuple) -> bool:
    return int(np.sum(np.concatenate([np.ravel(x) for x in batch[-1]]))) % 4 != 1


def by_sum(example: tuple) -> float:
    return float(np.sum(example[-1]))


def last_of(data: tuple) -> tuple:
    return (data[-1],)


def kept(s: AbstractDataStream) -> AbstractDataStream:
    return t.Filter(s, example_is_kept if s.produces_examples else batch_is_kept)


def merged(s: AbstractDataStream) -> AbstractDataStream:
    return t.Merge((s, s), [f"{name}{i}" for i in "12" for name in s.sources])


IMAGE = {"which_sources": ("image",)}
# What can be put on top of a stream, by kind. Every argument is a number or text.
STEPS: dict[str, Callable[..., AbstractDataStream]] = {
    "scale": lambda s: t.ScaleAndShift(s, 0.5, 1, which_sources=s.sources[-1:]),
    "cast": lambda s: t.Cast(s, "float32", which_sources=s.sources[:1]),
    "float": t.ForceFloatX,
    "flatten": lambda s: t.Flatten(s, which_sources=s.sources[:1]),
    "rename": lambda s: t.Rename(s, {s.sources[0]: s.sources[0] + "_"}),
    "last": lambda s: t.FilterSources(s, s.sources[-1:]),
    "add": lambda s: t.Mapping(s, last_of, add_sources=(f"{s.sources[-1]}x",)),
    "sort": lambda s: t.Mapping(s, t.SortMapping(by_sum)),
    "merge": merged,
    "shuffle": lambda s, size, seed: t.ShuffleBuffer(s, size, seed),
    "filter": kept,
    "batch": lambda s, size, strictness: t.Batch(s, ConstantScheme(size), strictness),
    "bucket": lambda s, size, strictness, seed: t.BucketBatch(
        s,
        size,
        mask_sources=s.sources[:1],
        pool_batches=2,
        strictness=strictness,
        seed=seed,
    ),
    "window": lambda s, offset, overlapping: t.Window(
        offset, 1, 1, overlapping, s, "next"
    ),
    "ngrams": lambda s: t.NGrams(1, s, "next"),
    "cache": lambda s, size: t.Cache(s, ConstantScheme(size)),
    "unpack": t.Unpack,
    "pad": lambda s: t.Padding(s, mask_sources=s.sources[:1]),
    "crop": lambda s, seed: t.RandomFixedSizeCrop(
        s, (2, 3), padding=1, seed=seed, **IMAGE
    ),
    "across": lambda s, seed: t.RandomHorizontalFlip(s, seed=seed, **IMAGE),
    "down": lambda s, seed: t.RandomVerticalFlip(s, 0.3, seed=seed, **IMAGE),
    "turn": lambda s, seed: t.Random2DRotation(s, 1.5, "bilinear", seed=seed, **IMAGE),
    "enlarge": lambda s: t.MinimumImageDimensions(s, (4, 5), "bicubic", **IMAGE),
    "prefetch": lambda s, size: t.Prefetch(s, size),
    "device": lambda s, size: t.ToDevice(s, size, which_sources=s.sources[-1:]),
    "workers": lambda s, size, number: t.MultiProcessing(s, size, num_workers=number),
}
# What does not change the data, and is left out to see what they should be.
TRANSPARENT = ("prefetch", "workers", "serve")
ANYWHERE = ("filter", "shuffle", *TRANSPARENT)
ON_IMAGES = ("across", "crop", "down", "enlarge", "turn", *ANYWHERE)
ON_DATA = ("cast", "flatten", "float", "last", "merge", "rename", "scale", *ANYWHERE)
ON_EXAMPLES, ON_BATCHES = ("batch",), ("cache", "unpack")


def possible_steps(stream: AbstractDataStream) -> set[str]:
    """Return the kinds of steps that can follow."""
    names = stream.sources
    found = {*(ON_EXAMPLES if stream.produces_examples else ON_BATCHES)}
    if "image" in names:
        return found | {*ON_IMAGES}
    found |= {*ON_DATA}
    if f"{names[-1]}x" not in names:
        found.add("add")
    if not stream.produces_examples:
        found.add("sort")
    if f"{names[0]}_mask" not in names:
        found.add("bucket" if stream.produces_examples else "pad")
    if stream.produces_examples and len(names) == 1 and names[0].startswith("s"):
        found |= {"window", "ngrams"}
    return found


class Servers:
    """Data servers in threads, one for each step that asks for one."""

    def __init__(self) -> None:
        self._running: list[tuple[DataServer, threading.Thread]] = []

    def serve(self, stream: AbstractDataStream, size: int) -> ServerDataStream:
        """Return a client of a new server."""
        server = DataServer(stream, port=0)
        thread = threading.Thread(target=server.run)
        thread.start()
        self._running.append((server, thread))
        return client(stream, size, server.port)

    def end(self) -> None:
        """End all servers."""
        # the one on top first: it may be asking the ones below
        for server, thread in reversed(self._running):
            server.stop()
            thread.join()
            server.close()


def client(stream: AbstractDataStream, size: int, port: int) -> ServerDataStream:
    return ServerDataStream(
        stream.sources,
        stream.produces_examples,
        port=port,
        hwm=size,
        axis_labels=stream.axis_labels,
    )


def put_on(
    stream: AbstractDataStream, step: Json, servers: Servers | None
) -> AbstractDataStream:
    """Return a stream with one more step; without servers it is not to be read."""
    arguments = {key: value for key, value in step.items() if key != "kind"}
    if step["kind"] != "serve":
        return STEPS[step["kind"]](stream, **arguments)
    if servers is None:
        return client(stream, port=5557, **arguments)
    return servers.serve(stream, **arguments)


@contextmanager
def opened(
    folder: Path, description: Json, plain: bool = False
) -> Iterator[AbstractDataStream]:
    """Build a stream, and end what it has started."""
    servers = Servers()
    stream = source(folder, **description["source"])
    built = [stream]
    for step in description["steps"]:
        if not plain or step["kind"] not in TRANSPARENT:
            stream = put_on(stream, step, servers)
            built.append(stream)
    try:
        yield stream
    finally:
        for each in reversed(built):
            each.close()
        servers.end()


def prints(iterator: Iterator[Any]) -> list[str]:
    """Return a fingerprint of each item: equal in every bit, or another one."""
    found = []
    for item in iterator:
        digest = hashlib.sha256()
        add_to(digest, item)
        found.append(digest.hexdigest())
    return found


def add_to(digest: Any, data: Any) -> None:
    """Add data to a digest, with their types, dtypes and shapes."""
    digest.update(f"{type(data).__name__}(".encode())
    if type(data).__name__ == "ArrayImpl":
        # an array of JAX, which is not imported for those who do without
        data = np.asarray(data)
    if isinstance(data, tuple | list):
        for each in data:
            add_to(digest, each)
    elif isinstance(data, np.ndarray) and data.dtype == object:
        digest.update(str(data.shape).encode())
        for each in data.flat:
            add_to(digest, each)
    elif isinstance(data, np.ndarray | np.generic):
        digest.update(f"{data.dtype.str}{data.shape}".encode() + data.tobytes())
    elif isinstance(data, range | bytes | bool | int | float | str):
        digest.update(repr(data).encode())
    else:
        raise TypeError(f"no fingerprint of a {type(data).__name__}")
    digest.update(b")")


def to_json(state: Any) -> Any:
    """Return a state with its arrays as text."""
    if isinstance(state, dict):
        return {key: to_json(value) for key, value in state.items()}
    if isinstance(state, list):
        return [to_json(value) for value in state]
    if isinstance(state, np.ndarray | np.generic):
        content = base64.b64encode(state.tobytes()).decode()
        is_array = isinstance(state, np.ndarray)
        return {"__array__": [state.dtype.str, state.shape, content, is_array]}
    return state


def from_json(state: Any) -> Any:
    """Return a state with its arrays out of text."""
    if isinstance(state, list):
        return [from_json(value) for value in state]
    if not isinstance(state, dict):
        return state
    if "__array__" not in state:
        return {key: from_json(value) for key, value in state.items()}
    dtype, shape, content, is_array = state["__array__"]
    array = np.frombuffer(base64.b64decode(content), dtype).reshape(shape).copy()
    return array if is_array else array[()]


def read(folder: Path, description: Json, epochs: list[int], plain: bool) -> Json:
    """Return fingerprints of whole epochs, or why the stream refuses its data."""
    # devices refuse what is no array of numbers
    refusals = (ValueError,) if plain else (TypeError, ValueError)
    try:
        with opened(folder, description, plain) as stream:
            found = [prints(stream.get_epoch_iterator(epoch=e)) for e in epochs]
    except refusals as error:
        return {"refused": str(error)}
    return {"epochs": found}


def stop(folder: Path, description: Json, epoch: int, after: int) -> Json:
    """Return the states of a stream that was stopped after some items of an epoch."""
    with opened(folder, description) as stream:
        for _ in range(epoch):
            stream.next_epoch()
        iterator = stream.get_epoch_iterator()
        seen = prints(next(iterator) for _ in range(after))
        states = to_json([stream.get_state(), iterator.get_state()])
        iterator.close()
    return {"seen": seen, "states": states}


def resume(folder: Path, description: Json, epoch: int, states: Any) -> Json:
    """Return fingerprints of what follows the states, and of the epoch after it."""
    of_stream, of_iterator = from_json(states)
    with opened(folder, description) as stream:
        stream.set_state(of_stream)
        iterator = stream.get_epoch_iterator(epoch=epoch)
        iterator.set_state(of_iterator)
        later = prints(iterator)
        return {"later": later, "following": prints(stream.get_epoch_iterator())}


REQUESTS = {"read": read, "stop": stop, "resume": resume}


def main() -> None:
    """Answer requests until there are no more."""
    folder = Path(sys.argv[1])
    # workers begin with what this process has imported
    modules = ["brickyard.datasets.data_server", "h5py", "PIL.Image", "zmq"]
    multiprocessing.get_context("forkserver").set_forkserver_preload(modules)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(REQUESTS[request.pop("ask")](folder, **request)), flush=True)


if __name__ == "__main__":
    main()
