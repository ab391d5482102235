"""Finding variables of a graph by role, brick, application or name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from pytensor.graph.basic import Variable

from brickyard.graph.annotations import (
    Annotation,
    ApplicationAnnotation,
    BrickAnnotation,
)
from brickyard.graph.roles import (
    VariableRole,
    has_roles,
    require_roles,
    require_variable,
)

AnnotationType = TypeVar("AnnotationType", bound=Annotation)


def get_annotation(var: Variable, cls: type[AnnotationType]) -> AnnotationType | None:
    """Return the first annotation of a kind that a variable has.

    Parameters
    ----------
    var
        Any variable of a graph.
    cls
        The class of annotation asked for.

    Returns
    -------
    Annotation or None
        The annotation, or None where there is none of that kind.

    Raises
    ------
    TypeError
        If `var` is not a variable.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> get_annotation(pt.vector("x"), Annotation) is None
    True
    """
    require_variable(var, "annotations")
    for annotation in getattr(var.tag, "annotations", []):
        if isinstance(annotation, cls):
            return annotation
    return None


def get_brick(var: Variable) -> BrickAnnotation | None:
    """Return the brick that a variable belongs to.

    Parameters
    ----------
    var
        A parameter, or an input, output or auxiliary variable of an application.

    Returns
    -------
    BrickAnnotation or None
        The brick (a `brickyard.bricks.Brick`), or None for a variable without one.
    """
    return get_annotation(var, BrickAnnotation)


def get_application_call(var: Variable) -> ApplicationAnnotation | None:
    """Return the call of an application that made a variable.

    Parameters
    ----------
    var
        An input, output or auxiliary variable of an application.

    Returns
    -------
    ApplicationAnnotation or None
        The call (a `brickyard.bricks.ApplicationCall`), or None for a variable that
        no application made, parameters among them.
    """
    return get_annotation(var, ApplicationAnnotation)


class VariableFilter:
    """Selects variables that meet every given condition.

    A condition that is not given, or None, holds for every variable. An empty result
    is a legal one. The order of the variables is kept.

    Parameters
    ----------
    roles
        Roles of which a variable must have one, or a more specific one.
    bricks
        Bricks or classes of bricks of which one must own the variable.
    each_role
        Ask for every one of `roles` instead of one of them.
    name
        The variable's short name: the one its brick gave it, such as ``"output"`` or
        ``"W"``, or ``variable.name`` where no brick did.
    name_regex
        A regular expression that must match at the beginning of the short name.
    variable_name
        The variable's full name, ``variable.name``, such as
        ``"linear_0_apply_output"``.
    variable_name_regex
        A regular expression that must match at the beginning of the full name.
    call_id
        The identifier under ``"call_id"`` in the metadata of the application call
        that made the variable.
    applications
        Applications of which one must have made the variable: ``Linear.apply`` for
        the application of any brick, ``linear.apply`` for that of one brick.

    Raises
    ------
    TypeError
        If an argument is of a kind that is not listed above.
    ValueError
        If a regular expression is malformed.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.graph.roles import BIAS, PARAMETER, WEIGHT, add_role
    >>> W, b, x = pt.matrix("W"), pt.vector("b"), pt.matrix("x")
    >>> add_role(W, WEIGHT)
    >>> add_role(b, BIAS)
    >>> VariableFilter(roles=[PARAMETER])([x, W, b])
    [W, b]
    >>> VariableFilter(roles=[PARAMETER], name_regex="[a-z]")([x, W, b])
    [b]
    """

    def __init__(
        self,
        roles: Iterable[VariableRole] | None = None,
        bricks: Iterable[BrickAnnotation | type[BrickAnnotation]] | None = None,
        each_role: bool = False,
        name: str | None = None,
        name_regex: str | re.Pattern[str] | None = None,
        variable_name: str | None = None,
        variable_name_regex: str | re.Pattern[str] | None = None,
        call_id: Any = None,
        applications: Iterable[Any] | None = None,
    ) -> None:
        if not isinstance(each_role, bool):
            raise TypeError(
                f"VariableFilter: each_role must be True or False, got {each_role!r}"
            )
        self.roles = None if roles is None else require_roles(roles)
        self.bricks = _check_bricks(bricks)
        self.each_role = each_role
        self.name = _check_name("name", name)
        self.name_regex = _check_regex("name_regex", name_regex)
        self.variable_name = _check_name("variable_name", variable_name)
        self.variable_name_regex = _check_regex(
            "variable_name_regex", variable_name_regex
        )
        self.call_id = call_id
        self.applications = _check_applications(applications)

    def __call__(self, variables: Iterable[Variable]) -> list[Variable]:
        """Return those of the variables that meet every condition.

        Parameters
        ----------
        variables
            The variables to choose from, usually ``graph.variables``.

        Returns
        -------
        list of Variable
            The chosen ones in their given order.

        Raises
        ------
        TypeError
            If `variables` is not an iterable of variables.
        """
        if isinstance(variables, Variable) or not isinstance(variables, Iterable):
            raise TypeError(
                "VariableFilter selects from a list of variables, for example "
                f"ComputationGraph(cost).variables, got {variables!r}"
            )
        return [variable for variable in variables if self._matches(variable)]

    def _matches(self, variable: Variable) -> bool:
        require_variable(variable, "what a VariableFilter asks for")
        return (
            (self.roles is None or has_roles(variable, self.roles, self.each_role))
            and (self.bricks is None or _has_brick(variable, self.bricks))
            and _has_name(_short_name(variable), self.name, self.name_regex)
            and _has_name(variable.name, self.variable_name, self.variable_name_regex)
            and (self.call_id is None or _has_call_id(variable, self.call_id))
            and (
                self.applications is None
                or _has_application(variable, self.applications)
            )
        )


def _short_name(variable: Variable) -> str | None:
    return getattr(variable.tag, "name", None) or variable.name


def _has_name(
    actual: str | None, name: str | None, regex: re.Pattern[str] | None
) -> bool:
    if name is not None and actual != name:
        return False
    return regex is None or (actual is not None and regex.match(actual) is not None)


def _has_brick(
    variable: Variable, bricks: list[BrickAnnotation | type[BrickAnnotation]]
) -> bool:
    brick = get_brick(variable)
    return any(
        isinstance(brick, wanted) if isinstance(wanted, type) else brick is wanted
        for wanted in bricks
    )


def _has_call_id(variable: Variable, call_id: Any) -> bool:
    call = get_application_call(variable)
    return call is not None and call.metadata.get("call_id") == call_id


def _has_application(variable: Variable, applications: list[Any]) -> bool:
    call = get_application_call(variable)
    if call is None:
        return False
    bound = call.application
    return any(
        bound.brick is wanted.brick and bound.application is wanted.application
        if _is_bound(wanted)
        else bound.application is wanted
        for wanted in applications
    )


def _is_bound(application: Any) -> bool:
    return hasattr(application, "application") and isinstance(
        getattr(application, "brick", None), BrickAnnotation
    )


def _is_unbound(application: Any) -> bool:
    # By what it can do: the class itself lives in a layer above this one.
    return not isinstance(application, type) and all(
        callable(getattr(application, method, None))
        for method in ("__get__", "property", "delegate")
    )


def _list_of(argument: str, values: Any, what: str) -> list[Any]:
    if isinstance(values, str | BrickAnnotation) or not isinstance(values, Iterable):
        raise TypeError(
            f"VariableFilter: {argument} must be a list of {what}, got {values!r}"
        )
    return list(values)


def _check_bricks(bricks: Any) -> list[BrickAnnotation | type[BrickAnnotation]] | None:
    if bricks is None:
        return None
    what = "bricks or classes of bricks"
    checked = _list_of("bricks", bricks, what)
    for brick in checked:
        is_class = isinstance(brick, type) and issubclass(brick, BrickAnnotation)
        if not (is_class or isinstance(brick, BrickAnnotation)):
            raise TypeError(
                f"VariableFilter: bricks must be a list of {what}; {brick!r} of type "
                f"{type(brick).__name__} is neither"
            )
    return checked


def _check_applications(applications: Any) -> list[Any] | None:
    if applications is None:
        return None
    what = "applications, such as Linear.apply or linear.apply"
    checked = _list_of("applications", applications, what)
    for application in checked:
        if not (_is_bound(application) or _is_unbound(application)):
            raise TypeError(
                f"VariableFilter: applications must be a list of {what}; "
                f"{application!r} of type {type(application).__name__} is not one"
            )
    return checked


def _check_name(argument: str, name: Any) -> str | None:
    if name is None or isinstance(name, str):
        return name
    raise TypeError(
        f"VariableFilter: {argument} must be a string, got {name!r} of type "
        f"{type(name).__name__}"
    )


def _check_regex(argument: str, regex: Any) -> re.Pattern[str] | None:
    if regex is None or (
        isinstance(regex, re.Pattern) and isinstance(regex.pattern, str)
    ):
        return regex
    if not isinstance(regex, str):
        raise TypeError(
            f"VariableFilter: {argument} must be a regular expression as a string or "
            f"a compiled pattern of strings, got {regex!r} of type "
            f"{type(regex).__name__}"
        )
    try:
        return re.compile(regex)
    except re.error as error:
        raise ValueError(
            f"VariableFilter: {argument}={regex!r} is not a regular expression: {error}"
        ) from error
