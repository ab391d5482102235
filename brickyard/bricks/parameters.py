"""The parameters of one brick."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.backends import SharedTensor
from brickyard.graph.annotations import add_annotation

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick


class Parameters(Sequence[SharedTensor]):
    """The parameters that belong to one brick itself, not to its children.

    A sequence of shared variables in the order in which they were added, where each
    can also be had by name. A parameter that the brick computes from another one
    (tied weights) is reached by its name only: there is nothing of its own to train
    or save.

    Parameters
    ----------
    brick
        The brick.

    Examples
    --------
    >>> from brickyard.bricks import Linear
    >>> linear = Linear(3, 2)
    >>> linear.allocate()
    >>> list(linear.parameters), linear.parameters["W"], len(linear.parameters)
    ([W, b], W, 2)
    """

    def __init__(self, brick: Brick) -> None:
        self.brick = brick
        self._variables: dict[str, Any] = {}

    def append(self, variable: Variable) -> None:
        """Add a parameter and annotate it with the brick.

        Parameters
        ----------
        variable
            A shared variable, or an expression, with a name that the brick's other
            parameters do not have.

        Raises
        ------
        TypeError
            If `variable` is not a variable.
        ValueError
            If it has no usable name or its name is taken.
        """
        self.add(variable, getattr(variable, "name", None))

    def add(self, variable: Variable, name: str | None) -> None:
        """Add a parameter under a name, which may differ from the variable's own.

        Parameters
        ----------
        variable
            A shared variable or an expression.
        name
            The name that the brick has for it: unique within the brick, without the
            delimiters ``/`` and ``.`` of brick paths.

        Raises
        ------
        TypeError
            If `variable` is not a variable.
        ValueError
            If `name` is not usable or taken.
        """
        if not isinstance(variable, Variable):
            raise TypeError(
                f"{self.brick.path}: a parameter must be a variable, got {variable!r}; "
                "use add_parameter to make one of a value"
            )
        if not name or "/" in name or "." in name:
            raise ValueError(
                f"{self.brick.path}: a parameter needs a name without '/' and '.', got "
                f"{name!r}; paths such as /mlp/linear_0.W are made of it"
            )
        if name in self._variables:
            raise ValueError(
                f"{self.brick.path}: there is a parameter named {name!r} already; "
                "give each parameter of a brick its own name"
            )
        add_annotation(variable, self.brick)
        self._variables[name] = variable

    def clear(self) -> None:
        """Forget all parameters."""
        self._variables.clear()

    def names(self) -> dict[str, Any]:
        """Return the shared variables by the names the brick has for them."""
        return {
            name: variable
            for name, variable in self._variables.items()
            if isinstance(variable, SharedVariable)
        }

    @overload
    def __getitem__(self, key: int | str) -> SharedTensor: ...

    @overload
    def __getitem__(self, key: slice) -> list[SharedTensor]: ...

    def __getitem__(self, key: int | str | slice) -> SharedTensor | list[SharedTensor]:
        if not isinstance(key, str):
            return list(self)[key]
        if key in self._variables:
            return self._variables[key]
        if not self.brick.allocated and not self._variables:
            raise ValueError(
                f"{self.brick.path} has no parameter {key!r} yet: it is not allocated; "
                "call its allocate() or initialize() first"
            )
        near = difflib.get_close_matches(key, self._variables, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"{self.brick.path} has no parameter {key!r}, only "
            f"{list(self._variables)}{hint}"
        )

    def __iter__(self) -> Iterator[SharedTensor]:
        return iter(self.names().values())

    def __len__(self) -> int:
        return len(self.names())

    def __contains__(self, variable: object) -> bool:
        return any(variable is present for present in self)

    def __repr__(self) -> str:
        return f"Parameters({list(self)!r})"
