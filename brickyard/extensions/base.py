"""What the main loop knows about everything that hooks into it."""

from __future__ import annotations

import inspect
from typing import Any

from brickyard.extensions.conditions import (
    CALLBACK_ARGUMENTS,
    CALLBACKS,
    CONDITIONS,
    callback,
    near_match,
)
from brickyard.state import State, require_keys


class TrainingExtension:
    """Something that acts at certain moments of a training run.

    Override the callbacks you need; the loop never calls those that you leave alone.
    An extension with memory overrides `get_state` and `set_state`, and one that uses
    the log as a message board says so in `reads` and `writes`.

    Parameters
    ----------
    name : str, optional
        What `MainLoop.find_extension` finds it by and what messages call it; the name
        of the class if not given.
    **unknown
        Arguments that no subclass took: a TypeError that names the nearest known one.

    Raises
    ------
    TypeError
        If an argument is none that the extension knows.

    Examples
    --------
    >>> class CountBatches(TrainingExtension):
    ...     count = 0
    ...     def after_batch(self, batch):
    ...         self.count += 1
    >>> extension = CountBatches()
    >>> extension.dispatch("after_batch", {"features": [1, 2]})
    >>> extension.count, sorted(extension.callbacks())
    (1, ['after_batch'])
    """

    def __init__(self, name: str | None = None, **unknown: Any) -> None:
        if unknown:
            wrong = next(iter(unknown))
            parameters = inspect.signature(type(self).__init__).parameters
            own = [key for key in parameters if key not in {"self", "kwargs"}]
            raise TypeError(
                f"{type(self).__name__} has no argument or condition {wrong!r}"
                f"{near_match(wrong, [*CONDITIONS, *own, 'name'])}"
            )
        self.name = name or type(self).__name__
        self._main_loop: Any = None

    @property
    def main_loop(self) -> Any:
        """The main loop the extension takes part in.

        Raises
        ------
        ValueError
            If there is none yet.
        """
        if self._main_loop is None:
            raise ValueError(
                f"the extension {self.name!r} is not part of a main loop yet; pass it "
                "to MainLoop(extensions=[...]) and call run()"
            )
        return self._main_loop

    @main_loop.setter
    def main_loop(self, value: Any) -> None:
        self._main_loop = value

    def dispatch(self, callback_name: str, *args: Any) -> None:
        """Run the callback called `callback_name`.

        Parameters
        ----------
        callback_name
            One of the callbacks.
        *args
            What the loop passes: the batch, the exception, or nothing.
        """
        getattr(self, callback_name)(*args)

    def callbacks(self) -> set[str]:
        """Name the callbacks for which the loop has to call this extension.

        Returns
        -------
        set of str
            The callbacks that the class overrides.

        Raises
        ------
        TypeError
            If an overridden callback does not take the arguments that the loop
            passes, or a method looks like a misspelt callback.
        """
        _check_callbacks(type(self))
        return {name for name in CALLBACKS if overrides(type(self), name)}

    def reads(self) -> list[str]:
        """Name the log records that the extension reads.

        Returns
        -------
        list of str
            Records that an extension placed before this one has to write.
        """
        return []

    def writes(self) -> list[str]:
        """Name the log records that the extension writes.

        Returns
        -------
        list of str
            Records that extensions placed after this one may read.
        """
        return []

    def get_state(self) -> State:
        """Return what the extension remembers.

        Returns
        -------
        dict
            A state; empty if there is nothing to remember.
        """
        return {}

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If the state is not one of this extension.
        """
        require_keys(state, [], f"the extension {self.name!r}")

    def setup(self) -> None:
        """Prepare for training; called before the algorithm is initialized."""

    def restore(self) -> None:
        """Load what a former run has saved; called after initialization."""

    @callback
    def before_training(self) -> None:
        """Act before the first batch of a fresh training."""

    @callback
    def on_resumption(self) -> None:
        """Act before the first batch of a continued training."""

    @callback
    def before_epoch(self) -> None:
        """Act before each epoch."""

    @callback
    def before_batch(self, batch: Any) -> None:
        """Act before each batch is processed.

        Parameters
        ----------
        batch
            The arrays by source name.
        """

    @callback
    def after_batch(self, batch: Any) -> None:
        """Act after each batch was processed.

        Parameters
        ----------
        batch
            The arrays by source name.
        """

    @callback
    def after_epoch(self) -> None:
        """Act after each epoch."""

    @callback
    def after_training(self) -> None:
        """Act when training has come to its end."""

    @callback
    def on_error(self, exception: Exception) -> None:
        """Act when something has raised.

        Parameters
        ----------
        exception
            What was raised.
        """

    @callback
    def on_interrupt(self) -> None:
        """Act when training stops because the user asked for it."""


def overrides(kind: type, name: str) -> bool:
    """Tell whether a class of extensions has its own method `name`.

    Parameters
    ----------
    kind
        A subclass of `TrainingExtension`.
    name
        The name of a method.

    Returns
    -------
    bool
        Whether it differs from the one of `TrainingExtension`.
    """
    return getattr(kind, name) is not getattr(TrainingExtension, name)


def _check_callbacks(kind: type) -> None:
    for name in CALLBACKS:
        if overrides(kind, name):
            _check_signature(kind, name)
    for name in dir(kind):
        prefixed = name.startswith(("before_", "after_", "on_"))
        if not prefixed or name in CALLBACKS or not callable(getattr(kind, name)):
            continue
        suggestion = near_match(name, CALLBACKS)
        if suggestion:
            raise TypeError(
                f"{kind.__name__}.{name} would never be called, it is no callback"
                f"{suggestion} (a helper method needs a name that is less like one)"
            )


def _check_signature(kind: type, name: str) -> None:
    count = CALLBACK_ARGUMENTS.get(name, 0)
    signature = inspect.signature(getattr(kind, name))
    try:
        signature.bind(None, *[None] * count)
    except TypeError as error:
        expected = {"on_error": "(self, exception)"}.get(
            name, "(self, batch)" if count else "(self)"
        )
        raise TypeError(
            f"the loop calls {kind.__name__}.{name}{expected}, but it is declared as "
            f"{name}{signature}"
        ) from error
