"""What is raised when a graph meets data it cannot work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytensor.graph.basic import Apply, Constant, Variable

from brickyard.backends.provenance import provenance_of


class ComputationError(ValueError):
    """A graph cannot be computed on what it was given.

    Parameters
    ----------
    message
        What went wrong.
    made_by
        The brick and application that built the failing part of the graph, such as
        ``"/mlp/linear_0.apply"``; None if no brick did.
    """

    def __init__(self, message: str, made_by: str | None = None) -> None:
        super().__init__(message)
        self.made_by = made_by


def describe_variable(variable: Variable) -> str:
    """Name a variable, or the operation it comes from.

    Parameters
    ----------
    variable
        Any variable of a graph.

    Returns
    -------
    str
        Its name in quotes, its value if it is a small constant, else its operation.
    """
    if variable.name:
        return repr(variable.name)
    if isinstance(variable, Constant):
        return f"constant {variable}"
    if variable.owner is not None:
        return f"result of {variable.owner.op}"
    return "an unnamed variable"


def computation_error(
    node: Apply, shapes: Iterable[Sequence[int | None] | None], reason: object
) -> ComputationError:
    """Make the error for a node that does not work on its operands.

    Parameters
    ----------
    node
        The node of the graph as it was built, before rewriting.
    shapes
        The shapes of its operands, in order; None for an operand without shape.
    reason
        What the operation itself says.

    Returns
    -------
    ComputationError
        To be raised from the original exception.
    """
    made_by = provenance_of(node)
    operands = [
        f"  {describe_variable(variable)}: "
        + ("no shape" if shape is None else format_shape(shape))
        + (f" {variable.type.dtype}" if hasattr(variable.type, "dtype") else "")
        for variable, shape in zip(node.inputs, shapes, strict=True)
    ]
    where = f"{made_by}: " if made_by else ""
    first_line = str(reason).strip().split("\n")[0]
    return ComputationError(
        f"{where}{node.op} does not work on operands of these shapes:\n"
        + "\n".join(operands)
        + f"\n  ({first_line})",
        made_by=made_by,
    )


def format_shape(shape: Sequence[int | None]) -> str:
    """Write a shape as messages show it, with ``?`` for what is not known.

    Parameters
    ----------
    shape
        Lengths in elements, None where unknown.

    Returns
    -------
    str
        For example ``(128, ?)``.

    Examples
    --------
    >>> format_shape((128, None))
    '(128, ?)'
    >>> format_shape((3,))
    '(3,)'
    """
    inner = ", ".join("?" if length is None else str(length) for length in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
