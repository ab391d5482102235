"""Messages about names that do not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MAX_LISTED = 20


def near_match(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: what is nearest, what exists.

    Parameters
    ----------
    name
        The unknown name.
    known
        The names that would do.

    Examples
    --------
    >>> near_match("feature", ["features", "targets"])
    "; did you mean 'features'? There are: features, targets"
    """
    known = list(known)
    rest = len(known) - _MAX_LISTED
    more = f" and {rest} more" if rest > 0 else ""
    listed = f"There are: {', '.join(known[:_MAX_LISTED]) or 'none'}{more}"
    close = difflib.get_close_matches(str(name), known, n=1)
    return f"; did you mean {close[0]!r}? {listed}" if close else f". {listed}"
