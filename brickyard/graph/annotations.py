"""Annotations: which brick and which of its calls a variable comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.graph.roles import (
    AUXILIARY,
    VariableRole,
    add_role,
    require_roles,
    require_variable,
)


class Annotation:
    """Something that variables of a graph refer to on their tags.

    An annotation also collects auxiliary variables: expressions that belong to it but
    are on no path to the outputs, such as norms to be monitored. A
    `ComputationGraph` that meets an annotation includes its auxiliary variables.

    Attributes
    ----------
    auxiliary_variables : list of Variable
        The variables added with `add_auxiliary_variable`, in that order.
    updates : dict
        Updates that belong to the annotated variables, from shared variable to new
        value; a `ComputationGraph` collects them.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x = pt.vector("x")
    >>> annotation = Annotation()
    >>> add_annotation(x, annotation)
    >>> annotation.add_auxiliary_variable(x.mean(), name="x_mean")
    >>> annotation.auxiliary_variables
    [x_mean]
    >>> annotation.auxiliary_variables[0].tag.roles
    [AUXILIARY]
    """

    def __init__(self) -> None:
        self.auxiliary_variables: list[Variable] = []
        self.updates: dict[SharedVariable, Variable] = {}

    def add_auxiliary_variable(
        self,
        variable: Variable,
        roles: Iterable[VariableRole] | None = None,
        name: str | None = None,
    ) -> None:
        """Attach an auxiliary variable to this annotation.

        Parameters
        ----------
        variable
            The variable. It is given the role ``AUXILIARY`` and this annotation.
        roles
            More roles for it.
        name
            A new name for it; without one it keeps its own.

        Raises
        ------
        TypeError
            If `variable` is not a variable, `roles` not a list of roles or `name` not
            a string.
        """
        require_variable(variable, "annotations")
        more_roles = [] if roles is None else require_roles(roles)
        if name is not None and not isinstance(name, str):
            raise TypeError(
                "the name of an auxiliary variable must be a string, got "
                f"{name!r} of type {type(name).__name__}"
            )
        add_annotation(variable, self)
        if name is not None:
            variable.name = name
            variable.tag.name = name
        for role in [AUXILIARY, *more_roles]:
            add_role(variable, role)
        if all(variable is not present for present in self.auxiliary_variables):
            self.auxiliary_variables.append(variable)


class BrickAnnotation(Annotation):
    """The base of bricks: how a graph recognises the brick behind a variable.

    This layer knows nothing else about bricks; `brickyard.bricks.Brick` derives from
    this class.
    """


class ApplicationAnnotation(Annotation):
    """The base of application calls: the one call of a brick that made a variable.

    Attributes
    ----------
    application : Any
        The bound application that was called; it has the attributes ``brick`` and
        ``application`` (the unbound one).
    metadata : dict
        What the call recorded about itself, for example ``"call_id"``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.application: Any = None
        self.metadata: dict[str, Any] = {}


def add_annotation(var: Variable, annotation: Annotation) -> None:
    """Make a variable refer to an annotation.

    A variable may refer to several. Where one is asked for, for example the brick,
    the first that was added answers: a parameter used by two bricks belongs to the
    one that made it.

    Parameters
    ----------
    var
        Any variable of a graph.
    annotation
        The annotation; adding it twice changes nothing.

    Raises
    ------
    TypeError
        If `var` is not a variable or `annotation` is not an annotation.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x, annotation = pt.vector("x"), Annotation()
    >>> add_annotation(x, annotation)
    >>> x.tag.annotations == [annotation]
    True
    """
    require_variable(var, "annotations")
    if not isinstance(annotation, Annotation):
        raise TypeError(
            f"{annotation!r} of type {type(annotation).__name__} is not an annotation: "
            "derive its class from Annotation"
        )
    annotations = getattr(var.tag, "annotations", [])
    if all(annotation is not present for present in annotations):
        # A new list: copies of a variable share the tag's values with the original.
        var.tag.annotations = [*annotations, annotation]
