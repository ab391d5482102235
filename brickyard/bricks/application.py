"""Applications: the methods of bricks that build parts of a graph."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pytensor.graph.basic import Variable

from brickyard.backends import mark_provenance
from brickyard.bricks.arguments import VARIADIC, bind_arguments
from brickyard.bricks.calls import ApplicationCall, calling
from brickyard.bricks.tagging import tag_inputs, tag_outputs

if TYPE_CHECKING:
    from brickyard.bricks.base import Brick

PROPERTIES = ("inputs", "outputs", "sequences", "states", "contexts")
OPTIONS = ("as_list", "as_dict", "call_id")


class Application:
    """A method of a class of bricks that builds a part of a graph.

    Made by the decorator `application`. Like a method, it is bound to a brick when it
    is reached through one: ``Linear.apply`` is an `Application`, ``linear.apply`` is a
    `BoundApplication`.

    Parameters
    ----------
    function
        The method. Its arguments are the inputs of the application; an argument named
        ``application_call`` receives the `ApplicationCall` instead.
    declared
        Names of the ``inputs``, ``outputs``, ``sequences``, ``states`` and
        ``contexts``, each a list of strings. Without a declaration the inputs are the
        arguments of the method and the rest is empty.

    Raises
    ------
    TypeError
        If something else is declared, or inputs that the method does not take.
    """

    def __init__(self, function: Callable[..., Any], **declared: Sequence[str]) -> None:
        functools.update_wrapper(self, function)
        self.__qualname__ = function.__qualname__
        self.function = function
        self.name = function.__name__
        self.declared = {key: list(names) for key, names in declared.items()}
        self.property_methods: dict[str, str] = {}
        self.delegate_method: str | None = None
        parameters = list(inspect.signature(function).parameters.values())[1:]
        self.function_signature = inspect.Signature(parameters)
        self.takes_call = "application_call" in self.function_signature.parameters
        self.signature = inspect.Signature(
            [each for each in parameters if each.name != "application_call"]
        )
        self._check_declaration()

    def _check_declaration(self) -> None:
        for key in self.declared:
            _require_property(self.name, key)
        parameters = self.signature.parameters
        for option in OPTIONS:
            if option in parameters:
                raise TypeError(
                    f"application {self.__qualname__} takes an argument {option!r}, "
                    "which every application has; rename it"
                )
        if any(each.kind in VARIADIC for each in parameters.values()):
            return
        unknown = [n for n in self.declared.get("inputs", []) if n not in parameters]
        if unknown:
            raise TypeError(
                f"application {self.__qualname__} declares inputs {unknown}, but takes "
                f"the arguments {list(parameters)}"
            )

    @property
    def application_function(self) -> Callable[..., Any]:
        """The plain method."""
        return self.function

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs as far as they are known without a brick."""
        if "inputs" in self.declared:
            return list(self.declared["inputs"])
        parameters = self.signature.parameters.values()
        return [each.name for each in parameters if each.kind not in VARIADIC]

    def property(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Let a method of the brick tell one of the lists of names.

        Parameters
        ----------
        name
            ``"inputs"``, ``"outputs"``, ``"sequences"``, ``"states"`` or
            ``"contexts"``.

        Returns
        -------
        callable
            The decorator for the method, which takes the brick alone and returns the
            names. A subclass may override the method.

        Raises
        ------
        TypeError
            If `name` is none of these, or was declared already.

        Examples
        --------
        >>> from brickyard.bricks import Brick, application
        >>> class Sum(Brick):
        ...     @application
        ...     def apply(self, **terms):
        ...         return sum(terms.values())
        ...     @apply.property("inputs")
        ...     def apply_inputs(self):
        ...         return ["left", "right"]
        >>> Sum().apply.inputs
        ['left', 'right']
        """
        _require_property(self.name, name)
        if name in self.declared:
            raise TypeError(
                f"application {self.__qualname__} declares its {name} already; leave "
                "out either the declaration or the property"
            )

        def register(method: Callable[..., Any]) -> Callable[..., Any]:
            self.property_methods[name] = method.__name__
            return method

        return register

    def delegate(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Take all lists of names that are not given from another application.

        Parameters
        ----------
        method
            A method that takes the brick and returns the other `BoundApplication`.

        Returns
        -------
        callable
            The method as it is.
        """
        self.delegate_method = method.__name__
        return method

    def __get__(self, brick: Brick | None, owner: type | None = None) -> Any:
        return self if brick is None else BoundApplication(self, brick)

    def __call__(self, brick: Brick, *args: Any, **kwargs: Any) -> Any:
        """Call the application of a brick, as a function of the brick."""
        return BoundApplication(self, brick)(*args, **kwargs)

    def apply(
        self,
        bound: BoundApplication,
        *args: Any,
        as_list: bool = False,
        as_dict: bool = False,
        call_id: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Call the method, with everything around it that makes it an application.

        The brick is allocated if it is not yet. The inputs and outputs are copied;
        the copies carry the roles ``INPUT`` and ``OUTPUT``, are annotated with the
        brick and the call, and are named after them.

        Parameters
        ----------
        bound
            The application and its brick.
        *args, **kwargs
            The arguments of the method. Tensors and NumPy arrays among them, also in
            lists, are inputs; everything else is handed on as it is.
        as_list, as_dict
            Return the outputs as a list, or as a dictionary by output name.
        call_id
            An identifier for this call, for `VariableFilter`.

        Returns
        -------
        TensorVariable, list or dict
            One variable, or a list of them if there are several.
        """
        brick = bound.brick
        values = bind_arguments(bound, args, kwargs)
        brick.allocate()
        call = ApplicationCall(bound, call_id)
        values, inputs = tag_inputs(call, values)
        if self.takes_call:
            values["application_call"] = call
        arguments = inspect.BoundArguments(self.function_signature, values)
        with calling(call):
            returned = self.function(brick, *arguments.args, **arguments.kwargs)
        outputs = tag_outputs(call, returned)
        made = [*outputs, *call.auxiliary_variables]
        mark_provenance([*inputs, *call.sources], made, call)
        return _pack(bound, outputs, as_list, as_dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> Application:
        return self

    def __repr__(self) -> str:
        return f"<application {self.__qualname__}>"


class BoundApplication:
    """An application of a certain brick: what a script calls.

    Two of them are equal if application and brick are the same. A deep copy goes
    along with a deep copy of the brick.

    Parameters
    ----------
    application
        The application.
    brick
        The brick.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import Linear
    >>> linear = Linear(3, 2, name="projection")
    >>> linear.apply.inputs, linear.apply.outputs
    (['input_'], ['output'])
    >>> y = linear.apply(pt.matrix("x"))
    >>> y, y.tag.roles, y.tag.name
    (projection_apply_output, [OUTPUT], 'output')
    """

    def __init__(self, application: Application, brick: Brick) -> None:
        self.application = application
        self.brick = brick

    @property
    def name(self) -> str:
        """The name of the method."""
        return self.application.name

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs."""
        names = self._names("inputs")
        return self.application.inputs if names is None else names

    @property
    def outputs(self) -> list[str]:
        """The names of the outputs; empty if nobody declared them."""
        return self._names("outputs") or []

    @property
    def sequences(self) -> list[str]:
        """The names of the inputs that a recurrent application iterates over."""
        return self._names("sequences") or []

    @property
    def states(self) -> list[str]:
        """The names of the states of a recurrent application."""
        return self._names("states") or []

    @property
    def contexts(self) -> list[str]:
        """The names of the inputs that stay the same in every step."""
        return self._names("contexts") or []

    @property
    def delegated(self) -> BoundApplication | None:
        """The application that undeclared names are taken from, if there is one."""
        method = self.application.delegate_method
        return None if method is None else getattr(self.brick, method)()

    def declares(self, key: str) -> bool:
        """Tell whether a list of names was declared, here or where it is delegated.

        Parameters
        ----------
        key
            ``"inputs"``, ``"outputs"``, ``"sequences"``, ``"states"`` or
            ``"contexts"``.
        """
        return self._names(key) is not None

    def _names(self, key: str) -> list[str] | None:
        application = self.application
        if key in application.declared:
            return list(application.declared[key])
        if key in application.property_methods:
            return list(getattr(self.brick, application.property_methods[key])())
        delegated = self.delegated
        if delegated is None:
            return None
        if key == "inputs":
            return delegated.inputs
        return delegated._names(key)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the application; see `Application.apply`."""
        return self.application.apply(self, *args, **kwargs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BoundApplication):
            return NotImplemented
        return self.application is other.application and self.brick is other.brick

    def __hash__(self) -> int:
        return hash((id(self.application), id(self.brick)))

    def __str__(self) -> str:
        return f"{self.brick.path}.{self.name}"

    def __repr__(self) -> str:
        return f"<application {self}>"


def application(
    function: Callable[..., Any] | None = None, /, **declared: Sequence[str]
) -> Any:
    """Make a method of a brick an application.

    Parameters
    ----------
    function
        The method, when the decorator is used without arguments.
    **declared
        ``inputs`` and ``outputs``: lists of names. The inputs of a method that names
        its arguments need no declaration.

    Returns
    -------
    Application or callable
        The application, or the decorator that makes it.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import Brick
    >>> class Halve(Brick):
    ...     @application(outputs=["half"])
    ...     def apply(self, input_):
    ...         return input_ / 2
    >>> Halve().apply(pt.vector("x"))
    halve_apply_half
    """
    if function is None:
        return lambda method: Application(method, **declared)
    return Application(function, **declared)


def _require_property(application_name: str, key: str) -> None:
    if key in PROPERTIES:
        return
    near = difflib.get_close_matches(key, PROPERTIES, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise TypeError(
        f"application {application_name} cannot declare {key!r}, only "
        f"{', '.join(PROPERTIES)}{hint}"
    )


def _pack(
    bound: BoundApplication, outputs: list[Variable], as_list: bool, as_dict: bool
) -> Any:
    """Return the outputs in the form that was asked for."""
    if as_list and as_dict:
        raise TypeError(f"{bound}: ask for either as_list or as_dict, not for both")
    if as_dict:
        names = bound.outputs
        if not names:
            raise TypeError(
                f"{bound} declares no names of outputs, which as_dict needs; declare "
                "them with @application(outputs=[...])"
            )
        return dict(zip(names, outputs, strict=True))
    if as_list or len(outputs) != 1:
        return outputs
    return outputs[0]
