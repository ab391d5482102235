"""What a dataset is: named sources that can be asked for data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from brickyard.datasets.names import near_match
from brickyard.datasets.streams import (
    READ_AGAIN,
    AbstractDataStream,
    DataStream,
    copy_axis_labels,
)

if TYPE_CHECKING:
    from brickyard.datasets.schemes import IterationScheme

DefaultTransformer = tuple[Any, Sequence[Any], Mapping[str, Any]]


class Dataset:
    """Data under named sources.

    A dataset holds no position. What it takes to read along it, a file handle or an
    iterator, is made by `open`, passed to `get_data` and let go of by `close`.

    Subclasses set `provides_sources` before they call this constructor and give
    `get_data`; those with a position also `open`. A stream of them is resumed by
    reading the epoch from its start, unless they give `save_state` and `restore_state`.

    Parameters
    ----------
    sources
        The sources to give, in the order wanted; None for all that are provided.
    axis_labels
        Names of the axes, by source.

    Attributes
    ----------
    provides_sources : tuple of str
        The sources that there are.
    default_transformers : tuple
        Triples ``(transformer class, arguments after the stream, keyword arguments)``
        that `apply_default_transformers` applies in order.

    Raises
    ------
    ValueError
        If no source is provided, or one is requested that is not provided, one twice,
        or none.
    """

    provides_sources: tuple[str, ...] = ()
    default_transformers: Sequence[DefaultTransformer] = ()

    def __init__(
        self,
        sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        self.provides_sources = tuple(self.provides_sources)
        if not self.provides_sources:
            raise ValueError(
                f"{type(self).__name__} provides no sources; set provides_sources = "
                "('features', ...) in the class, or before the inherited __init__"
            )
        self._sources = self._check_sources(sources)
        self.axis_labels = copy_axis_labels(axis_labels)
        for name in self.axis_labels or ():
            if name not in self.provides_sources:
                raise ValueError(
                    f"{type(self).__name__} has axis labels for the unknown source "
                    f"{name!r}{near_match(name, self.provides_sources)}"
                )

    def _check_sources(self, sources: Iterable[str] | None) -> tuple[str, ...]:
        if sources is None:
            return self.provides_sources
        owner = type(self).__name__
        if isinstance(sources, str):
            raise TypeError(
                f"sources of {owner} must be a sequence of names, got the string "
                f"{sources!r}; write ({sources!r},)"
            )
        requested = tuple(sources)
        if not requested:
            raise ValueError(
                f"sources of {owner} is empty; leave it out for all of them, "
                f"{self.provides_sources}"
            )
        for source in requested:
            if source not in self.provides_sources:
                raise ValueError(
                    f"{owner} cannot provide source {source!r}"
                    f"{near_match(source, self.provides_sources)}"
                )
        if len(set(requested)) < len(requested):
            raise ValueError(f"sources of {owner} has duplicates: {requested}")
        return requested

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources given, in the order of the data."""
        return self._sources

    @property
    def num_examples(self) -> int | float:
        """How many examples there are; NaN if that is not known."""
        return float("nan")

    @property
    def example_iteration_scheme(self) -> IterationScheme | None:
        """A scheme going through the examples one by one; None if none is needed."""
        return None

    def apply_default_transformers(
        self, stream: AbstractDataStream
    ) -> AbstractDataStream:
        """Return the stream with the transformers applied that belong to these data.

        A transformer of certain sources is applied to those that were requested.

        Parameters
        ----------
        stream
            A stream of this dataset.
        """
        for transformer, arguments, keywords in self.default_transformers:
            if "which_sources" in keywords:
                known = [s for s in keywords["which_sources"] if s in stream.sources]
                if not known:
                    continue
                keywords = {**keywords, "which_sources": known}
            stream = transformer(stream, *arguments, **keywords)
        return stream

    def get_example_stream(self) -> DataStream:
        """Return a stream of single examples."""
        return DataStream(self, iteration_scheme=self.example_iteration_scheme)

    def open(self) -> Any:
        """Return what `get_data` needs to read from the start; None if nothing."""
        return None

    def reset(self, state: Any) -> Any:
        """Return a state at the start, in place of `state`.

        Parameters
        ----------
        state
            What `open` returned; it is closed.
        """
        self.close(state)
        return self.open()

    def next_epoch(self, state: Any) -> Any:
        """Return a state for the next epoch, in place of `state`.

        Parameters
        ----------
        state
            What `open` returned; it is closed.
        """
        return self.reset(state)

    def close(self, state: Any) -> None:
        """Let go of a state; closing it again does nothing.

        Parameters
        ----------
        state
            What `open` returned.
        """

    def save_state(self, state: Any) -> Any:
        """Return a state as plain JSON and arrays; None if it has no position.

        By default a state that is not None is not saved: it is brought back by opening
        the dataset anew and asking for everything in this epoch once more.

        Parameters
        ----------
        state
            What `open` returned.
        """
        return None if state is None else READ_AGAIN

    def restore_state(self, saved: Any) -> Any:
        """Return an open state at the saved position.

        Parameters
        ----------
        saved
            What `save_state` returned.

        Raises
        ------
        ValueError
            If the saved state does not belong to such a dataset.
        """
        if saved is None:
            return self.open()
        raise ValueError(
            f"{type(self).__name__} has no position of its own, yet the saved state "
            f"has one: {saved!r}; the state belongs to another dataset"
        )

    def get_data(self, state: Any = None, request: Any = None) -> tuple[Any, ...]:
        """Return data, one array per source.

        Parameters
        ----------
        state
            What `open` returned.
        request
            Which data: indices, a number of examples, or None for what comes next.

        Raises
        ------
        StopIteration
            When there is no more.
        """
        raise NotImplementedError(f"{type(self).__name__}.get_data is not defined")

    def filter_sources(self, data: Sequence[Any]) -> tuple[Any, ...]:
        """Return the requested sources, in the order requested.

        Parameters
        ----------
        data
            One array per provided source, in the order of `provides_sources`.

        Raises
        ------
        ValueError
            If the number of arrays is not the number of provided sources.
        """
        if len(data) != len(self.provides_sources):
            raise ValueError(
                f"{type(self).__name__} provides {self.provides_sources} and got "
                f"{len(data)} arrays to choose {self.sources} from"
            )
        by_name = dict(zip(self.provides_sources, data, strict=True))
        return tuple(by_name[source] for source in self.sources)
