"""The name of a brick and its place in a tree of bricks."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick

BRICK_DELIMITER = "/"


class Named:
    """What has a name, parents and therefore a path. `Brick` derives from it.

    Parameters
    ----------
    name
        The name, without ``/`` and ``.``. By default that of the class in small
        letters.

    Attributes
    ----------
    parents : list of Brick
        The bricks that have this one among their children, first adopter first.
    has_automatic_name : bool
        Whether the name is the default, which a container may number.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If it is empty or contains a delimiter of paths.

    Examples
    --------
    >>> from brickyard.bricks import Brick
    >>> door = Brick(name="door")
    >>> house, museum = Brick("house", [door]), Brick("museum", [door])
    >>> door.path, door.owner
    ('/house/door', <Brick /house>)
    """

    def __init__(self, name: str | None = None) -> None:
        self.parents: list[Brick] = []
        self.name = type(self).__name__.lower() if name is None else name
        self.has_automatic_name = name is None

    @property
    def name(self) -> str:
        """The name; assigning it checks that it is free among the siblings."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"the name of a brick must be a string, got {name!r}")
        if not name or BRICK_DELIMITER in name or "." in name:
            raise ValueError(
                f"the name of a brick must not be empty or contain "
                f"{BRICK_DELIMITER!r} or '.', which delimit paths; got {name!r}"
            )
        for parent in self.parents:
            for sibling in parent.children:
                if sibling is not self and sibling.name == name:
                    raise ValueError(
                        f"{self.path} cannot be renamed {name!r}: {parent.path} has "
                        "another child of this name"
                    )
        self._name = name
        self.has_automatic_name = False

    @property
    def owner(self) -> Brick | None:
        """The parent that adopted this brick first, or None for a root."""
        return self.parents[0] if self.parents else None

    def get_unique_path(self) -> list[Brick]:
        """Return the bricks from the root down to this one, through the owners."""
        owner = self.owner
        above = [] if owner is None else owner.get_unique_path()
        return [*above, cast("Brick", self)]

    @property
    def path(self) -> str:
        """The path of the names from the root, such as ``/mlp/linear_0``."""
        return "".join(BRICK_DELIMITER + b.name for b in self.get_unique_path())
