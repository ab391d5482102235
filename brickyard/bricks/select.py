"""Finding bricks and parameters of a model by path."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytensor.compile.sharedvalue import SharedVariable

from brickyard.bricks.base import Brick
from brickyard.bricks.naming import BRICK_DELIMITER


@dataclass(frozen=True)
class Path:
    """The path of a brick or of a parameter, as a sequence of names.

    Parameters
    ----------
    nodes
        The names of the bricks, from the root down.
    parameter
        The name of the parameter, or None for the path of a brick.

    Examples
    --------
    >>> path = Path.parse("/mlp/linear_0.W")
    >>> path.nodes, path.parameter, str(path)
    (('mlp', 'linear_0'), 'W', '/mlp/linear_0.W')
    """

    nodes: tuple[str, ...]
    parameter: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))

    @classmethod
    def parse(cls, string: str) -> Path:
        """Return the path that a string spells.

        Parameters
        ----------
        string
            Names with ``/`` before each, and a parameter's name after a dot if it is
            the path of one.

        Raises
        ------
        TypeError
            If it is not a string.
        ValueError
            If it does not have this form.
        """
        if not isinstance(string, str):
            raise TypeError(f"a path must be a string, got {string!r}")
        match = re.fullmatch(r"((?:/[^/.]+)+)(?:\.([^/.]+))?", string)
        if match is None:
            raise ValueError(
                f"a path looks like /mlp/linear_0 or /mlp/linear_0.W, got {string!r}"
            )
        return cls(tuple(match[1].split(BRICK_DELIMITER)[1:]), match[2])

    def __str__(self) -> str:
        bricks = "".join(BRICK_DELIMITER + node for node in self.nodes)
        return bricks if self.parameter is None else f"{bricks}.{self.parameter}"


class Selector:
    """A selection of bricks, and the way down from them.

    Parameters
    ----------
    bricks
        A brick, or the roots of a model. A path starts with the name of one of them.

    Raises
    ------
    TypeError
        If they are not bricks.
    ValueError
        If two of them have the same name, so that paths would not be unique.

    Examples
    --------
    >>> from brickyard.bricks import MLP, Tanh
    >>> mlp = MLP([Tanh(), Tanh()], [4, 3, 2])
    >>> mlp.allocate()
    >>> list(Selector(mlp).get_parameters())
    ['/mlp/linear_0.W', '/mlp/linear_0.b', '/mlp/linear_1.W', '/mlp/linear_1.b']
    >>> Selector([mlp]).select("/mlp/linear_1").bricks
    [<Linear /mlp/linear_1>]
    >>> Selector(mlp).get_parameters("W")
    {'/mlp/linear_0.W': W, '/mlp/linear_1.W': W}
    >>> Selector(mlp).get_parameter("/mlp/linear_0.b").get_value().shape
    (3,)
    """

    def __init__(self, bricks: Brick | Sequence[Brick]) -> None:
        self.bricks = [bricks] if isinstance(bricks, Brick) else list(bricks)
        for brick in self.bricks:
            if not isinstance(brick, Brick):
                raise TypeError(f"a Selector selects from bricks, got {brick!r}")
        paths = [brick.path for brick in self.bricks]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        if twice:
            raise ValueError(
                f"several bricks have the path {', '.join(twice)}; give the roots of a "
                "model different names, such as MLP(..., name='encoder')"
            )

    def select(self, path: Path | str) -> Selector:
        """Return the selection of the brick at a path.

        Parameters
        ----------
        path
            The path of a brick, beginning with the name of a selected one.

        Returns
        -------
        Selector
            A selection of one brick.

        Raises
        ------
        TypeError
            If `path` is neither a path nor a string.
        ValueError
            If there is no such brick, or it is the path of a parameter.
        """
        parsed = path if isinstance(path, Path) else Path.parse(path)
        if parsed.parameter is not None:
            raise ValueError(
                f"{parsed} is the path of a parameter; use get_parameter for it, or "
                f"select the brick {Path(parsed.nodes)}"
            )
        candidates: Iterable[Brick] = self.bricks
        for depth, node in enumerate(parsed.nodes):
            found = {brick.name: brick for brick in candidates}
            if node not in found:
                above = str(Path(parsed.nodes[:depth])) if depth else "the selection"
                raise _unknown(f"no brick {node!r} in {above}", node, list(found))
            brick = found[node]
            candidates = brick.children
        return Selector(brick)

    def get_parameter(self, path: Path | str) -> SharedVariable:
        """Return the parameter at a path.

        Parameters
        ----------
        path
            Such as ``"/mlp/linear_0.W"``, beginning with the name of a selected brick.

        Raises
        ------
        TypeError
            If `path` is neither a path nor a string.
        ValueError
            If there is no such parameter.
        """
        parsed = path if isinstance(path, Path) else Path.parse(path)
        if parsed.parameter is None:
            raise ValueError(
                f"{parsed} is the path of a brick; a parameter's has its name after a "
                f"dot, as in {parsed}.W"
            )
        brick = self.select(Path(parsed.nodes)).bricks[0]
        parameters = brick.parameters.names()
        if parsed.parameter not in parameters:
            problem = f"no parameter {parsed.parameter!r} in {brick.path}"
            raise _unknown(problem, parsed.parameter, list(parameters))
        return parameters[parsed.parameter]

    def get_parameters(
        self, parameter_name: str | None = None
    ) -> dict[str, SharedVariable]:
        """Return the parameters of the selected bricks and of all below them.

        Parameters
        ----------
        parameter_name
            Return only the parameters of this name, such as ``"W"``.

        Returns
        -------
        dict
            Parameters by their full names, such as ``"/mlp/linear_0.W"``: those of a
            brick before those of its children. A parameter that several bricks use is
            there once, under the name it has in the brick that made it.

        Raises
        ------
        ValueError
            If two parameters have the same full name.
        """
        seen: set[int] = set()
        found: dict[str, SharedVariable] = {}

        def visit(brick: Brick) -> None:
            if id(brick) in seen:
                return
            seen.add(id(brick))
            for name, parameter in brick.parameters.names().items():
                if parameter_name in (None, name) and id(parameter) not in seen:
                    seen.add(id(parameter))
                    full = _home(parameter, brick).get_hierarchical_name(parameter)
                    _refuse_second(full, found)
                    found[full] = parameter
            for child in brick.children:
                visit(child)

        for brick in self.bricks:
            visit(brick)
        return found


def _home(parameter: SharedVariable, brick: Brick) -> Brick:
    """Return the brick that made a parameter, or `brick` if none did."""
    for annotation in parameter.tag.annotations:
        if isinstance(annotation, Brick) and parameter in annotation.parameters:
            return annotation
    return brick


def _refuse_second(full_name: str, found: dict[str, SharedVariable]) -> None:
    if full_name in found:
        raise ValueError(
            f"two parameters are named {full_name}: two roots of the model have the "
            "same name; give them different ones, such as MLP(..., name='encoder')"
        )


def _unknown(problem: str, name: str, known: list[str]) -> ValueError:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return ValueError(f"{problem}, only {known}{hint}")
