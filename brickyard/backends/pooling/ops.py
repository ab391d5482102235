"""Largest elements and sums of windows, as operations with gradients of any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor import as_tensor_variable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution.geometry import Geometry
from brickyard.backends.pooling import reference

Storage = list[list[Any]]


class PoolingOp(Op):
    """An operation on windows of images, channels last.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    __props__ = ("window", "how")

    def __init__(self, window: tuple[int, ...], how: Geometry) -> None:
        self.window = window
        self.how = how

    def of(self, *operands: Any) -> TensorVariable:
        """Return the result for operands.

        Parameters
        ----------
        *operands
            As `make_node` takes them.
        """
        return cast(TensorVariable, self(*operands))

    def _node(self, operands: Sequence[Any], shape: Sequence[Any]) -> Apply:
        out = TensorType(operands[0].type.dtype, tuple(shape))()
        return Apply(self, list(operands), [out])

    def _operands(self, *values: Any) -> list[TensorVariable]:
        operands = [as_tensor_variable(value) for value in values]
        for operand in operands:
            if (
                operand.type.ndim != self.how.rank + 2
                or operand.type.dtype[:5] != "float"
            ):
                raise TypeError(
                    f"pooling over {self.how.rank} axes takes floating-point arrays of "
                    f"{self.how.rank + 2} dimensions, got {operand} of type "
                    f"{operand.type}"
                )
        return operands

    def _pooled(self, shape: Sequence[Any]) -> tuple[Any, ...]:
        return (
            shape[0],
            *self.how.output_lengths(shape[1:-1], self.window),
            shape[-1],
        )


class Pooled(PoolingOp):
    """An operation whose result has one element for each position of the window.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def make_node(self, *values: Any) -> Apply:
        """Check the operands and return the node.

        Parameters
        ----------
        *values
            Images of shape ``(batch, *spatial, channels)``, all of one shape.

        Raises
        ------
        TypeError
            If an operand has another number of dimensions or is not floating-point.
        ValueError
            If the window is larger than the padded image.
        """
        operands = self._operands(*values)
        shape = self._pooled(operands[0].type.shape)
        if any(length is not None and length < 1 for length in shape[1:-1]):
            raise ValueError(
                f"a pooling window of {self.window} does not fit into an image of "
                f"{operands[0].type.shape[1:-1]} with padding {self.how.padding}"
            )
        return self._node(operands, shape)

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Sequence[Any]) -> list:
        """Return the shape of the result.

        Parameters
        ----------
        fgraph, node, shapes
            As PyTensor passes them.
        """
        return [self._pooled(shapes[0])]


class Unpooled(PoolingOp):
    """An operation from one element for each position of the window back to images.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def make_node(self, gradient: Any, like: Any) -> Apply:  # type: ignore[override]
        """Check the operands and return the node.

        Parameters
        ----------
        gradient
            Of shape ``(batch, *positions, channels)``.
        like
            An array of the shape of the images.

        Raises
        ------
        TypeError
            If an operand has another number of dimensions or is not floating-point.
        """
        gradient, like = self._operands(gradient, like)
        return self._node([gradient, like], like.type.shape)

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Sequence[Any]) -> list:
        """Return the shape of the images.

        Parameters
        ----------
        fgraph, node, shapes
            As PyTensor passes them.
        """
        return [shapes[1]]


class Largest(Pooled):
    """The largest element of each window; `reference.largest` defines it.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def perform(self, node: Apply, inputs: Sequence[Any], storage: Storage) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, storage
            As PyTensor passes them.
        """
        storage[0][0], _ = reference.largest(inputs[0], self.window, self.how)

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Give the gradient of each window to its largest element.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        return [PlaceAtLargest(self.window, self.how).of(cotangents[0], inputs[0])]

    def pushforward(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        tangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the derivative in a direction: that of each largest element.

        Parameters
        ----------
        inputs, outputs, tangents
            As PyTensor passes them.
        """
        if not isinstance(tangents[0].type, TensorType):
            return [disconnected_type()]
        return [PickAtLargest(self.window, self.how).of(tangents[0], inputs[0])]


class PlaceAtLargest(Unpooled):
    """Each element at the place of its window's largest element in the second operand.

    Where several are the largest, the first counts. Windows that overlap add up.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def perform(self, node: Apply, inputs: Sequence[Any], storage: Storage) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, storage
            As PyTensor passes them.
        """
        gradient, images = inputs
        _, places = reference.largest(images, self.window, self.how)
        storage[0][0] = reference.place(
            gradient, places, images.shape, self.window, self.how
        )

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the gradient; the places do not move with the second operand.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        picked = PickAtLargest(self.window, self.how).of(cotangents[0], inputs[1])
        return [picked, inputs[1].zeros_like()]  # type: ignore[attr-defined]


class PickAtLargest(Pooled):
    """Of each window, the element where the second operand's window is the largest.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def perform(self, node: Apply, inputs: Sequence[Any], storage: Storage) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, storage
            As PyTensor passes them.
        """
        values, images = inputs
        _, places = reference.largest(images, self.window, self.how)
        storage[0][0] = reference.pick(values, places, self.window, self.how)

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the gradient; the places do not move with the second operand.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        placed = PlaceAtLargest(self.window, self.how).of(cotangents[0], inputs[1])
        return [placed, inputs[1].zeros_like()]  # type: ignore[attr-defined]


class Total(Pooled):
    """The sum of each window.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def perform(self, node: Apply, inputs: Sequence[Any], storage: Storage) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, storage
            As PyTensor passes them.
        """
        storage[0][0] = reference.total(inputs[0], self.window, self.how)

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Give the gradient of each window to all of its elements.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        return [Spread(self.window, self.how).of(cotangents[0], inputs[0])]

    def pushforward(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        tangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the derivative in a direction: the sums of the direction.

        Parameters
        ----------
        inputs, outputs, tangents
            As PyTensor passes them.
        """
        if not isinstance(tangents[0].type, TensorType):
            return [disconnected_type()]
        return [self.of(tangents[0])]


class Spread(Unpooled):
    """Each element in all of its window, added up: the adjoint of `Total`.

    Parameters
    ----------
    window
        The lengths of the window.
    how
        How it moves.
    """

    def perform(self, node: Apply, inputs: Sequence[Any], storage: Storage) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, storage
            As PyTensor passes them.
        """
        gradient, like = inputs
        storage[0][0] = reference.spread(gradient, like.shape, self.window, self.how)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that only the shape of the second operand matters.

        Parameters
        ----------
        node
            The node.
        """
        return [[True], [False]]

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the sums of windows of the gradient.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        return [Total(self.window, self.how).of(cotangents[0]), disconnected_type()]
