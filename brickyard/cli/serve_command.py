"""``brickyard data serve``: a data set as a stream for other processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brickyard.cli.known_data import find_data_files, find_dataset_plugin
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.schemes import (
    IterationScheme,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.streams import DataStream
from brickyard.plugins import PluginError

if TYPE_CHECKING:
    import click


@dataclass(frozen=True)
class ServedData:
    """What is served.

    Parameters
    ----------
    file_or_name
        The path of a file, or the name of a data set.
    splits
        The splits, which are united.
    sources
        The sources; none for all that there are.
    batch_size
        How many examples are in a batch; None for single examples.
    seed
        The seed of the order; None for the order in the file.
    in_memory
        Whether to read all of it first.
    """

    file_or_name: str
    splits: tuple[str, ...]
    sources: tuple[str, ...] = ()
    batch_size: int | None = 128
    seed: int | None = None
    in_memory: bool = False


def serve_command() -> click.Command:
    """Return the command."""
    import click

    params = [click.Argument(["file_or_name"]), *_data_options(), *_server_options()]

    @click.command("serve", params=params, short_help="Serve a data set to others.")
    def serve(
        examples: bool,
        shuffle: bool,
        seed: int,
        batch_size: int,
        host: str,
        port: int,
        hwm: int,
        **chosen: Any,
    ) -> None:
        """Serve a data set until Ctrl-C; ServerDataStream is the client.

        FILE_OR_NAME is the path of a file, or the name of a data set that has been
        converted. Values are served as they are in the file: apply transformers on
        the client's side.
        """
        from brickyard.datasets.server import start_server

        size, order = None if examples else batch_size, seed if shuffle else None
        data = ServedData(batch_size=size, seed=order, **chosen)
        stream = make_stream(data)

        def say_ready(bound: int) -> None:
            sources = ", ".join(stream.sources)
            click.echo(f"serving {sources} at {host}:{bound}; Ctrl-C ends it")

        start_server(stream, port, hwm, host=host, on_ready=say_ready)

    return serve


def _data_options() -> list[click.Option]:
    import click

    return [
        click.Option(
            ["--split", "splits"],
            multiple=True,
            default=("train",),
            show_default=True,
            help="A split to serve; can be given several times.",
        ),
        click.Option(
            ["--source", "sources"],
            multiple=True,
            help="A source to serve; can be given several times. All by default.",
        ),
        click.Option(
            ["--batch-size"],
            type=click.IntRange(1),
            default=128,
            show_default=True,
            help="Examples in a batch.",
        ),
        click.Option(["--examples"], is_flag=True, help="Serve examples, no batches."),
        click.Option(
            ["--shuffle"], is_flag=True, help="In another order in each epoch."
        ),
        click.Option(
            ["--seed"],
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help="The seed of the order.",
        ),
        click.Option(["--in-memory"], is_flag=True, help="Read all of it first."),
    ]


def _server_options() -> list[click.Option]:
    import click

    return [
        click.Option(
            ["--host"],
            default="localhost",
            show_default=True,
            help="The name or address of the network interface; * is all of them.",
        ),
        click.Option(
            ["--port"],
            type=click.IntRange(0, 65535),
            default=5557,
            show_default=True,
            help="The port; 0 is any that is free.",
        ),
        click.Option(
            ["--hwm"],
            type=click.IntRange(1),
            default=10,
            show_default=True,
            help="How many items are sent before a client has taken them.",
        ),
    ]


def make_stream(data: ServedData) -> DataStream:
    """Return the stream that is served.

    Parameters
    ----------
    data
        What to serve.

    Raises
    ------
    FileNotFoundError
        If there is no such file or data set.
    ValueError
        If the name stands for several files, or a split or source is unknown.
    PluginError
        If the data set is that of a plugin and cannot be had.
    """
    dataset = _make_dataset(data)
    return DataStream(
        dataset, iteration_scheme=_make_scheme(data, dataset.num_examples)
    )


def _make_scheme(data: ServedData, num_examples: int) -> IterationScheme:
    if data.batch_size is None:
        if data.seed is None:
            return SequentialExampleScheme(num_examples)
        return ShuffledExampleScheme(num_examples, seed=data.seed)
    if data.seed is None:
        return SequentialScheme(num_examples, data.batch_size)
    return ShuffledScheme(num_examples, data.batch_size, seed=data.seed)


def _make_dataset(data: ServedData) -> Any:
    keywords: dict[str, Any] = {"sources": data.sources} if data.sources else {}
    plugin = find_dataset_plugin(data.file_or_name)
    if plugin is not None:
        dataset = plugin.load()(data.splits, **keywords)
        if not isinstance(getattr(dataset, "num_examples", None), int):
            raise PluginError(
                f"the data set {data.file_or_name!r} of {plugin.distribution!r} must "
                f"be a Dataset that knows num_examples, got {type(dataset).__name__}"
            )
        return dataset
    files = find_data_files(data.file_or_name)
    if len(files) > 1:
        raise ValueError(
            f"{data.file_or_name} stands for several files, "
            f"{', '.join(map(str, files))}; give the path of one"
        )
    return H5PYDataset(files[0], data.splits, load_in_memory=data.in_memory, **keywords)
