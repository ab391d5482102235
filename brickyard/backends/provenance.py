"""Which brick made which part of a graph, for messages about that part."""

from __future__ import annotations

from collections.abc import Iterable

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.features import Feature
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import applys_between


def mark_provenance(
    inputs: Iterable[Variable], outputs: Iterable[Variable], call: object
) -> None:
    """Remember that `call` computed `outputs` from `inputs`.

    Nodes that an inner call has marked already keep their mark.

    Parameters
    ----------
    inputs
        The variables the call was given.
    outputs
        The variables it returned.
    call
        What to remember. Messages print it with ``str``, at the time of the message.
    """
    for node in applys_between(list(inputs), list(outputs)):
        if not hasattr(node.tag, "made_by"):
            node.tag.made_by = call


def provenance_of(node: Apply) -> str | None:
    """Return the mark of a node, or of the node whose gradient it computes.

    Parameters
    ----------
    node
        A node of a graph before rewriting.

    Returns
    -------
    str or None
        ``"/mlp/linear_0.apply"``, or None if no call made the node.
    """
    made_by = getattr(node.tag, "made_by", None)
    if made_by is not None:
        return str(made_by)
    for variable in node.inputs:
        if variable.owner is not None:
            made_by = getattr(variable.owner.tag, "made_by", None)
            if made_by is not None:
                return f"after {made_by}"
    return None


class KeepProvenance(Feature):
    """Hands the mark of a node on to what rewriting puts in its place."""

    def on_change_input(
        self,
        fgraph: FunctionGraph,
        node: Apply,
        i: int,
        var: Variable,
        new_var: Variable,
        reason: object = None,
    ) -> None:
        """Mark the node of `new_var` like that of `var`.

        Parameters
        ----------
        fgraph
            The graph that is being rewritten.
        node
            The node whose input changed.
        i
            Which of its inputs.
        var, new_var
            The input before and after.
        reason
            The rewrite.
        """
        old, new = var.owner, new_var.owner
        if old is None or new is None or hasattr(new.tag, "made_by"):
            return
        if hasattr(old.tag, "made_by"):
            new.tag.made_by = old.tag.made_by
