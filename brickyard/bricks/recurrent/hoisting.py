"""Taking out of a loop what does not depend on its states.

A step is written for one moment, and often slices its inputs, splits its weights or
transforms its inputs on the way. In the loop each of that would be done, and its
gradient accumulated, once per moment. Done before the loop, and before any gradient is
taken, it is one operation over all moments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.scalar.basic import Identity
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.random.op import RNGConsumerOp
from pytensor.tensor.subtensor import Subtensor, indices_from_subtensor
from pytensor.tensor.type import TensorType

from brickyard.backends import mark_provenance
from brickyard.graph.annotations import ApplicationAnnotation
from brickyard.graph.traversal import originals, sorted_nodes

Found = Mapping[Variable, Variable]


@dataclass(frozen=True)
class Surroundings:
    """What one step takes from outside of its loop.

    Parameters
    ----------
    sequences
        For variables of the step, the sequences they are elements of, ``(time, ...)``.
    invariants
        For variables of the step, what they are the same as in every moment.
    """

    sequences: dict[Variable, Variable]
    invariants: dict[Variable, Variable]


def hoist(
    outputs: Sequence[Variable],
    sequences: Found,
    changing: Collection[Variable],
    contexts: Collection[Variable] = (),
) -> Surroundings:
    """Find the parts of a step that can be computed before the loop, and do so.

    What depends on sequences alone is computed for all moments at once if it is made
    of elementwise operations, slices and products with something invariant; what
    depends on no input of the step, always.

    Parameters
    ----------
    outputs
        The outputs of the step. The step stays as it is; the variables that the
        result lists are to be replaced in it.
    sequences
        For inputs of the step, and for variables in it that need not be computed, the
        sequences they are elements of.
    changing
        Inputs of the step that change in another way: states, random generators.
    contexts
        Variables from outside of the loop.

    Returns
    -------
    Surroundings
        What the rest of the step needs; inputs that it does not need are left out.
    """
    over_time = dict(sequences)
    invariant: dict[Variable, Variable] = {context: context for context in contexts}
    inside = set(changing)
    constant: set[Variable] = set()
    given = {*sequences.values(), *contexts}
    used: dict[Variable, None] = {}
    for node in sorted_nodes(outputs, known=over_time):
        if all(isinstance(v, Constant) or v in constant for v in node.inputs):
            constant.update(node.outputs)  # computed when the graph is compiled
        elif not _move(node, over_time, invariant, inside, given):
            inside.update(node.outputs)
            used.update(dict.fromkeys(node.inputs))
    used.update(dict.fromkeys(outputs))
    found = Surroundings({}, {})
    waiting = list(used)
    for variable in waiting:
        if variable in over_time:
            source = _source(variable, sequences)
            found.sequences[source] = over_time[source]
        elif not (
            variable in inside or variable in constant or isinstance(variable, Constant)
        ):
            source = _source(variable, contexts)
            if not isinstance(source.type, TensorType) and source.owner is not None:
                waiting.extend(source.owner.inputs)  # the bounds of slices, say
            else:
                found.invariants[source] = invariant.get(source, source)
    return found


def _move(
    node: Apply,
    over_time: dict[Variable, Variable],
    invariant: dict[Variable, Variable],
    inside: Collection[Variable],
    given: Collection[Variable],
) -> bool:
    """Compute a node outside of the loop, if that can be done."""
    if isinstance(node.op, RNGConsumerOp) or any(v in inside for v in node.inputs):
        return False
    outer = [over_time.get(v, invariant.get(v, v)) for v in node.inputs]
    repeated = any(v in over_time for v in node.inputs)
    known = over_time if repeated else invariant
    if _is_copy(node) and outer[0] in given:
        known[node.outputs[0]] = outer[0]
        return True
    if repeated:
        moved = _widen(node, outer, [v in over_time for v in node.inputs])
    elif outer == node.inputs:
        return True
    else:
        moved = node.clone_with_new_inputs(outer, strict=False).outputs
    if moved is None:
        return False
    for old, new in zip(node.outputs, moved, strict=True):
        _describe_like(old, new)
        known[old] = new
    made_by = getattr(node.tag, "made_by", None)
    if made_by is not None:
        mark_provenance(outer, moved, made_by)
    return True


def _is_copy(node: Apply) -> bool:
    return isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Identity)


def _source(variable: Variable, known: Collection[Variable]) -> Any:
    """Return the known variable that another one is a copy of, else the variable."""
    for original in originals(variable):
        if original in known:
            return original
    return variable


def _widen(
    node: Apply, outer: Sequence[Any], repeated: Sequence[bool]
) -> list[Variable] | None:
    """Return the outputs of a node for all moments, or None if that is not known."""
    op = node.op.core_op if isinstance(node.op, Blockwise) else node.op
    for kind, widen in _WIDEN.items():
        if isinstance(op, kind):
            widened = widen(node, outer, repeated)
            return None if widened is None else [widened]
    return None


def _widen_elementwise(
    node: Apply, outer: Sequence[Any], repeated: Sequence[bool]
) -> Any:
    return node.op(*outer) if len(node.outputs) == 1 else None


def _widen_dimshuffle(
    node: Apply, outer: Sequence[Any], repeated: Sequence[bool]
) -> Any:
    order = [axis if axis == "x" else axis + 1 for axis in node.op.new_order]
    return outer[0].dimshuffle(0, *order)


def _widen_slice(node: Apply, outer: Sequence[Any], repeated: Sequence[bool]) -> Any:
    if any(repeated[1:]):
        return None
    indices = indices_from_subtensor(outer[1:], node.op.idx_list)
    return outer[0][(slice(None), *indices)]


def _widen_product(node: Apply, outer: Sequence[Any], repeated: Sequence[bool]) -> Any:
    if repeated[1] or any(v.type.ndim != 2 for v in node.inputs):
        return None
    return pt.dot(*outer)


_WIDEN: dict[type[Op], Callable[..., Any]] = {
    Elemwise: _widen_elementwise,
    DimShuffle: _widen_dimshuffle,
    Subtensor: _widen_slice,
    Dot: _widen_product,
}


def _describe_like(inner: Variable, outer: Variable) -> None:
    """Give a variable the name, the roles and the origin of the one in the step.

    Calls with auxiliary variables are left out: these have values in the loop only.
    """
    outer.name = inner.name
    for key, value in vars(inner.tag).items():
        if key == "annotations":
            value = [
                each
                for each in value
                if not isinstance(each, ApplicationAnnotation)
                or not each.auxiliary_variables
            ]
        if key in ("name", "roles", "annotations"):
            setattr(outer.tag, key, value)
