"""Walking through one epoch of a stream, with a position that can be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from brickyard.datasets.batch_length import batch_length
from brickyard.datasets.request_iterators import Request, RequestIterator, check_cursor
from brickyard.state import State, require_keys

if TYPE_CHECKING:
    from brickyard.datasets.streams import AbstractDataStream

Data = tuple[Any, ...]


class Stateful(Protocol):
    """Something whose state can be saved and restored."""

    def get_state(self) -> State:
        """Return the state."""
        ...

    def set_state(self, state: State) -> None:
        """Apply a state, all of it or nothing.

        Parameters
        ----------
        state
            What `get_state` returned.
        """
        ...


class DataIterator:
    """The batches, or examples, of one epoch, from the current position on.

    As it is, it asks its stream for data once per request. Transformers with a memory
    derive from it: they give `fetch`, name the iterators they read from in `parts`, and
    save what else they remember in `get_memory` and `set_memory`. Those that can go
    past an item without making it say so in `can_skip`, and do it in `pass_over`.

    Parameters
    ----------
    data_stream
        The stream this is an epoch of.
    request_iterator
        The requests of the epoch; None if the data come without being asked for.
    as_dict
        Whether data come as dictionaries from source to array rather than tuples in
        the order of ``data_stream.sources``.
    epoch
        The number of the epoch, from 0.

    Attributes
    ----------
    position : int
        How many batches (or examples) were handed out in this epoch.

    Raises
    ------
    TypeError
        If `request_iterator` has no state.

    Examples
    --------
    >>> from brickyard.datasets import DataStream, IndexableDataset, SequentialScheme
    >>> stream = DataStream(IndexableDataset({"x": range(4)}), SequentialScheme(4, 2))
    >>> iterator = stream.get_epoch_iterator()
    >>> next(iterator)
    (range(0, 2),)
    >>> state = iterator.get_state()
    >>> later = stream.get_epoch_iterator(epoch=0)
    >>> later.set_state(state)
    >>> next(later)
    (range(2, 4),)
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        request_iterator: RequestIterator | None = None,
        as_dict: bool = False,
        *,
        epoch: int = 0,
    ) -> None:
        if request_iterator is not None and not hasattr(request_iterator, "set_state"):
            raise TypeError(
                f"{type(data_stream).__name__} got {request_iterator!r} from its "
                "iteration scheme; get_request_iterator must return a RequestIterator, "
                "which has get_state and set_state"
            )
        self.data_stream = data_stream
        self.request_iterator = request_iterator
        self.as_dict = as_dict
        self.epoch = epoch
        self.position = 0
        self.sources = tuple(data_stream.sources)
        self._finished = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for kind in cls.__mro__:
            if "pass_over" in vars(kind):
                break
            if "fetch" in vars(kind) or "__next__" in vars(kind):
                # going past items as a base does that makes other items
                cls.pass_over = DataIterator.pass_over  # type: ignore[method-assign]
                cls.can_skip = DataIterator.can_skip  # type: ignore[method-assign]
                break

    def __iter__(self) -> DataIterator:
        return self

    def __next__(self) -> Any:
        if self._finished:
            raise StopIteration
        requests = self.request_iterator
        try:
            data = self.fetch(None if requests is None else next(requests))
        except StopIteration:
            self.close()
            raise
        if len(data) != len(self.sources):
            raise ValueError(
                f"{type(self.data_stream).__name__} has {len(self.sources)} sources, "
                f"{self.sources}, and gave {len(data)} arrays; a transformer that adds "
                "or drops data must say so in its sources"
            )
        self.position += 1
        if self.as_dict:
            return dict(zip(self.sources, data, strict=True))
        return data

    def fetch(self, request: Request | None) -> Data:
        """Return the data for one request, one array per source.

        Parameters
        ----------
        request
            The request in turn, None when there are no requests.

        Raises
        ------
        StopIteration
            When the epoch has no more data.
        """
        return self.data_stream.get_data(request)

    def skip(self, items: int = 1, counted: bool = False) -> int:
        """Go past the next items, making as little of them as possible.

        The iterator stands afterwards where it would if they had been read.

        Parameters
        ----------
        items
            How many items to go past; it may be fewer if the epoch ends.
        counted
            Whether the number of examples is wanted.

        Returns
        -------
        int
            The number of items, or if `counted` of the examples in them.

        Raises
        ------
        StopIteration
            If there are no more items.

        Examples
        --------
        >>> from brickyard.datasets import DataStream, IndexableDataset
        >>> from brickyard.datasets import SequentialScheme
        >>> stream = DataStream(IndexableDataset(range(8)), SequentialScheme(8, 3))
        >>> iterator = stream.get_epoch_iterator()
        >>> iterator.skip(), iterator.skip(counted=True), next(iterator)
        (1, 3, (range(6, 8),))
        """
        cheap, total = self.can_skip(), 0
        for done in range(items):
            try:
                number = self._skip_next(cheap, counted)
            except StopIteration:
                if done:
                    break
                raise
            total += number if counted else 1
        return total

    def _skip_next(self, cheap: bool, counted: bool) -> int:
        if self._finished:
            raise StopIteration
        requests = self.request_iterator
        try:
            request = None if requests is None else next(requests)
            if cheap:
                number = self.pass_over(request, counted)
            else:
                number = DataIterator.pass_over(self, request, counted)
        except StopIteration:
            self.close()
            raise
        self.position += 1
        return number

    def can_skip(self) -> bool:
        """Return whether going past an item is less work than making it.

        Workers that share an epoch all go along the whole of it, and each makes only
        some of its items: that is of use where this is true.

        It is where `pass_over` was overridden to good effect. A class with another
        `fetch` than its base and no `pass_over` of its own has that of `DataIterator`
        again, which is never wrong.
        """
        return False

    def pass_over(self, request: Request | None, counted: bool) -> int:
        """Go past one item, which is not made if that can be helped.

        Afterwards the parts and the memory are as after `fetch`; the position is not
        touched. As it is, the item is made and dropped. Overridden, it is called only
        while `can_skip` is true, and may call this one.

        Parameters
        ----------
        request
            The request in turn, None when there are no requests.
        counted
            Whether the number of examples is wanted.

        Returns
        -------
        int
            The number of examples in the item, if it is wanted, and any number if not.

        Raises
        ------
        StopIteration
            When the epoch has no more data.
        """
        data = self.fetch(request)
        if not counted or self.data_stream.produces_examples:
            return 1
        return batch_length(data, self.sources, type(self.data_stream).__name__)

    def parts(self) -> dict[str, Stateful]:
        """Return what this iterator reads from and saves along, by name."""
        if self.request_iterator is None:
            return {}
        return {"requests": self.request_iterator}

    def get_memory(self) -> Any:
        """Return what the iterator itself remembers, as plain JSON and arrays."""
        return None

    def set_memory(self, memory: Any) -> None:
        """Apply what `get_memory` returned, all of it or nothing.

        Parameters
        ----------
        memory
            The saved memory.
        """
        if memory is not None:
            raise ValueError(
                f"{type(self).__name__} remembers nothing, yet its state has memory "
                f"{memory!r}; the state belongs to another stream"
            )

    def close(self) -> None:
        """End the epoch here and let go of what is held for it."""
        self._finished = True
        for part in self.parts().values():
            if isinstance(part, DataIterator):
                part.close()

    def get_state(self) -> State:
        """Return the position, to go on from in another process.

        Returns
        -------
        State
            ``epoch``, ``position``, ``memory``, and the states of ``parts`` by name.
        """
        return {
            "epoch": self.epoch,
            "position": self.position,
            "memory": self.get_memory(),
            "parts": {name: part.get_state() for name, part in self.parts().items()},
        }

    def set_state(self, state: State) -> None:
        """Go to a saved position; on an error the old one is kept.

        Parameters
        ----------
        state
            What `get_state` gave for an iterator of the same stream and epoch.

        Raises
        ------
        ValueError
            If the state is of another epoch or does not fit this stream.
        """
        owner = f"the {type(self).__name__} of {type(self.data_stream).__name__}"
        require_keys(state, ["epoch", "position", "memory", "parts"], owner)
        saved = state["epoch"]
        if saved != self.epoch:
            raise ValueError(
                f"the state of {owner} was saved in epoch {saved!r} and this is epoch "
                f"{self.epoch}; ask for get_epoch_iterator(epoch={saved!r})"
            )
        position = check_cursor(state["position"], None, "position", owner)
        parts = self.parts()
        require_keys(state["parts"], parts, f"the parts of {owner}")
        before = {name: part.get_state() for name, part in parts.items()}
        try:
            for name, part in parts.items():
                part.set_state(state["parts"][name])
            self.set_memory(state["memory"])
        except Exception:
            for name, part in parts.items():
                part.set_state(before[name])
            raise
        self.position = position
        self._finished = False
