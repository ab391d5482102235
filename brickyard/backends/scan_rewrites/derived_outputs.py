"""Outputs of a loop that follow from others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Mul
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import Elemwise

from brickyard.backends.scan_rewrites.derivation import derived, follows
from brickyard.backends.scan_rewrites.loop import Loop, Output, is_plain_loop


@node_rewriter([Scan])
def derive_after_loop(fgraph: FunctionGraph, node: Apply) -> dict[Any, Any] | None:
    """Compute outputs after a loop that are sums or products of what is known then.

    The gradient with respect to a weight that is multiplied elementwise needs the sum
    of ``d[t] * c[t]`` over all rows of all steps. Where the loop returns ``d`` and
    reads ``c``, their product is never written to memory.

    Parameters
    ----------
    fgraph
        The graph the loop is part of.
    node
        The loop.

    Returns
    -------
    dict or None
        What takes the place of its results; None if it has no such output.
    """
    if not is_plain_loop(node):
        return None
    loop = Loop(node)
    formulas = _formulas(loop)
    if not formulas:
        return None
    for output in formulas:
        loop.outputs.remove(output)
    new, replacements = loop.build()
    values: dict[Variable, Any] = {
        **loop.given(),
        **{o.inner: loop.result_of(new, o) for o in loop.outputs if loop.keeps_all(o)},
    }
    for output, formula in formulas.items():
        value = derived(formula, values)
        if value is None:
            return None
        loop.give(output, value, replacements)
    return {**replacements, "remove": [node]}


def _formulas(loop: Loop) -> dict[Output, Variable]:
    """Return, for outputs that follow from others, how they do."""
    given = {operand.inner for operand in [*loop.sequences, *loop.constants]}
    traced = {
        output.inner: output
        for output in loop.outputs
        if loop.keeps_all(output) and output.inner not in given
    }
    formulas: dict[Output, Variable] = {}
    for inner, output in reversed(traced.items()):
        known = given | (set(traced) - {inner, *(o.inner for o in formulas)})
        for formula in (inner, *_multiples(inner, known)):
            if follows(formula, known):
                formulas[output] = formula
                break
    return formulas


def _multiples(product: Variable, known: set[Variable]) -> Iterator[Variable]:
    """Yield a product as known products of some of its factors, times the others."""
    factors = _factors(product)
    for each in known:
        divisor = _factors(each)
        if divisor and divisor < factors:
            rest = (factors - divisor).elements()
            yield product.owner.op(each, *rest)


def _factors(variable: Variable) -> Counter[Variable]:
    node = variable.owner
    if node is None or not isinstance(node.op, Elemwise):
        return Counter()
    return Counter(node.inputs if isinstance(node.op.scalar_op, Mul) else ())
