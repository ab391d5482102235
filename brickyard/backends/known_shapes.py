"""Shapes for PyTensor's rewrites, read off the types where these know them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor.rewriting.shape import ShapeFeature


class KnownShapes(ShapeFeature):
    """What `ShapeFeature` tells rewrites, without deriving what is known already.

    In a graph rebuilt for the shapes of its inputs nearly every type has a static
    shape. PyTensor would all the same build an expression for each length of each
    variable, a third of the time that rewriting takes. Where a shape is not static,
    everything is as in PyTensor.

    To be attached to a graph before it is rewritten; PyTensor's own stays away then.
    """

    def on_attach(self, fgraph: FunctionGraph) -> None:
        """Look at the shapes of a graph.

        Parameters
        ----------
        fgraph
            The graph.
        """
        self._lengths: dict[int, Variable] = {}
        super().on_attach(fgraph)

    def get_node_infer_shape(self, node: Apply) -> Sequence[Any]:
        """Return the lengths of the outputs of a node.

        Parameters
        ----------
        node
            A node of the graph.

        Returns
        -------
        sequence of tuple
            The lengths of each output, constants where the type has them all.
        """
        if all(map(_is_static, node.outputs)):
            return [self._constants(variable) for variable in node.outputs]
        return super().get_node_infer_shape(node)

    def set_shape(self, r: Variable, s: Any, override: bool = False) -> None:
        """Note the lengths of a variable.

        Parameters
        ----------
        r
            The variable.
        s
            Its lengths as its node tells them.
        override
            Whether the variable has been noted before.
        """
        if s is not None and _is_static(r):
            self.shape_of[r] = self._constants(r)
        else:
            super().set_shape(r, s, override)

    def update_shape(self, r: Variable, other_r: Variable) -> None:
        """Note that two variables have one shape.

        Parameters
        ----------
        r
            The variable to learn more about.
        other_r
            The variable that it takes the place of.
        """
        if not (_is_static(r) and r in self.shape_of):
            super().update_shape(r, other_r)

    def _constants(self, variable: Variable) -> tuple[Variable, ...]:
        lengths = self._lengths
        for length in variable.type.shape:
            if length not in lengths:
                lengths[length] = pt.constant(length, dtype="int64")
        return tuple([lengths[length] for length in variable.type.shape])


def _is_static(variable: Variable) -> bool:
    shape = getattr(variable.type, "shape", None)
    return shape is not None and None not in shape
