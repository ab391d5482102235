"""Steps that become loops, and what recurrent bricks have in common."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import Application, BoundApplication, application
from brickyard.bricks.arguments import VARIADIC
from brickyard.bricks.base import Brick
from brickyard.bricks.calls import ApplicationCall
from brickyard.bricks.recurrent.iteration import iterate

OPTIONS: dict[str, Any] = {
    "iterate": True,
    "reverse": False,
    "return_initial_states": False,
    "n_steps": None,
    "batch_size": None,
    "scan_kwargs": None,
}


class RecurrentApplication(Application):
    """An application whose method is one step of a loop. Made by `recurrent`.

    Parameters
    ----------
    step
        The method. Those of its arguments that have a default may be left out.
    **declared
        See `recurrent`.

    Raises
    ------
    TypeError
        If the method takes an argument that is named like an option of the call, or
        does not take what is declared.
    """

    def __init__(self, step: Callable[..., Any], **declared: Sequence[str]) -> None:
        self.step = step
        self.step_parameters = dict(
            list(inspect.signature(step).parameters.items())[1:]
        )
        self._refuse_options(step.__qualname__)
        super().__init__(_looped(step, self.step_parameters), **declared)
        self.__wrapped__ = step

    def _refuse_options(self, who: str) -> None:
        for option in OPTIONS:
            if option in self.step_parameters:
                raise TypeError(
                    f"recurrent application {who} takes an argument {option!r}, which "
                    "is an option of every one; rename it"
                )

    def _check_declaration(self) -> None:
        super()._check_declaration()
        if any(each.kind in VARIADIC for each in self.step_parameters.values()):
            return
        for key in ("sequences", "states", "contexts"):
            for name in self.declared.get(key, []):
                if name not in self.step_parameters:
                    near = difflib.get_close_matches(name, self.step_parameters, n=1)
                    hint = f"; did you mean {near[0]!r}?" if near else ""
                    raise TypeError(
                        f"recurrent application {self.__qualname__} has {name!r} among "
                        f"its {key}, but takes the arguments "
                        f"{list(self.step_parameters)}{hint}"
                    )

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs as far as they are known without a brick."""
        if "inputs" in self.declared:
            return list(self.declared["inputs"])
        return [
            name
            for name, each in self.step_parameters.items()
            if each.kind not in VARIADIC and name != "application_call"
        ]

    @property
    def required(self) -> list[str]:
        """The names of the inputs that have no default."""
        empty = inspect.Parameter.empty
        return [n for n in self.inputs if self.step_parameters[n].default is empty]

    def __repr__(self) -> str:
        return f"<recurrent application {self.__qualname__}>"


def _looped(
    step: Callable[..., Any], parameters: Mapping[str, inspect.Parameter]
) -> Callable[..., Any]:
    """Return a function like a step that has the options of the loop as well."""
    kinds = inspect.Parameter
    taken = [
        each if each.kind in VARIADIC else each.replace(default=None)
        for name, each in parameters.items()
        if name != "application_call"
    ]
    added = [kinds("application_call", kinds.KEYWORD_ONLY)]
    added += [
        kinds(name, kinds.KEYWORD_ONLY, default=default)
        for name, default in OPTIONS.items()
    ]
    own = kinds("self", kinds.POSITIONAL_OR_KEYWORD)
    ordered = sorted([own, *taken, *added], key=lambda each: each.kind)
    signature = inspect.Signature(ordered)

    def call(*args: Any, **kwargs: Any) -> Any:
        given = dict(signature.bind(*args, **kwargs).arguments)
        brick = given.pop("self")
        call = given.pop("application_call")
        for each in taken:
            if each.kind is each.VAR_KEYWORD:
                given.update(given.pop(each.name, {}))
        options = {name: given.pop(name, value) for name, value in OPTIONS.items()}
        given = {name: value for name, value in given.items() if value is not None}
        if options.pop("iterate"):
            return iterate(call.application, given, **options)
        return _step_once(brick, call, step, given)

    call.__name__ = step.__name__
    call.__qualname__ = step.__qualname__
    call.__module__ = step.__module__
    call.__doc__ = step.__doc__
    call.__signature__ = signature  # type: ignore[attr-defined]
    return call


def _step_once(
    brick: Brick, call: ApplicationCall, step: Callable[..., Any], given: dict[str, Any]
) -> Any:
    bound: BoundApplication = call.application
    application_: Any = bound.application
    missing = [name for name in application_.required if name not in given]
    if missing:
        raise TypeError(
            f"{bound}: a single step (iterate=False) needs {application_.required}, "
            f"missing {missing}"
        )
    if "application_call" in application_.step_parameters:
        given["application_call"] = call
    return step(brick, **given)


