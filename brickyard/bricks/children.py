"""The children of one brick."""

from __future__ import annotations

from collections.abc import Iterable, MutableSequence
from typing import TYPE_CHECKING, Any, overload

from brickyard.bricks.naming import Named

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick


class Children(MutableSequence["Brick"]):
    """The children of a brick, a list that keeps names and parents in order.

    Every brick in it knows the brick as a parent; the first parent that adopted it
    owns it: the owner is part of its path and configures it. Two children of one
    brick never have the same name.

    Parameters
    ----------
    brick
        The parent.

    Examples
    --------
    >>> from brickyard.bricks import Brick
    >>> house = Brick(name="house", children=[Brick(name="door")])
    >>> house.children[0].path
    '/house/door'
    >>> house.children.append(Brick(name="door"))
    Traceback (most recent call last):
        ...
    ValueError: /house cannot adopt a second child named 'door'; ...
    """

    def __init__(self, brick: Brick) -> None:
        self.brick = brick
        self._bricks: list[Brick] = []

    def insert(self, index: int, value: Brick) -> None:
        """Adopt a brick at a position.

        Parameters
        ----------
        index
            The position in the list.
        value
            The new child.

        Raises
        ------
        TypeError
            If `value` is not a brick.
        ValueError
            If it is a child already, an ancestor or the parent itself, or if its name
            is taken.
        """
        self._check(value)
        self._bricks.insert(index, value)
        value.parents.append(self.brick)

    def _check(self, child: Any) -> None:
        path = self.brick.path
        if not isinstance(child, Named):
            raise TypeError(
                f"a child of {path} must be a brick, got {child!r} of type "
                f"{type(child).__name__}"
            )
        if any(child is present for present in self._bricks):
            raise ValueError(f"{child.name!r} is a child of {path} already")
        if is_ancestor(child, self.brick):
            raise ValueError(
                f"{path} cannot adopt {child.path}, which is the brick itself or one "
                "it belongs to"
            )
        if any(child.name == present.name for present in self._bricks):
            raise ValueError(
                f"{path} cannot adopt a second child named {child.name!r}; give the "
                "bricks names of their own, for example "
                f"{type(child).__name__}(..., name='{child.name}_2')"
            )

    @overload
    def __getitem__(self, index: int) -> Brick: ...

    @overload
    def __getitem__(self, index: slice) -> list[Brick]: ...

    def __getitem__(self, index: int | slice) -> Brick | list[Brick]:
        return self._bricks[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            raise TypeError(
                f"the children of {self.brick.path} are replaced one by one, or all "
                "at once by assigning to children"
            )
        position = range(len(self))[index]
        removed = self._bricks[position]
        del self[position]
        try:
            self.insert(position, value)
        except (TypeError, ValueError):
            self.insert(position, removed)
            raise

    def __delitem__(self, index: int | slice) -> None:
        removed = self._bricks[index]
        del self._bricks[index]
        for child in removed if isinstance(removed, list) else [removed]:
            # Not list.remove: bricks of users may define equality as they like.
            at = next(i for i, p in enumerate(child.parents) if p is self.brick)
            del child.parents[at]

    def __len__(self) -> int:
        return len(self._bricks)

    def __repr__(self) -> str:
        return f"Children({self._bricks!r})"


def is_ancestor(candidate: Named, brick: Brick) -> bool:
    """Tell whether a brick is another one or below it, through any of its parents.

    Parameters
    ----------
    candidate
        What may be above.
    brick
        What may be below.
    """
    return candidate is brick or any(
        is_ancestor(candidate, parent) for parent in brick.parents
    )


def number_automatic_names(bricks: Iterable[Brick]) -> None:
    """Give numbers to the bricks of a container that were not named.

    A brick whose name is the automatic one becomes ``tanh_0``, ``tanh_1``, ..., the
    count running over the bricks of one class. The number is there even if the class
    occurs once, so that a second one does not rename the first. Bricks with a name of
    their own, or an owner, keep theirs.

    Parameters
    ----------
    bricks
        The bricks that a container is about to adopt, in order.

    Examples
    --------
    >>> from brickyard.bricks import Brick, Tanh
    >>> bricks = [Tanh(), Brick(name="mine"), Tanh()]
    >>> number_automatic_names(bricks)
    >>> [brick.name for brick in bricks]
    ['tanh_0', 'mine', 'tanh_1']
    """
    counts: dict[str, int] = {}
    for brick in bricks:
        if brick.has_automatic_name and brick.owner is None:
            stem = type(brick).__name__.lower()
            number = counts.get(stem, 0)
            counts[stem] = number + 1
            brick.name = f"{stem}_{number}"
            brick.has_automatic_name = True
