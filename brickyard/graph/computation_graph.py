"""A graph as a whole: what is in it, and the same graph with parts replaced."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import ancestors
from pytensor.scan.op import Scan
from pytensor.tensor.random.type import RandomType

from brickyard.backends import CompiledFunction, compile
from brickyard.backends.random import default_update_of
from brickyard.graph.replacement import Rewriter
from brickyard.graph.roles import AUXILIARY, PARAMETER, has_roles
from brickyard.graph.traversal import is_input, sorted_nodes, sorted_variables

VariablePairs = Mapping[Any, Variable] | Iterable[tuple[Any, Variable]]


class ComputationGraph:
    """Everything that some output variables are computed from.

    All lists are in one order, in which a variable comes after those it depends on and
    inputs are met left to right, so that they are the same in every process.

    Parameters
    ----------
    outputs
        A variable or several, in any iterable.

    Attributes
    ----------
    outputs : list of Variable
        The outputs as given.
    variables : list of Variable
        All variables of the graph, and after each variable the auxiliary variables of
        its annotations.
    updates : dict
        New values of shared variables, from random generators and annotations.

    Raises
    ------
    TypeError
        If something in `outputs` is not a variable.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import shared
    >>> from brickyard.graph import WEIGHT, add_role
    >>> x, W = pt.matrix("x"), shared([[1.0], [2.0]], name="W", dtype="floatX")
    >>> add_role(W, WEIGHT)
    >>> graph = ComputationGraph(x @ W)
    >>> graph.inputs, graph.parameters
    ([x], [W])
    >>> doubled = graph.replace({x: 2 * x})
    >>> import numpy as np
    >>> np.asarray(doubled.get_function()(np.ones((1, 2), dtype=x.dtype))[0])
    array([[6.]], dtype=float32)
    """

    def __init__(self, outputs: Variable | Iterable[Variable]) -> None:
        if isinstance(outputs, Variable):
            outputs = [outputs]
        if not isinstance(outputs, Iterable):
            raise TypeError(_not_variables(outputs))
        self.outputs = list(outputs)
        for output in self.outputs:
            if not isinstance(output, Variable):
                raise TypeError(_not_variables(output))
        self._collect(())

    def _collect(self, rewriters: tuple[Rewriter, ...]) -> None:
        """List variables and updates.

        What annotations refer to was built with the original graph; the rewriters, one
        after the other, turn it into its form in this one.
        """
        self._rewriters = rewriters
        self._own_variables = sorted_variables(self.outputs)
        self.updates: dict[SharedVariable, Variable] = {}
        own = set(self._own_variables)
        listed: dict[Variable, None] = {}
        for variable in self._own_variables:
            listed[variable] = None
            for annotation in getattr(variable.tag, "annotations", []):
                for auxiliary in map(self._current, annotation.auxiliary_variables):
                    if auxiliary not in own:
                        listed[auxiliary] = None
                for updated, value in annotation.updates.items():
                    self.updates[updated] = self._current(value)
        self.variables = list(listed)
        self._collect_default_updates()

    def _collect_default_updates(self) -> None:
        """Add the updates that shared variables bring with them.

        A generator's default update belongs to the draw as it was first made. Where
        this graph has a rebuilt form of that draw, the update is taken from there: the
        original would be a second draw and might need inputs that are gone.
        """
        draws: dict[Variable, list[Apply]] = {}
        for node in sorted_nodes(self.outputs):
            for variable in node.inputs:
                draws.setdefault(variable, []).append(node)
        for variable in self._own_variables:
            if not isinstance(variable, SharedVariable) or variable in self.updates:
                continue
            update = default_update_of(variable)
            if update is None:
                continue
            nodes = draws.get(variable, [])
            made_by = update.owner
            if made_by is not None and [node.op for node in nodes] == [made_by.op]:
                advanced = nodes[0].outputs[made_by.outputs.index(update)]
                self.updates[variable] = advanced
            else:
                self.updates[variable] = self._current(update)

    def _current(self, variable: Variable) -> Variable:
        for rewriter in self._rewriters:
            variable = rewriter.rewrite(variable)
        return variable

    def __repr__(self) -> str:
        names = ", ".join(map(str, self.outputs))
        return f"<ComputationGraph of {names}: {len(self.variables)} variables>"

    @property
    def inputs(self) -> list[Variable]:
        """Variables whose values come from outside: neither shared nor constants.

        Returns
        -------
        list of Variable
            In order of their first use; those that loops use are among them.
        """
        return [variable for variable in self._own_variables if is_input(variable)]

    @property
    def intermediary_variables(self) -> list[Variable]:
        """Variables that are neither inputs nor outputs.

        Returns
        -------
        list of Variable
            Shared variables and constants are among them.
        """
        outer = {*self.inputs, *self.outputs}
        return [variable for variable in self.variables if variable not in outer]

    @property
    def shared_variables(self) -> list[SharedVariable]:
        """Shared variables, random generators included.

        Returns
        -------
        list of SharedVariable
            In order of their first use.
        """
        return [v for v in self.variables if isinstance(v, SharedVariable)]

    @property
    def parameters(self) -> list[SharedVariable]:
        """Shared variables with the role ``PARAMETER``.

        Returns
        -------
        list of SharedVariable
            In order of their first use.
        """
        return [v for v in self.shared_variables if has_roles(v, [PARAMETER])]

    @property
    def random_generators(self) -> list[SharedVariable]:
        """Random generators that the graph draws from.

        Returns
        -------
        list of SharedVariable
            In order of their first use.
        """
        return [v for v in self.shared_variables if isinstance(v.type, RandomType)]

    @property
    def auxiliary_variables(self) -> list[Variable]:
        """Variables with the role ``AUXILIARY``.

        Returns
        -------
        list of Variable
            Those that annotations bring, and those on the way to the outputs.
        """
        return [v for v in self.variables if has_roles(v, [AUXILIARY])]

    @property
    def scan_variables(self) -> list[Variable]:
        """Variables inside the loops of the graph, and inside loops in these.

        Returns
        -------
        list of Variable
            They are no part of `variables`: they have values only within a loop.
        """
        found: dict[Variable, None] = {}
        waiting = [self.outputs]
        for outputs in waiting:
            for node in sorted_nodes(outputs):
                if isinstance(node.op, Scan):
                    inner = list(node.op.inner_outputs)
                    found.update(dict.fromkeys(sorted_variables(inner)))
                    waiting.append(inner)
        return list(found)

    def dict_of_inputs(self) -> dict[str, Variable]:
        """Return the inputs by name.

        Returns
        -------
        dict
            From each input's name to the input, in the order of `inputs`.

        Raises
        ------
        ValueError
            If an input has no name, or two have the same.
        """
        named: dict[str, Variable] = {}
        for variable in self.inputs:
            if variable.name is None:
                raise ValueError(
                    f"an input of type {variable.type} has no name; name it when it is "
                    "made, for example pt.matrix('features')"
                )
            if variable.name in named:
                raise ValueError(
                    f"two inputs of the graph are named {variable.name!r}; inputs are "
                    "matched to data by name, so each needs its own"
                )
            named[variable.name] = variable
        return named

    def has_inputs(self, variable: Variable) -> bool:
        """Tell whether a variable depends on an input.

        Parameters
        ----------
        variable
            Any variable, usually one of this graph.

        Returns
        -------
        bool
            False if it can be computed from shared variables and constants alone.

        Raises
        ------
        TypeError
            If it is not a variable.
        """
        if not isinstance(variable, Variable):
            raise TypeError(_not_variables(variable))
        return any(map(is_input, ancestors([variable])))

    def replace(self, replacements: VariablePairs) -> ComputationGraph:
        """Return this graph with some of its variables replaced.

        All replacements take place at once: every use of a replaced variable, in the
        graph and in the other replacements, becomes a use of its replacement. A
        replacement that uses the variable it replaces uses it as it was, computed
        from its rewritten inputs; replacements that use each other's variables in a
        circle use them unchanged. Names, roles and annotations of rebuilt variables
        are kept. This graph stays as it is.

        Auxiliary variables and updates of the returned graph are rewritten with it; a
        graph made anew from its outputs meets the original ones on the annotations.

        Parameters
        ----------
        replacements
            From each variable to what takes its place, of the same dtype and number of
            dimensions; a mapping or pairs.

        Returns
        -------
        ComputationGraph
            The rewritten graph; its outputs stand in the order of this graph's.

        Raises
        ------
        TypeError
            If something is not a variable, or a replacement is of another dtype or
            number of dimensions than what it replaces.
        ValueError
            If a variable is not part of this graph or is replaced twice, or if an
            operation does not take a replacement for one of its inputs.

        Examples
        --------
        >>> from pytensor import tensor as pt
        >>> from brickyard.backends import evaluate
        >>> x = pt.scalar("x")
        >>> hidden = x + 1
        >>> graph = ComputationGraph(hidden**2)
        >>> new = graph.replace({hidden: 10 * hidden, x: x - 1})
        >>> evaluate(new.outputs[0], {x: 2.0}).item()
        400.0
        """
        checked = self._check_replacements(replacements)
        rewriter = Rewriter(self.outputs, checked)
        graph = ComputationGraph([rewriter.rewrite(v) for v in self.outputs])
        graph._collect((*self._rewriters, rewriter))
        return graph

    def _check_replacements(
        self, replacements: VariablePairs
    ) -> dict[Variable, Variable]:
        checked: dict[Variable, Variable] = {}
        for old, new in _pairs(replacements):
            for variable in (old, new):
                if not isinstance(variable, Variable):
                    raise TypeError(
                        "ComputationGraph.replace takes variables and puts variables "
                        f"in their place, got {variable!r} of type "
                        f"{type(variable).__name__}"
                    )
            if old in checked:
                raise ValueError(
                    f"ComputationGraph.replace: {old} is to be replaced twice, by "
                    f"{checked[old]} and by {new}"
                )
            if not old.type.in_same_class(new.type) and not _alike(old, new):
                raise TypeError(
                    f"ComputationGraph.replace: {old} of type {old.type} cannot be "
                    f"replaced by {new} of type {new.type}; dtype and number of "
                    "dimensions must be the same"
                )
            checked[old] = new
        self.require_variables(checked, "ComputationGraph.replace")
        return checked

    def require_variables(self, variables: Iterable[Variable], owner: str) -> None:
        """Raise unless each of the variables is on the way to the outputs.

        Parameters
        ----------
        variables
            The variables asked for.
        owner
            Who asks for them, for the message.

        Raises
        ------
        ValueError
            If one of them is not.
        """
        own = set(self._own_variables)
        for variable in variables:
            if variable not in own:
                raise ValueError(f"{owner}: {self._why_missing(variable)}")

    def _why_missing(self, variable: Variable) -> str:
        if variable in self.variables:
            return (
                f"{variable} is an auxiliary variable beside the graph; no output "
                "depends on it"
            )
        if variable in self.scan_variables:
            return (
                f"{variable} is inside a loop (scan) of the graph, where nothing can "
                "be replaced; build the loop with the change"
            )
        names = dict.fromkeys(v.name for v in self._own_variables if v.name)
        message = f"{variable} is not part of the graph of {self.outputs}"
        if variable.name in names:
            return f"{message}, which has another variable of that name"
        near = difflib.get_close_matches(str(variable.name), names, n=3)
        if near:
            return f"{message}; near matches are {', '.join(near)}"
        return message

    def get_function(
        self,
        additional_updates: VariablePairs | None = None,
        **compile_kwargs: Any,
    ) -> CompiledFunction:
        """Compile the graph.

        Parameters
        ----------
        additional_updates
            New values of shared variables besides `updates`; a mapping or pairs.
        **compile_kwargs
            Passed on to `brickyard.backends.compile`.

        Returns
        -------
        CompiledFunction
            A function of `inputs`, in that order, that returns a list of the outputs.

        Raises
        ------
        ValueError
            If an additional update is for a variable that `updates` has already.
        """
        additional = list(_pairs(additional_updates or ()))
        for variable, _ in additional:
            if variable in self.updates:
                raise ValueError(
                    f"{variable} is updated by the graph itself, so it cannot have an "
                    "additional update"
                )
        updates = [*self.updates.items(), *additional]
        return compile(self.inputs, self.outputs, updates, **compile_kwargs)

    def get_snapshot(self, data: Mapping[str, ArrayLike]) -> dict[Variable, np.ndarray]:
        """Evaluate every variable that has a role and is not shared.

        Random generators advance as in any other call.

        Parameters
        ----------
        data
            The value of each input by the input's name.

        Returns
        -------
        dict
            From each variable to its value, in the order of `variables`.

        Raises
        ------
        ValueError
            If the names in `data` are not those of the inputs.
        """
        named = self.dict_of_inputs()
        missing = [name for name in named if name not in data]
        unknown = [name for name in data if name not in named]
        if missing or unknown:
            raise ValueError(
                f"get_snapshot needs data for the inputs {list(named)}, got "
                f"{list(data)}: {missing} missing, {unknown} unknown"
            )
        with_roles = [
            variable
            for variable in self.variables
            if getattr(variable.tag, "roles", [])
            and not isinstance(variable, SharedVariable)
        ]
        function = compile(
            self.inputs,
            with_roles,
            {v: new for v, new in self.updates.items() if v in self.random_generators},
            name="get_snapshot",
        )
        values = function(*[data[name] for name in named])
        pairs = zip(with_roles, values, strict=True)
        return {variable: np.asarray(value) for variable, value in pairs}


def _pairs(pairs: VariablePairs) -> Iterable[tuple[Any, Variable]]:
    return pairs.items() if isinstance(pairs, Mapping) else pairs


def _alike(old: Variable, new: Variable) -> bool:
    return type(old.type) is type(new.type) and all(
        getattr(old.type, name, None) == getattr(new.type, name, None)
        for name in ("dtype", "ndim")
    )


def _not_variables(value: object) -> str:
    return (
        "a ComputationGraph is about PyTensor variables, got "
        f"{value!r} of type {type(value).__name__}"
    )
