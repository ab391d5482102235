"""The condition language: at which callbacks, and when, an extension acts."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from operator import index
from typing import Any

CALLBACKS = (
    "before_training",
    "on_resumption",
    "before_epoch",
    "before_batch",
    "after_batch",
    "after_epoch",
    "after_training",
    "on_error",
    "on_interrupt",
)
"""The names of the callbacks, in the order in which a run meets them."""

CALLBACK_ARGUMENTS = {"before_batch": 1, "after_batch": 1, "on_error": 1}
"""How many arguments the loop passes, for the callbacks that get any."""

COUNTED_CONDITIONS = {
    "after_n_batches": "after_batch",
    "after_n_epochs": "after_epoch",
    "every_n_batches": "after_batch",
    "every_n_epochs": "after_epoch",
}
"""Conditions that take a number, and the callback at which each is tested."""

CONDITIONS = (*CALLBACKS, "before_first_epoch", *COUNTED_CONDITIONS)
"""Everything that may be given to an extension as a condition."""


def callback(func: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a method of an extension as one that the main loop calls.

    Parameters
    ----------
    func
        The method.

    Returns
    -------
    callable
        The same method, marked.
    """
    func._is_callback = True  # type: ignore[attr-defined]
    return func


def near_match(name: str, valid: Iterable[str]) -> str:
    """Suggest a valid name for a misspelt one, as the end of a sentence.

    Parameters
    ----------
    name
        What was given.
    valid
        The names that would have been right.

    Returns
    -------
    str
        ``"; did you mean 'x'?"`` or nothing.

    Examples
    --------
    >>> near_match("after_epok", ["after_epoch", "after_batch"])
    "; did you mean 'after_epoch'?"
    """
    matches = difflib.get_close_matches(name, list(valid), n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def check_callback(name: str) -> str:
    """Return `name` if it is a callback.

    Parameters
    ----------
    name
        The name to look up.

    Returns
    -------
    str
        The same name.

    Raises
    ------
    TypeError
        If the main loop has no such callback.
    """
    if name not in CALLBACKS:
        raise TypeError(
            f"{name!r} is not a callback of the main loop{near_match(name, CALLBACKS)}"
            f" (callbacks: {', '.join(CALLBACKS)})"
        )
    return name


class CallbackName(str):
    """The name of a callback; comparing it with a name that is none is an error.

    An extension that asks ``which_callback == "after_epok"`` would otherwise never
    act and never say why.

    Raises
    ------
    TypeError
        When created from, or compared with, something that is no callback.

    Examples
    --------
    >>> CallbackName("after_epoch") == "after_epoch"
    True
    >>> CallbackName("after_epoch") == "after_epok"
    Traceback (most recent call last):
        ...
    TypeError: 'after_epok' is not a callback of the main loop; did you mean ...
    """

    __slots__ = ()

    def __new__(cls, name: str) -> CallbackName:
        """Check the name before there is an object."""
        return super().__new__(cls, check_callback(name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CallbackName) and isinstance(other, str):
            check_callback(other)
        return str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def has_done_epochs(log: Any) -> bool:
    """Tell whether the training has completed an epoch.

    Parameters
    ----------
    log
        The training log.

    Returns
    -------
    bool
        True from the end of the first epoch on.
    """
    return log.status["epochs_done"] > 0


def has_done_no_epochs(log: Any) -> bool:
    """Tell whether the training is still before the end of its first epoch.

    Parameters
    ----------
    log
        The training log.

    Returns
    -------
    bool
        True until the first epoch is complete.
    """
    return log.status["epochs_done"] == 0


def always_true(log: Any) -> bool:
    """Hold whatever the log says.

    Parameters
    ----------
    log
        The training log.

    Returns
    -------
    bool
        True.
    """
    return True


class Predicate:
    """A test of the number of batches or epochs done.

    ``every_n_*`` holds whenever the count is a multiple of the number. ``after_n_*``
    holds once, at the first test that finds the count at the number or beyond it, so
    that a run which starts past the number does not miss it; that it has held is
    remembered in the state of the extension.

    Parameters
    ----------
    condition
        What is counted and how it is compared: ``"after_n_batches"``,
        ``"after_n_epochs"``, ``"every_n_batches"`` or ``"every_n_epochs"``.
    num : int
        The number of batches or epochs, at least 1.
    once : bool
        Whether ``after_n_*`` holds at the first test alone, or at every test from
        then on.

    Raises
    ------
    TypeError
        If the condition does not exist or the number is no integer.
    ValueError
        If the number is not positive.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> log = SimpleNamespace(status={"iterations_done": 20, "epochs_done": 2})
    >>> Predicate("every_n_batches", 10)(log), Predicate("after_n_epochs", 3)(log)
    (True, False)
    """

    def __init__(self, condition: str, num: int, *, once: bool = True) -> None:
        if condition not in COUNTED_CONDITIONS:
            raise TypeError(
                f"{condition!r} is not a condition with a number"
                f"{near_match(condition, COUNTED_CONDITIONS)}"
            )
        self.condition = condition
        self.num = positive_count(condition, num)
        self.once = once
        self.fired = False
        self._key = "epochs_done" if condition.endswith("epochs") else "iterations_done"
        self._every = condition.startswith("every")

    @property
    def label(self) -> str:
        """The condition as it was written, ``"after_n_epochs=3"``."""
        return f"{self.condition}={self.num}"

    @property
    def has_memory(self) -> bool:
        """Whether the predicate remembers that it has held."""
        return self.once and not self._every

    def __call__(self, log: Any) -> bool:
        """Test the counts of a log.

        Parameters
        ----------
        log
            The training log.

        Returns
        -------
        bool
            Whether the extension acts.
        """
        count = log.status[self._key]
        if self._every:
            return count % self.num == 0
        if count < self.num or self.fired:
            return False
        self.fired = self.once
        return True


def positive_count(name: str, value: Any) -> int:
    """Return `value` as an integer of at least one.

    Parameters
    ----------
    name
        What the number is for, for the message.
    value
        The number.

    Returns
    -------
    int
        The number.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is not positive.

    Examples
    --------
    >>> positive_count("every_n_epochs", 5)
    5
    >>> positive_count("every_n_epochs", 0)
    Traceback (most recent call last):
        ...
    ValueError: every_n_epochs must be at least 1, got 0
    """
    try:
        if isinstance(value, bool):
            raise TypeError("a bool counts nothing")
        number = index(value)
    except TypeError as error:
        raise TypeError(
            f"{name} must be a positive integer, got {value!r} of type "
            f"{type(value).__name__}"
        ) from error
    if number < 1:
        raise ValueError(f"{name} must be at least 1, got {number}")
    return number
