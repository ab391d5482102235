"""Calls of applications, one inside the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pytensor.graph.basic import Variable

from brickyard.bricks.children import is_ancestor
from brickyard.graph.annotations import ApplicationAnnotation

if TYPE_CHECKING:
    from brickyard.bricks.application import BoundApplication
    from brickyard.bricks.base import Brick


class ApplicationCall(ApplicationAnnotation):
    """One call of an application: an annotation of everything the call made.

    Parameters
    ----------
    application
        The application that was called.
    call_id
        An identifier given by the caller; it becomes ``metadata["call_id"]``.

    Attributes
    ----------
    sources : list of Variable
        Variables behind the inputs that the application went back to, as a cost does
        to the logits of a softmax. What lies before them is not of its making.
    """

    def __init__(self, application: BoundApplication, call_id: Any = None) -> None:
        super().__init__()
        self.application = application
        self.sources: list[Variable] = []
        if call_id is not None:
            self.metadata["call_id"] = call_id

    def __str__(self) -> str:
        return str(self.application)


_current_call: ContextVar[ApplicationCall | None] = ContextVar("call", default=None)


@contextmanager
def calling(call: ApplicationCall) -> Iterator[None]:
    """Make a call the current one, if the current one may make it.

    Parameters
    ----------
    call
        The call that begins.

    Raises
    ------
    ValueError
        If its brick has parameters and is not below the calling brick.
    """
    caller = _current_call.get()
    if caller is not None:
        _require_descendant(caller, call)
    token = _current_call.set(call)
    try:
        yield
    finally:
        _current_call.reset(token)
        if caller is not None:
            caller.sources.extend(call.sources)


def _require_descendant(caller: ApplicationCall, call: ApplicationCall) -> None:
    """Refuse a brick with parameters that the calling brick would not initialize."""
    brick = call.application.brick
    if is_ancestor(caller.application.brick, brick) or not has_parameters(brick):
        return
    raise ValueError(
        f"{caller} calls {call}, a brick with parameters that is not among its "
        "children, so that they would be neither initialized nor saved with it; add "
        f"it to the children of {caller.application.brick.path}"
    )


def has_parameters(brick: Brick) -> bool:
    """Tell whether a brick or one below it has parameters of its own.

    Parameters
    ----------
    brick
        The brick; one that is not allocated has none yet.
    """
    return bool(len(brick.parameters)) or any(map(has_parameters, brick.children))
