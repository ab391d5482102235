"""Sources of batches matched by name to the inputs of a graph."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Sequence
from typing import Literal

from pytensor.graph.basic import Variable

logger = logging.getLogger(__name__)

OnUnusedSources = Literal["raise", "warn", "ignore"]


class SourceMatcher:
    """Checks that batches bring what a graph needs.

    Parameters
    ----------
    owner
        The algorithm, for messages.
    inputs
        The inputs of the graph.
    on_unused_sources
        What to do with a source that is no input: ``"raise"`` an error, ``"warn"`` in
        the log, once, or ``"ignore"`` it.

    Attributes
    ----------
    names : list of str
        The names of the inputs, in their order.

    Raises
    ------
    ValueError
        If an input has no name, or two have the same.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> matcher = SourceMatcher("GradientDescent", [pt.matrix("features")], "raise")
    >>> matcher.check(("features",))
    >>> matcher.check(("feature",))
    Traceback (most recent call last):
        ...
    ValueError: GradientDescent: the graph has the inputs 'features' and the batch ...
    """

    def __init__(
        self,
        owner: str,
        inputs: Sequence[Variable],
        on_unused_sources: OnUnusedSources,
    ) -> None:
        self.owner = owner
        self.on_unused_sources = on_unused_sources
        nameless = [variable for variable in inputs if not variable.name]
        if nameless:
            raise ValueError(
                f"{owner}: an input of the graph has no name ({nameless[0].type}), so "
                "no source can be matched to it; name it: pt.matrix('features')"
            )
        self.names: list[str] = [str(variable.name) for variable in inputs]
        twice = sorted({name for name in self.names if self.names.count(name) > 1})
        if twice:
            raise ValueError(
                f"{owner}: two different inputs of the graph are called "
                f"{_listed(twice)}; use one variable, or two names and two sources"
            )

    def check(self, sources: Sequence[str]) -> None:
        """Raise unless batches with these sources fit the graph.

        Parameters
        ----------
        sources
            The names of the sources.

        Raises
        ------
        ValueError
            If an input has no source, or, as chosen, a source no input.
        """
        missing = [name for name in self.names if name not in sources]
        unused = [source for source in sources if source not in self.names]
        if missing:
            raise ValueError(
                f"{self._both(sources)}; there is no source for "
                f"{_listed(missing)}{_near(missing, unused)}. Rename the sources of "
                "the stream with Rename, or the variables"
            )
        if not unused or self.on_unused_sources == "ignore":
            return
        message = (
            f"{self._both(sources)}; nothing uses {_listed(unused)}. Drop what is not "
            "needed with FilterSources, or choose on_unused_sources='ignore'"
        )
        if self.on_unused_sources == "raise":
            raise ValueError(message)
        logger.warning(message)

    def _both(self, sources: Sequence[str]) -> str:
        return (
            f"{self.owner}: the graph has the inputs {_listed(self.names)} and the "
            f"batch has the sources {_listed(sources)}"
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names)) or "none"


def _near(missing: Sequence[str], sources: Sequence[str]) -> str:
    found = [
        f"{near[0]!r} for {name!r}"
        for name in missing
        if (near := difflib.get_close_matches(name, sources, n=1))
    ]
    return f" (did you mean {', '.join(found)}?)" if found else ""
