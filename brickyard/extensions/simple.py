"""Extensions that do one thing whenever one of their conditions holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from brickyard.extensions.base import TrainingExtension, overrides
from brickyard.extensions.conditions import (
    CALLBACK_ARGUMENTS,
    CALLBACKS,
    CONDITIONS,
    COUNTED_CONDITIONS,
    CallbackName,
    Predicate,
    always_true,
    has_done_no_epochs,
    near_match,
)
from brickyard.state import State, require_keys


class Condition(NamedTuple):
    """One reason for an extension to act."""

    callback: CallbackName
    predicate: Callable[[Any], bool]
    arguments: tuple[Any, ...]


class SimpleExtension(TrainingExtension, ABC):
    """An extension with conditions and one method, `do`.

    Parameters
    ----------
    name : str, optional
        The name of the extension.
    before_training, after_training, before_epoch, after_epoch : bool
        Act at this callback.
    before_batch, after_batch : bool
        Act at this callback.
    on_resumption, on_error, on_interrupt : bool
        Act at this callback.
    before_first_epoch : bool
        Act before the first epoch of a training.
    after_n_batches, after_n_epochs : int
        Act once, after this many batches or epochs.
    every_n_batches, every_n_epochs : int
        Act after each so many batches or epochs.

    Raises
    ------
    TypeError
        If a condition does not exist or has a value of a wrong kind.
    ValueError
        If a number of batches or epochs is not positive.

    Notes
    -----
    Several conditions may hold at one callback; `do` is then called once for each
    different tuple of arguments that `add_condition` was given.

    Examples
    --------
    >>> class Report(SimpleExtension):
    ...     def do(self, which_callback, *args):
    ...         print(which_callback)
    >>> sorted(Report(every_n_batches=10, after_training=True).callbacks())
    ['after_batch', 'after_training']
    >>> Report(every_n_batch=10)
    Traceback (most recent call last):
        ...
    TypeError: Report has no argument or condition 'every_n_batch'; did you mean ...
    """

    def __init__(self, **kwargs: Any) -> None:
        conditions = {key: kwargs.pop(key) for key in CONDITIONS if key in kwargs}
        super().__init__(**kwargs)
        self._conditions: list[Condition] = []
        self._by_callback: dict[str, list[Condition]] = {}
        self._own_callbacks = {
            name for name in CALLBACKS if overrides(type(self), name)
        }
        self.set_conditions(**conditions)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions, in the order in which they were added."""
        return tuple(self._conditions)

    def set_conditions(self, **kwargs: Any) -> None:
        """Replace all conditions.

        Parameters
        ----------
        **kwargs
            Conditions as in the constructor.

        Raises
        ------
        TypeError
            If a condition does not exist or has a value of a wrong kind.
        ValueError
            If a number of batches or epochs is not positive.
        """
        conditions = [
            condition
            for name, value in kwargs.items()
            if (condition := self._parse_condition(name, value)) is not None
        ]
        self._conditions = []
        self._by_callback = {}
        for condition in conditions:
            self._add(condition)

    def add_condition(
        self,
        callbacks_names: Sequence[str],
        predicate: Callable[[Any], bool] | None = None,
        arguments: Iterable[Any] | None = None,
    ) -> SimpleExtension:
        """Add a condition.

        Parameters
        ----------
        callbacks_names
            The callbacks at which the condition is tested.
        predicate
            Called with the training log; true means act. Always, if not given. It
            must not remember anything: what it decides has to follow from the log.
        arguments
            Passed to `do` behind the arguments of the callback.

        Returns
        -------
        SimpleExtension
            The extension itself, so that calls can be chained.

        Raises
        ------
        TypeError
            If the callbacks are not a list of names of callbacks, the predicate cannot
            be called, or the arguments are a string.
        """
        if isinstance(callbacks_names, str):
            raise TypeError(
                f"{self.name}.add_condition takes a list of callbacks, got the "
                f"string {callbacks_names!r}; write [{callbacks_names!r}]"
            )
        if predicate is not None and not callable(predicate):
            raise TypeError(
                f"{self.name}.add_condition takes a predicate that can be called with "
                f"the log, got {predicate!r}"
            )
        if isinstance(arguments, str):
            raise TypeError(
                f"{self.name}.add_condition takes a list of arguments, got the string "
                f"{arguments!r}; write [{arguments!r}]"
            )
        names = [CallbackName(name) for name in callbacks_names]
        passed = () if arguments is None else tuple(arguments)
        for name in names:
            self._add(Condition(name, predicate or always_true, passed))
        return self

    @abstractmethod
    def do(self, which_callback: str, *args: Any) -> None:
        """Act.

        Parameters
        ----------
        which_callback : CallbackName
            The callback at which a condition holds.
        *args
            What the loop passes to this callback, then the condition's arguments.
        """

    def dispatch(self, callback_name: str, *args: Any) -> None:
        """Call `do` if a condition holds at this callback.

        A callback that the class overrides is run before the conditions are tested.

        Parameters
        ----------
        callback_name
            One of the callbacks.
        *args
            What the loop passes.
        """
        if callback_name in self._own_callbacks:
            getattr(self, callback_name)(*args)
        conditions = self._by_callback.get(callback_name)
        if conditions is None:
            return
        log = self._main_loop.log
        if len(conditions) == 1:
            name, predicate, arguments = conditions[0]
            if predicate(log):
                self.do(name, *args, *arguments)
            return
        # All are tested before anything is done: `do` may change the log.
        holding = [condition for condition in conditions if condition.predicate(log)]
        done: list[tuple[Any, ...]] = []
        for name, _, arguments in holding:
            if arguments not in done:
                done.append(arguments)
                self.do(name, *args, *arguments)

    def callbacks(self) -> set[str]:
        """Name the callbacks at which a condition is tested or a method is run.

        Returns
        -------
        set of str
            The callbacks.
        """
        return super().callbacks() | set(self._by_callback)

    @staticmethod
    def parse_args(
        which_callback: str, args: Sequence[Any]
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Separate the arguments of `do`.

        Parameters
        ----------
        which_callback
            The callback.
        args
            What `do` has received behind it.

        Returns
        -------
        from_main_loop, from_user : tuple
            What the loop has passed, and the arguments of the condition.

        Examples
        --------
        >>> SimpleExtension.parse_args("after_batch", [{"x": 1}, "best.ckpt"])
        (({'x': 1},), ('best.ckpt',))
        """
        count = CALLBACK_ARGUMENTS.get(str(which_callback), 0)
        return tuple(args[:count]), tuple(args[count:])

    def get_state(self) -> State:
        """Return which ``after_n_*`` conditions have held.

        Returns
        -------
        dict
            ``fired``: their labels, such as ``"after_n_epochs=3"``. Empty for an
            extension without such conditions.
        """
        predicates = self._with_memory()
        if not predicates:
            return {}
        return {"fired": [p.label for p in predicates if p.fired]}

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Labels of conditions that the extension no longer has are left out: with
        another number it is another condition, and has not held yet.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If the state is not one of this extension.
        """
        self.check_state(state, [])
        self.restore_conditions(state)

    def check_state(self, state: State, keys: Sequence[str]) -> None:
        """Raise unless a state has what the conditions and `keys` stand for.

        Parameters
        ----------
        state
            The state.
        keys
            The keys that a subclass has added to the state of the conditions.

        Raises
        ------
        ValueError
            If a key is missing or unknown.
        """
        optional = ["fired"] if "fired" in state else []
        require_keys(state, [*optional, *keys], f"the extension {self.name!r}")

    def restore_conditions(self, state: State) -> None:
        """Bring back which conditions have held.

        Parameters
        ----------
        state
            A state that has been checked.
        """
        for predicate in self._with_memory():
            predicate.fired = predicate.label in state.get("fired", ())

    def _with_memory(self) -> list[Predicate]:
        predicates = (condition.predicate for condition in self._conditions)
        return [p for p in predicates if isinstance(p, Predicate) and p.has_memory]

    def _add(self, condition: Condition) -> None:
        self._conditions.append(condition)
        # Plain strings as keys: a look-up must not compare CallbackName with others.
        self._by_callback.setdefault(str(condition.callback), []).append(condition)

    def _parse_condition(self, name: str, value: Any) -> Condition | None:
        if name not in CONDITIONS:
            raise TypeError(
                f"{self.name} has no condition {name!r}{near_match(name, CONDITIONS)}"
                f" (conditions: {', '.join(CONDITIONS)})"
            )
        if name in COUNTED_CONDITIONS:
            if value is None:
                return None
            return Condition(
                CallbackName(COUNTED_CONDITIONS[name]), Predicate(name, value), ()
            )
        if not isinstance(value, bool):
            raise TypeError(
                f"{self.name}: the condition {name} is True or False, got {value!r}"
            )
        if not value:
            return None
        if name == "before_first_epoch":
            return Condition(CallbackName("before_epoch"), has_done_no_epochs, ())
        return Condition(CallbackName(name), always_true, ())


def has_conditions(arguments: Mapping[str, Any]) -> bool:
    """Tell whether keyword arguments of an extension contain a condition.

    Parameters
    ----------
    arguments
        Keyword arguments.

    Returns
    -------
    bool
        False for those that leave the choice of conditions to the extension.
    """
    return any(name in CONDITIONS for name in arguments)


def default_conditions(arguments: dict[str, Any], *names: str) -> None:
    """Add the conditions at which an extension acts if it was not told when.

    A condition that is given takes the place of all of them. One that is only denied,
    as in ``before_first_epoch=False``, is left out of them.

    Parameters
    ----------
    arguments
        Keyword arguments of an extension, which are added to.
    names
        The conditions.

    Examples
    --------
    >>> arguments = {"after_epoch": False}
    >>> default_conditions(arguments, "after_epoch", "after_training")
    >>> arguments
    {'after_epoch': False, 'after_training': True}
    """
    if not any(arguments.get(name) for name in CONDITIONS):
        for name in names:
            arguments.setdefault(name, True)
