"""An algorithm that updates shared variables, once for every batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, get_args

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.backends import CompiledFunction, compile, generators_of
from brickyard.graph.roles import PARAMETER, PERSISTENT, has_roles
from brickyard.graph.traversal import is_input, sorted_variables
from brickyard.state import State, require_keys
from brickyard.training.algorithms.base import TrainingAlgorithm
from brickyard.training.algorithms.choices import check_choice
from brickyard.training.algorithms.sources import (
    OnUnusedSources,
    SourceMatcher,
)
from brickyard.training.algorithms.state_names import StateNames
from brickyard.training.parameters import parameter_path

UpdatePairs: TypeAlias = (
    Mapping[SharedVariable, Variable] | Iterable[tuple[SharedVariable, Variable]]
)
STATE_PARTS = ("buffers", "hyperparameters", "updates")


class UpdatesAlgorithm(TrainingAlgorithm):
    """Give shared variables new values that are computed from each batch.

    Parameters
    ----------
    updates
        Pairs of a shared variable and its new value, or a mapping.
    compile_kwargs
        Arguments for `brickyard.backends.compile`, such as ``{"backend": "numba"}``.
    on_unused_sources
        What to do when a batch brings a source that is no input of the graph:
        ``"raise"``, ``"warn"`` (in the log, once) or ``"ignore"``.

    Raises
    ------
    TypeError
        If an update is no pair of a shared variable and a variable.
    ValueError
        If a variable is updated twice, or there is no such choice for unused sources.

    Examples
    --------
    >>> import numpy as np
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import shared
    >>> x, total = pt.vector("x"), shared(0, name="total", dtype="floatX")
    >>> algorithm = UpdatesAlgorithm([(total, total + x.sum())])
    >>> algorithm.process_batch({"x": np.ones(3, dtype=x.dtype)})
    >>> float(total.get_value())
    3.0
    """

    def __init__(
        self,
        updates: UpdatePairs | None = None,
        compile_kwargs: Mapping[str, Any] | None = None,
        on_unused_sources: OnUnusedSources = "raise",
    ) -> None:
        self.compile_kwargs = dict(compile_kwargs or {})
        self.on_unused_sources = check_choice(
            self._owner,
            "on_unused_sources",
            on_unused_sources,
            get_args(OnUnusedSources),
        )
        self._updates: dict[SharedVariable, Variable] = {}
        self._function: CompiledFunction | None = None
        self._matcher: SourceMatcher | None = None
        self._accepted: set[tuple[str, ...]] = set()
        self._state_names: StateNames | None = None
        if updates is not None:
            self.add_updates(updates)

    @property
    def _owner(self) -> str:
        return type(self).__name__

    @property
    def updates(self) -> list[tuple[SharedVariable, Variable]]:
        """Pairs of a shared variable and its new value."""
        return list(self._updates.items())

    @property
    def parameters(self) -> list[SharedVariable]:
        """The updated variables that are parameters, in the order of the updates."""
        return [v for v in self._updates if has_roles(v, [PARAMETER])]

    @property
    def persistent_variables(self) -> list[SharedVariable]:
        """The updated variables that are saved with the model, parameters or not."""
        return [v for v in self._updates if has_roles(v, [PERSISTENT])]

    @property
    def parameter_paths(self) -> dict[Variable, str]:
        """The names under which the parameters are saved, by parameter."""
        return {parameter: parameter_path(parameter) for parameter in self.parameters}

    @property
    def function(self) -> CompiledFunction:
        """The function that processes batches; asking for it initializes."""
        self.initialize()
        return self._function  # type: ignore[return-value]

    @property
    def random_generators(self) -> list[SharedVariable]:
        """The random generators that the updates draw from, in the graph's order."""
        return generators_of([*self._outputs(), *dict(self._final_updates()).values()])

    def add_updates(self, updates: UpdatePairs) -> None:
        """Add updates, all of them or none if one is wrong.

        Parameters
        ----------
        updates
            Pairs of a shared variable and its new value, or a mapping.

        Raises
        ------
        TypeError
            If an update is no pair of a shared variable and a variable.
        ValueError
            If a variable is updated twice.
        RuntimeError
            If the algorithm is initialized, for its function is made then.
        """
        if self._function is not None:
            raise RuntimeError(
                f"{self._owner}: updates cannot be added after initialize(); add them "
                "in an extension's setup(), or before"
            )
        added = dict(self._updates)
        for target, value in _as_pairs(updates, self._owner):
            if target in added:
                raise ValueError(
                    f"{self._owner}: {target} would be updated twice; give each "
                    "variable one update"
                )
            added[target] = value
        self._updates = added

    def initialize(self) -> None:
        """Match inputs, name the state and prepare the function.

        Compilation proper waits for the first batch, which brings the shapes.

        Raises
        ------
        ValueError
            If an input of the graph has no name, two have the same, or two things to
            be saved do.
        """
        if self._function is not None:
            return
        outputs, updates = self._outputs(), self._final_updates()
        expressions = [*outputs, *(value for _, value in updates)]
        inputs = [v for v in sorted_variables(expressions) if is_input(v)]
        self._matcher = SourceMatcher(self._owner, inputs, self.on_unused_sources)
        trained = self.parameter_paths
        others = [v for v in self.persistent_variables if v not in trained]
        paths = trained | {v: parameter_path(v) for v in others}
        self._state_names = StateNames(self._owner, self.updates, paths)
        settings = {"name": self._owner, **self.compile_kwargs}
        self._function = compile(
            inputs, outputs[0] if outputs else None, updates, **settings
        )

    def process_batch(self, batch: Mapping[str, Any]) -> None:
        """Apply the updates.

        Parameters
        ----------
        batch
            Arrays by source name.

        Raises
        ------
        ValueError
            If the sources do not match the inputs of the graph, or an array does not
            fit its input (`brickyard.backends.ComputationError`).
        """
        self._run(batch)

    def get_state(self) -> State:
        """Return the values that the updates depend on, parameters left out.

        Returns
        -------
        dict
            ``buffers``, ``hyperparameters`` and ``updates``, arrays by name.
        """
        return {
            part: {name: np.asarray(v.get_value()) for name, v in variables.items()}
            for part, variables in self._state_parts().items()
        }

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Rates are part of it: a rate that the script has changed since is overwritten.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape or dtype differs; nothing is
            changed then.
        """
        require_keys(state, STATE_PARTS, self._owner)
        parts = self._state_parts()
        for part, variables in parts.items():
            require_keys(state[part], variables, f"{self._owner}: {part}")
            for name, variable in variables.items():
                _check_fits(self._owner, name, variable, state[part][name])
        for part, variables in parts.items():
            for name, variable in variables.items():
                variable.set_value(np.asarray(state[part][name]))

    def _state_parts(self) -> dict[str, dict[str, SharedVariable]]:
        self.initialize()
        names: Any = self._state_names
        values = (names.buffers, names.hyperparameters, names.others)
        return dict(zip(STATE_PARTS, values, strict=True))

    def _outputs(self) -> list[Variable]:
        """Return the variable the compiled function returns, if there is one."""
        return []

    def _final_updates(self) -> list[tuple[SharedVariable, Variable]]:
        """Return the updates as they are compiled."""
        return self.updates

    def _run(self, batch: Mapping[str, Any]) -> Any:
        """Call the function. This is the path of every batch, so it does little."""
        if self._function is None:
            self.initialize()
        sources = tuple(batch)
        if sources not in self._accepted:
            self._matcher.check(sources)  # type: ignore[union-attr]
            self._accepted.add(sources)
        names = self._matcher.names  # type: ignore[union-attr]
        return self._function(*[batch[name] for name in names])  # type: ignore[misc]


def _as_pairs(
    updates: UpdatePairs, owner: str
) -> Iterable[tuple[SharedVariable, Variable]]:
    pairs = list(updates.items() if isinstance(updates, Mapping) else updates)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(
                f"{owner}: an update must be a pair of a shared variable and its new "
                f"value, got {pair!r}"
            )
        target, value = pair
        if not isinstance(target, SharedVariable) or not isinstance(value, Variable):
            raise TypeError(
                f"{owner}: an update must be a pair of a shared variable and a "
                f"variable, got {target!r} ({type(target).__name__}) and "
                f"{type(value).__name__}"
            )
    return [(target, value) for target, value in pairs]


def _check_fits(owner: str, name: str, variable: SharedVariable, value: Any) -> None:
    array, present = np.asarray(value), variable.get_value(borrow=True)
    if array.shape != present.shape or array.dtype != present.dtype:
        raise ValueError(
            f"{owner}: {name!r} has shape {present.shape} and dtype {present.dtype}, "
            f"the state has shape {array.shape} and dtype {array.dtype}; it was saved "
            "for another model or another step rule"
        )