def recurrent(
    step: Callable[..., Any] | None = None, /, **declared: Sequence[str]
) -> Any:
    """Make a method that does one step an application that does all of them.

    The method takes elements of the sequences, the states and the contexts, and
    returns its outputs, among them the next states. The application takes whole
    sequences, ``(time, batch, ...)``, and returns the outputs of all moments,
    ``(time, batch, ...)``. Sequences and contexts for which the method has a default
    may be left out, and so may states: they begin as the brick's application
    ``initial_states(batch_size, **arguments)`` says. A state can also be given: a
    tensor, an initializer such as ``Constant(1)`` for one row that all of the batch
    starts from, or an application, which is called with the name of the state, the
    batch size and the arguments.

    The application takes these options:

    - ``iterate``: False for a single step, where everything is given and returned for
      one moment, as the method does;
    - ``reverse``: True to begin with the last element; outputs come in the order in
      which they are computed, so the last element first;
    - ``return_initial_states``: True to have the initial states in front of the
      results, which become one longer;
    - ``n_steps`` and ``batch_size``: how many moments and how many rows, where no
      sequence tells;
    - ``scan_kwargs``: more arguments of `pytensor.scan`.

    What the step computes from sequences and contexts alone is done before the loop
    (slices, elementwise operations, products with weights), so that a step can be
    written plainly. Random draws inside of the step differ from moment to moment, and
    their generators go on from call to call.

    Parameters
    ----------
    step
        The method, when the decorator is used without arguments; the names are then
        given by ``@apply.property`` or ``@apply.delegate``.
    **declared
        ``sequences``, ``states``, ``outputs`` and ``contexts``: lists of names. All
        states must be among the outputs.

    Returns
    -------
    RecurrentApplication or callable
        The application, or the decorator that makes it.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> class Average(BaseRecurrent):
    ...     @recurrent(sequences=["inputs"], states=["mean"], outputs=["mean"],
    ...                contexts=["rate"])
    ...     def apply(self, inputs, mean, rate):
    ...         return mean + rate * (inputs - mean)
    ...     def get_dim(self, name):
    ...         return 1
    >>> x = pt.tensor3("x")
    >>> means = Average().apply(x, rate=pt.constant(0.5, dtype=x.dtype))
    >>> evaluate(means, {x: [[[4]], [[4]], [[0]]]}).ravel()
    array([2. , 3. , 1.5], dtype=float32)
    """
    if step is None:
        return lambda method: RecurrentApplication(method, **declared)
    return RecurrentApplication(step, **declared)


class BaseRecurrent(Brick):
    """A brick with a recurrent application ``apply``.

    Examples
    --------
    >>> from brickyard.bricks.recurrent import SimpleRecurrent
    >>> from brickyard.bricks import Tanh
    >>> SimpleRecurrent(3, Tanh()).initial_states(2).type.shape
    (2, 3)
    """

    apply: Any

    @application
    def initial_states(
        self, batch_size: Any, *args: Any, **kwargs: Any
    ) -> list[TensorVariable]:
        """Return the states that ``apply`` starts from: zeros.

        Parameters
        ----------
        batch_size
            The number of rows, an integer or a scalar variable.
        *args, **kwargs
            The other arguments of the call of ``apply``, for subclasses.

        Returns
        -------
        list of TensorVariable
            One for each state, ``(batch_size, dim)``, or ``(batch_size,)`` where
            `get_dim` says 0.
        """
        return [
            pt.zeros((batch_size, *axes_of(self, name)), dtype=pytensor.config.floatX)
            for name in self.apply.states
        ]

    @initial_states.property("outputs")
    def initial_states_outputs(self) -> list[str]:
        """Return the names of the states."""
        return self.apply.states


def axes_of(brick: Brick, name: str) -> tuple[int, ...]:
    """Return the lengths of the axes of a state behind that of the batch.

    Parameters
    ----------
    brick
        The brick.
    name
        The name of the state.
    """
    dim = brick.get_dim(name)
    if isinstance(dim, tuple):
        return dim
    return () if dim == 0 else (dim,)


def repeat_rows(state: TensorVariable, batch_size: Any) -> TensorVariable:
    """Return a learned initial state for each row of a batch.

    Parameters
    ----------
    state
        The state of one row, ``(dim,)``.
    batch_size
        The number of rows, an integer or a scalar variable.

    Returns
    -------
    TensorVariable
        ``(batch_size, dim)``
    """
    rows: Any = pt.alloc(state, batch_size, *state.type.shape)
    return rows
