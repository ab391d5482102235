"""The callbacks of the main loop, resolved once per run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

Hook = Callable[..., Any]

CALLBACK_NAMES = (
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
"""Everything an extension can react to, in the order of a training run."""


class Hooks:
    """For every callback the extensions that listen to it, in their order.

    An extension that does nothing on a callback costs nothing there: it says in
    ``callbacks()`` which ones it listens to.

    Parameters
    ----------
    extensions
        Extensions in the order in which they run.

    Raises
    ------
    ValueError
        If an extension listens to a callback that does not exist.

    Examples
    --------
    >>> class Greeter:
    ...     name = "greeter"
    ...
    ...     def callbacks(self):
    ...         return {"before_training"}
    ...
    ...     def dispatch(self, callback_name, *args):
    ...         print(callback_name, *args)
    >>> hooks = Hooks([Greeter()])
    >>> run_hooks(hooks.before_training)
    before_training
    >>> hooks.after_batch
    ()
    """

    __slots__ = CALLBACK_NAMES

    before_training: tuple[Hook, ...]
    on_resumption: tuple[Hook, ...]
    before_epoch: tuple[Hook, ...]
    before_batch: tuple[Hook, ...]
    after_batch: tuple[Hook, ...]
    after_epoch: tuple[Hook, ...]
    after_training: tuple[Hook, ...]
    on_error: tuple[Hook, ...]
    on_interrupt: tuple[Hook, ...]

    def __init__(self, extensions: Iterable[Any]) -> None:
        lists: dict[str, list[Hook]] = {name: [] for name in CALLBACK_NAMES}
        for extension in extensions:
            listened = set(extension.callbacks())
            unknown = sorted(listened.difference(CALLBACK_NAMES))
            if unknown:
                raise ValueError(
                    f"extension {extension.name!r} listens to {unknown}, but the main "
                    f"loop's callbacks are {list(CALLBACK_NAMES)}"
                )
            for name in CALLBACK_NAMES:
                if name in listened:
                    lists[name].append(partial(extension.dispatch, name))
        for name, hooks in lists.items():
            setattr(self, name, tuple(hooks))


def run_hooks(hooks: Iterable[Hook], *args: object) -> None:
    """Call hooks in order; an error gets a note naming the extension.

    Parameters
    ----------
    hooks
        One of the lists of `Hooks`.
    *args
        What the callback passes: the batch or the exception, if anything.
    """
    for hook in hooks:
        try:
            hook(*args)
        except Exception as error:
            error.add_note(describe_hook(hook))
            raise


def describe_hook(hook: Hook) -> str:
    """Say which extension was busy with which callback.

    Parameters
    ----------
    hook
        A member of one of the lists of `Hooks`.
    """
    extension = hook.func.__self__  # type: ignore[attr-defined]
    callback_name = hook.args[0]  # type: ignore[attr-defined]
    return f"raised by extension {extension.name!r} in {callback_name}"
