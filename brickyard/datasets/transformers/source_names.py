"""Checks of source names, with the near match in the message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from brickyard.datasets.names import near_match


def check_known(names: Iterable[str], sources: Sequence[str], owner: str) -> None:
    """Raise unless every name is one of the sources.

    Parameters
    ----------
    names
        The names to check.
    sources
        The sources of the stream below.
    owner
        The class and argument the names were given to, for the message.

    Raises
    ------
    TypeError
        If `names` is a single string, or holds something else than strings.
    ValueError
        If a name is unknown, with the nearest source.

    Examples
    --------
    >>> check_known(["feature"], ["features", "targets"], "Flatten: which_sources")
    Traceback (most recent call last):
        ...
    ValueError: Flatten: which_sources has 'feature', which is not a source of the
    stream; did you mean 'features'? There are: features, targets
    """
    if isinstance(names, str):
        raise TypeError(
            f"{owner} must be a sequence of source names, got the string {names!r}; "
            f"write ({names!r},)"
        )
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{owner} must hold source names, got {name!r}")
        if name in sources:
            continue
        raise ValueError(
            f"{owner} has {name!r}, which is not a source of the stream"
            f"{near_match(name, sources)}"
        )


def check_distinct(sources: Sequence[str], owner: str) -> None:
    """Raise if a stream would have two sources of one name.

    Parameters
    ----------
    sources
        The sources the stream would have.
    owner
        The class of the stream, for the message.

    Raises
    ------
    ValueError
        If a name occurs twice.

    Examples
    --------
    >>> check_distinct(["x", "y", "x"], "Rename")
    Traceback (most recent call last):
        ...
    ValueError: Rename would give two sources the name 'x'; its sources would be 'x',
    'y', 'x'
    """
    for name in sources:
        if list(sources).count(name) > 1:
            raise ValueError(
                f"{owner} would give two sources the name {name!r}; its sources would "
                f"be {listed(sources)}"
            )


def listed(sources: Iterable[str]) -> str:
    """Return quoted source names with commas between them, for messages.

    Parameters
    ----------
    sources
        The names.

    Examples
    --------
    >>> listed(["x", "y"])
    "'x', 'y'"
    """
    return ", ".join(map(repr, sources))
