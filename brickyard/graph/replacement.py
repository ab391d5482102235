"""Rewriting a graph with some of its variables replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy

from pytensor.graph.basic import Apply, Variable

from brickyard.graph.traversal import sorted_variables

# What is to be rewritten: a variable, and the replaced variable in whose replacement
# it stands, or None for the graph itself and wherever that makes no difference.
_Use = tuple[Variable, Variable | None]


class Rewriter:
    """Replaces variables of a graph, all at once.

    Every use of a replaced variable becomes a use of its replacement: in the graph and
    in the other replacements. A replacement that uses the variable it replaces uses
    it as it was, computed from its rewritten inputs. Replacements that use each
    other's variables in a circle use them unchanged, so that two variables can be
    exchanged.

    What depends on no replaced variable is kept; the rest is rebuilt, with names,
    roles and annotations carried over. A value on a variable's tag that speaks of
    variables itself, such as the way it is aggregated over batches, is asked for its
    form in the new graph by its method ``rewritten``, if it has one.

    Parameters
    ----------
    outputs
        The graph whose variables are replaced.
    replacements
        From each replaced variable to its replacement.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> x, y = pt.scalars("x", "y")
    >>> z = x + pt.exp(y)
    >>> rewriter = Rewriter([z], {x: 2 * x, y: x})
    >>> from brickyard.backends import evaluate
    >>> evaluate(rewriter.rewrite(z), {x: 0.0}).item()
    1.0
    """

    def __init__(
        self, outputs: Iterable[Variable], replacements: Mapping[Variable, Variable]
    ) -> None:
        self._replacements = dict(replacements)
        self._keeps_types = all(map(_keeps_type, replacements, replacements.values()))
        self._bits = {key: 1 << i for i, key in enumerate(self._replacements)}
        self._above: dict[Variable, int] = {}
        self._find_replaced_above([*outputs, *self._replacements.values()])
        self._circles = self._find_circles()
        self._rewritten: dict[_Use, Variable] = {}
        self._rebuilt: dict[tuple[Apply, Variable | None], Apply] = {}
        self._tagged: list[tuple[Variable, str]] = []

    def rewrite(self, variable: Variable) -> Variable:
        """Return what a variable has become.

        Parameters
        ----------
        variable
            A variable of the graph, or any other one.

        Returns
        -------
        Variable
            Its replacement, its rebuilt form, or itself if nothing it depends on was
            replaced.

        Raises
        ------
        ValueError
            If an operation does not take a replacement for one of its inputs.
        """
        self._find_replaced_above([variable])
        start = self._use(variable, None)
        stack = [start]
        while stack:
            use = stack[-1]
            if use in self._rewritten:
                stack.pop()
                continue
            missing = [u for u in self._needs(use) if u not in self._rewritten]
            if missing:
                stack.extend(reversed(missing))
            else:
                stack.pop()
                self._rewritten[use] = self._build(use)
        self._rewrite_tags()
        return self._rewritten[start]

    def _rewrite_tags(self) -> None:
        while self._tagged:
            variable, key = self._tagged.pop()
            setattr(
                variable.tag, key, getattr(variable.tag, key).rewritten(self.rewrite)
            )

    def _find_replaced_above(self, outputs: list[Variable]) -> None:
        """Note for each variable which replaced ones it depends on, itself included."""
        above = self._above
        for variable in sorted_variables(outputs, known=above):
            mask = self._bits.get(variable, 0)
            if variable.owner is not None:
                for parent in variable.owner.inputs:
                    mask |= above[parent]
            above[variable] = mask

    def _find_circles(self) -> dict[Variable, int]:
        """Return, for each replaced variable, those that are in a circle with it."""
        reach = {
            key: self._above[key] | self._above[value]
            for key, value in self._replacements.items()
        }
        by_bit = list(reach)
        changed = any(reach[key] != self._above[key] for key in reach)
        while changed:
            changed = False
            for key, mask in reach.items():
                wider = mask
                for other in _members(mask, by_bit):
                    wider |= reach[other]
                if wider != mask:
                    reach[key], changed = wider, True
        circles = {}
        for key, mask in reach.items():
            circles[key] = self._bits[key]
            for other in _members(mask, by_bit):
                if reach[other] & self._bits[key]:
                    circles[key] |= self._bits[other]
        return circles

    def _use(self, variable: Variable, inside: Variable | None) -> _Use:
        if inside is not None and not self._above[variable] & self._circles[inside]:
            inside = None
        return variable, inside

    def _needs(self, use: _Use) -> list[_Use]:
        """Return what has to be rewritten before a use can be."""
        variable, inside = use
        if not self._above[variable]:
            return []
        if variable in self._replacements:
            if inside is None:
                return [self._use(self._replacements[variable], variable)]
            if inside is not variable:
                return []
            inside = None
        if variable.owner is None:
            return []
        return [self._use(parent, inside) for parent in variable.owner.inputs]

    def _build(self, use: _Use) -> Variable:
        variable, inside = use
        if not self._above[variable]:
            return variable
        if variable in self._replacements:
            if inside is None:
                return self._rewritten[
                    self._use(self._replacements[variable], variable)
                ]
            if inside is not variable:
                return variable
            inside = None
        if variable.owner is None:
            return variable
        node = variable.owner
        if (node, inside) not in self._rebuilt:
            inputs = [self._rewritten[self._use(v, inside)] for v in node.inputs]
            rebuilt = _rebuild(node, inputs, self._keeps_types)
            self._rebuilt[node, inside] = rebuilt
            self._tagged += [
                (output, key)
                for output in rebuilt.outputs
                for key, value in vars(output.tag).items()
                if hasattr(value, "rewritten")
            ]
        return self._rebuilt[node, inside].outputs[node.outputs.index(variable)]


def _members(mask: int, by_bit: list[Variable]) -> Iterable[Variable]:
    while mask:
        lowest = mask & -mask
        yield by_bit[lowest.bit_length() - 1]
        mask ^= lowest


def _keeps_type(old: Variable, new: Variable) -> bool:
    """Tell whether the nodes above a replaced variable keep their types.

    Integers may be sizes, on whose values the static shapes above them depend.
    """
    is_size = str(getattr(old.type, "dtype", "")).startswith(("int", "uint"))
    return not is_size and old.type.is_super(new.type)


def _rebuild(node: Apply, inputs: list[Variable], strict: bool) -> Apply:
    """Return `node` applied to other inputs, its outputs tagged and named as before.

    Not strict, types are inferred again for every node whose types depend on values,
    random draws among them: seconds in a deep graph.
    """
    if all(new is old for new, old in zip(inputs, node.inputs, strict=True)):
        return node
    try:
        rebuilt = node.clone_with_new_inputs(inputs, strict=strict)
    except (TypeError, ValueError, AssertionError) as error:
        types = ", ".join(str(variable.type) for variable in inputs)
        raise ValueError(
            f"{node.op} cannot be applied to the replaced inputs ({types}): {error}"
        ) from error
    for new, old in zip(rebuilt.outputs, node.outputs, strict=True):
        new.name, new.tag = old.name, copy(old.tag)
    return rebuilt
