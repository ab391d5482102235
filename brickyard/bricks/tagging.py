"""Copies of the inputs and outputs of an application that say where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.naming import Named
from brickyard.graph.annotations import add_annotation
from brickyard.graph.roles import INPUT, OUTPUT, VariableRole, add_role

if TYPE_CHECKING:
    from brickyard.bricks.application import ApplicationCall


def tag_inputs(
    call: ApplicationCall, values: dict[str, Any]
) -> tuple[dict[str, Any], list[Variable]]:
    """Replace the tensors among the arguments of a call by tagged copies.

    Parameters
    ----------
    call
        The call.
    values
        The arguments by parameter name. Tensors and NumPy arrays are inputs, also
        those in lists, tuples and the dictionary of ``**kwargs``; an input in a list
        is named after the list and its position.

    Returns
    -------
    dict
        The arguments with the copies in place of the inputs.
    list of Variable
        The copies.

    Raises
    ------
    TypeError
        If an input is a brick.
    """
    inputs: list[Variable] = []
    bound = call.application
    declared = bound.inputs if bound.declares("inputs") else []
    kinds = call.application.application.signature.parameters

    def tag(value: Any, name: str) -> Any:
        if isinstance(value, Named) and name in declared:
            raise TypeError(
                f"{call} works on variables, got the brick {value.path} as {name}; "
                "apply it to a variable and pass what it returns"
            )
        if isinstance(value, np.ndarray):
            value = pt.as_tensor_variable(value)
        if isinstance(value, Variable):
            inputs.append(copy_and_tag(value, name, INPUT, call))
            return inputs[-1]
        if type(value) in (list, tuple):
            return type(value)(tag(v, f"{name}_{i}") for i, v in enumerate(value))
        return value

    def tag_parameter(name: str, value: Any) -> Any:
        kind = kinds[name].kind
        if kind is kinds[name].VAR_KEYWORD:
            return {key: tag(each, key) for key, each in value.items()}
        if kind is kinds[name].VAR_POSITIONAL:
            known = call.application.inputs
            names = known + [f"{name}_{i}" for i in range(len(known), len(value))]
            return tuple(tag(v, n) for v, n in zip(value, names, strict=False))
        return tag(value, name)

    tagged = {name: tag_parameter(name, value) for name, value in values.items()}
    return tagged, inputs


def tag_outputs(call: ApplicationCall, returned: Any) -> list[Variable]:
    """Return tagged copies of what an application returned.

    Parameters
    ----------
    call
        The call.
    returned
        A variable, or a list or tuple of them.

    Returns
    -------
    list of Variable
        The copies, named after the declared outputs, or after ``output`` (with a
        number if there are several) where none are declared.

    Raises
    ------
    TypeError
        If something else than variables was returned.
    ValueError
        If the number of variables is not the declared one.
    """
    variables = list(returned) if isinstance(returned, list | tuple) else [returned]
    for variable in variables:
        if not isinstance(variable, Variable):
            raise TypeError(
                f"{call} must return variables, got {variable!r} of type "
                f"{type(variable).__name__}"
            )
    names = call.application.outputs
    if not names:
        single = len(variables) == 1
        names = ["output"] if single else [f"output_{i}" for i in range(len(variables))]
    if len(names) != len(variables):
        raise ValueError(
            f"{call} declares the outputs {names}, but returned {len(variables)} "
            "variables"
        )
    return [
        _tag_output(call, variable, name)
        for variable, name in zip(variables, names, strict=True)
    ]


def _tag_output(call: ApplicationCall, variable: Variable, name: str) -> Variable:
    bound = call.application
    output = copy_and_tag(variable, name, OUTPUT, call)
    for role in bound.brick.output_roles(bound.name, variable):
        add_role(output, role)
    return output


def copy_and_tag(
    variable: Variable, name: str, role: VariableRole, call: ApplicationCall
) -> Variable:
    """Return a copy of a variable that carries a role, a call and its brick.

    Parameters
    ----------
    variable
        A variable. One that is not a tensor has no symbolic copy and is tagged itself.
    name
        The name of the input or output.
    role
        The role.
    call
        The call that the variable belongs to.

    Returns
    -------
    Variable
        The tagged copy.
    """
    brick = call.application.brick
    if isinstance(variable, TensorVariable):
        variable = variable.copy(name=f"{brick.name}_{call.application.name}_{name}")
    variable.tag.name = name
    add_annotation(variable, brick)
    add_annotation(variable, call)
    add_role(variable, role)
    return variable
