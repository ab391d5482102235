"""The base class of all bricks."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from brickyard.bricks.arguments import refuse_unknown_arguments
from brickyard.bricks.children import Children
from brickyard.bricks.creation import create_parameter, is_initializer
from brickyard.bricks.lazy import (
    lazy_arguments,
    lazy_values,
    missing_arguments,
    refuse_changes,
    require_complete,
)
from brickyard.bricks.naming import BRICK_DELIMITER, Named
from brickyard.bricks.parameters import Parameters
from brickyard.bricks.seeds import generator_for
from brickyard.graph.annotations import BrickAnnotation
from brickyard.graph.roles import PARAMETER, VariableRole, add_role


class Brick(Named, BrickAnnotation):
    """A part of a model: parameters, children and applications.

    A brick is *configured* by its constructor and by assigning attributes; it pushes
    to its children what they need for allocation (dimensions); it is *allocated*: its
    parameters exist, filled with NaN; it pushes what they need for initialization
    (initializers); it is *initialized*: the parameters have their first values.
    `initialize` does whatever of it is not done yet, `allocate` the first half, and an
    application allocates its brick. To override what a brick pushed, call
    `push_allocation_config` or `push_initialization_config`, then change the child.

    A subclass writes ``__init__``, which stores its arguments; `_allocate`, which
    declares parameters with `add_parameter`; if need be `_initialize`,
    `_push_allocation_config` and `_push_initialization_config`; and methods decorated
    with `application`.

    A deep copy of a brick has the same configuration and is not allocated.

    Parameters
    ----------
    name
        The name, without ``/`` and ``.``, unique among the children of a brick. By
        default the name of the class in small letters.
    children
        The bricks that this one is made of.
    **unknown
        Arguments that no subclass took: a TypeError that names the nearest known one.

    Attributes
    ----------
    allocated, initialized, allocation_config_pushed, initialization_config_pushed
        Which phases are over, each a bool.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import Brick, application
    >>> class Scale(Brick):
    ...     def __init__(self, dim, factor, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.dim, self.factor = dim, factor
    ...     def _allocate(self):
    ...         self.add_parameter(self.factor, (self.dim,), "s")
    ...     @application(outputs=["output"])
    ...     def apply(self, input_):
    ...         return input_ * self.parameters["s"]
    >>> Scale(2, factor=3).apply(pt.vector("x"))
    scale_apply_output
    """

    def __init__(
        self,
        name: str | None = None,
        children: Iterable[Brick] | None = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown_arguments(type(self), unknown)
        BrickAnnotation.__init__(self)
        Named.__init__(self, name)
        self._parameters = Parameters(self)
        self._children = Children(self)
        self._children.extend(() if children is None else children)
        self._reset()

    def _reset(self) -> None:
        self.allocated = False
        self.initialized = False
        self.allocation_config_pushed = False
        self.initialization_config_pushed = False
        self._allocated_with: dict[str, Any] = {}
        self._initializers: list[tuple[Variable, Any]] = []
        self._rng: np.random.Generator | None = None

    @property
    def parameters(self) -> Parameters:
        """The parameters of this brick itself, by position or by name."""
        return self._parameters

    @property
    def children(self) -> Children:
        """The children; assigning a list of bricks replaces them."""
        _require_constructor(self)
        return self._children

    @children.setter
    def children(self, bricks: Iterable[Brick]) -> None:
        _require_constructor(self)
        adopted = list(bricks)
        self._children.clear()
        self._children.extend(adopted)

    @property
    def owned_children(self) -> list[Brick]:
        """The children that no other brick had adopted before."""
        return [child for child in self.children if child.owner is self]

    def get_hierarchical_name(
        self, parameter: Variable, delimiter: str = BRICK_DELIMITER
    ) -> str:
        """Return the full name of a parameter, such as ``"/mlp/linear_0.W"``.

        Parameters
        ----------
        parameter
            A parameter of this brick itself; another one raises ValueError.
        delimiter
            What stands between the names of the bricks.
        """
        for name, present in self.parameters.names().items():
            if present is parameter:
                return f"{self.path.replace(BRICK_DELIMITER, delimiter)}.{name}"
        raise ValueError(
            f"{parameter} is not a parameter of {self.path}, which has "
            f"{list(self.parameters)}"
        )

    @property
    def rng(self) -> np.random.Generator:
        """The source of this brick's first values.

        A function of the seed and the brick's path, so that other bricks, and changes
        to them, do not matter. `initialize` starts it afresh.
        """
        if self._rng is None:
            self._rng = generator_for(self)
        return self._rng

    def nearest_seed(self) -> int | None:
        """Return the seed of the nearest owner that was given one, if there is one."""
        return None if self.owner is None else self.owner.nearest_seed()

    def get_dim(self, name: str) -> Any:
        """Return the dimension of an input, output or state of an application.

        Parameters
        ----------
        name
            The name of the input, output or state; an unknown one raises ValueError.

        Returns
        -------
        int or tuple
            The size of its last axis; a tuple if there is more to say.
        """
        raise ValueError(
            f"{self.path} ({type(self).__name__}) does not know the dimension of "
            f"{name!r}; it is told by get_dim for the inputs, outputs and states of "
            "its applications"
        )

    def get_dims(self, names: Iterable[str]) -> list[Any]:
        """Return `get_dim` of several names.

        Parameters
        ----------
        names
            Names that `get_dim` knows.
        """
        return [self.get_dim(name) for name in names]

    def output_roles(
        self, application_name: str, output: Variable
    ) -> list[VariableRole]:
        """Return the roles of an output of an application besides ``OUTPUT``.

        None by default; for subclasses, as costs do.

        Parameters
        ----------
        application_name
            The name of the application, such as ``"apply"``.
        output
            What the application returned.
        """
        return []

    def add_parameter(
        self,
        spec: Any,
        shape: Iterable[int],
        name: str,
        role: VariableRole = PARAMETER,
    ) -> Any:
        """Declare a parameter; to be called in `_allocate`.

        Parameters
        ----------
        spec
            Where the value comes from. A number or an array: that value. A shared
            variable: that one, shared with whoever else uses it. An expression:
            computed from other parameters (tied weights). An initializer: its values,
            when the brick is initialized. None: `_initialize` takes care of it.
        shape
            The shape, one positive integer per axis.
        name
            The name, unique within the brick: ``"W"``.
        role
            The role, ``PARAMETER`` or a more specific one.

        Returns
        -------
        Variable
            A shared variable of dtype ``floatX`` with a static shape, or the given
            variable.

        Raises
        ------
        TypeError
            If `spec` is none of these or `shape` not made of integers.
        ValueError
            If the shape of `spec` is another one or the name is taken.
        """
        parameter = create_parameter(spec, shape, name, owner=self.path)
        self.parameters.add(parameter, name)
        add_role(parameter, role)
        if is_initializer(spec):
            self._initializers.append((parameter, spec))
        return parameter

    def missing_arguments(self, phase: str) -> list[str]:
        """Return the names of this brick's arguments that a phase still waits for.

        Parameters
        ----------
        phase
            ``"allocation"`` or ``"initialization"``.
        """
        return missing_arguments(self, lazy_arguments(type(self), phase))

    def allocate(self) -> None:
        """Make the parameters of this brick and of all below it.

        A brick that is allocated already keeps its parameters.

        Raises
        ------
        ValueError
            If arguments are still missing, or if the brick is allocated and its
            dimensions were changed afterwards.
        TypeError
            If its ``__init__`` does not call the one of its base class.
        """
        _require_constructor(self)
        if self.allocated:
            refuse_changes(self, self._allocated_with)
            return
        if not self.allocation_config_pushed:
            self.push_allocation_config()
        require_complete(self, "allocation")
        for child in self.children:
            child.allocate()
        self.parameters.clear()
        self._allocate()
        self._allocated_with = lazy_values(self, "allocation")
        self.allocated = True

    def initialize(self) -> None:
        """Give the parameters of this brick and of all below it their first values.

        Whatever of the earlier phases is not done yet is done before.

        Raises
        ------
        ValueError
            If dimensions or initializers are still missing.
        """
        self.allocate()
        if not self.initialization_config_pushed:
            self.push_initialization_config()
        require_complete(self, "initialization")
        for child in self.children:
            if child.owner is self or not child.initialized:
                child.initialize()
        self._rng = None
        for parameter, initializer in self._initializers:
            initializer.initialize(parameter, self.rng)
        self._initialize()
        self.initialized = True

    def push_allocation_config(self) -> None:
        """Hand the dimensions down to the children, and from there on.

        A brick that still misses arguments hands nothing down.
        """
        if not self.missing_arguments("allocation"):
            self._push_allocation_config()
            for child in self.owned_children:
                child.push_allocation_config()
            self.allocation_config_pushed = True

    def push_initialization_config(self) -> None:
        """Hand the initializers down to the children, and from there on."""
        self._push_initialization_config()
        for child in self.owned_children:
            child.push_initialization_config()
        self.initialization_config_pushed = True

    def _allocate(self) -> None:
        """Declare the parameters. Nothing by default; for subclasses."""

    def _initialize(self) -> None:
        """Give the parameters values. Nothing by default; for subclasses."""

    def _push_allocation_config(self) -> None:
        """Assign what children need to be allocated. Nothing by default."""

    def _push_initialization_config(self) -> None:
        """Assign what children need to be initialized. Nothing by default."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Brick:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        # Parents outside of what is copied must neither be copied nor adopt the twin.
        own = {"parents", "auxiliary_variables", "_parameters", "_children"}
        # Made by allocation, which the twin has yet to go through.
        own |= {"_initializers", "_allocated_with", "_rng"}
        for key, value in vars(self).items():
            if key not in own:
                setattr(twin, key, copy.deepcopy(value, memo))
        twin.parents, twin.auxiliary_variables = [], []
        twin._parameters, twin._children = Parameters(twin), Children(twin)
        twin._children.extend(copy.deepcopy(child, memo) for child in self.children)
        twin._reset()
        return twin

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"


def _require_constructor(brick: Brick) -> None:
    if "_children" not in vars(brick):
        kind = type(brick).__name__
        raise TypeError(
            f"{kind} is used before the constructor of Brick has run; call "
            f"super().__init__(**kwargs) at the start of {kind}.__init__"
        )
