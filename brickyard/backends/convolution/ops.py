"""Convolution, and its gradients with respect to images and filters, as operations.

The three are closed under differentiation: the gradient of each is made of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor import as_tensor_variable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.convolution import reference
from brickyard.backends.convolution.geometry import Geometry


class BilinearOp(Op):
    """An operation linear in each of its first two operands.

    Parameters
    ----------
    how
        How the window moves.
    """

    __props__ = ("how",)

    def __init__(self, how: Geometry) -> None:
        self.how = how

    def of(self, *operands: Any) -> TensorVariable:
        """Return the result for operands.

        Parameters
        ----------
        *operands
            As `make_node` takes them.
        """
        return cast(TensorVariable, self(*operands))

    def _operands(self, *values: Any) -> list[TensorVariable]:
        operands = [as_tensor_variable(value) for value in values]
        wanted = self.how.rank + 2
        for operand in operands:
            if operand.type.ndim != wanted or operand.type.dtype[:5] != "float":
                raise TypeError(
                    f"convolution over {self.how.rank} axes takes floating-point "
                    f"arrays of {wanted} dimensions, got {operand} of type "
                    f"{operand.type}"
                )
        return operands

    def pushforward(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        tangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the derivative in a direction: the sum over the two operands.

        Parameters
        ----------
        inputs, outputs, tangents
            As PyTensor passes them.
        """
        first, second, *like = inputs
        terms = []
        if isinstance(tangents[0].type, TensorType):
            terms.append(self.of(tangents[0], second, *like))
        if isinstance(tangents[1].type, TensorType):
            terms.append(self.of(first, tangents[1], *like))
        return [sum(terms[1:], terms[0])] if terms else [disconnected_type()]


class Convolution(BilinearOp):
    """Correlate images with filters, channels last; `reference.convolve` defines it.

    Parameters
    ----------
    how
        How the window moves.
    """

    def make_node(self, images: Any, filters: Any) -> Apply:  # type: ignore[override]
        """Check the operands and return the node.

        Parameters
        ----------
        images
            Of shape ``(batch, *spatial, channels)``.
        filters
            Of shape ``(*window, channels / groups, filters)``.

        Raises
        ------
        TypeError
            If an operand has another number of dimensions or is not floating-point.
        ValueError
            If channels and groups do not fit, or the window is larger than the image.
        """
        images, filters = self._operands(images, filters)
        shape, window = images.type.shape, filters.type.shape[:-2]
        _check_channels(shape[-1], filters.type.shape, self.how.groups)
        lengths = self.how.output_lengths(shape[1:-1], window)
        if any(length is not None and length < 1 for length in lengths):
            raise ValueError(
                f"a window of {window} with dilation {self.how.dilation} does not fit "
                f"into an image of {shape[1:-1]} with padding {self.how.padding}"
            )
        dtype = _common(images, filters)
        out = TensorType(dtype, (shape[0], *lengths, filters.type.shape[-1]))()
        return Apply(self, [images, filters], [out])

    def perform(
        self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]
    ) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, output_storage
            As PyTensor passes them.
        """
        images, filters = inputs
        output_storage[0][0] = reference.convolve(images, filters, self.how)

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Sequence[Any]) -> list:
        """Return the shape of the result.

        Parameters
        ----------
        fgraph, node, shapes
            As PyTensor passes them.
        """
        images, filters = shapes
        lengths = self.how.output_lengths(images[1:-1], filters[:-2])
        return [(images[0], *lengths, filters[-1])]

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the gradients with respect to images and filters.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        images, filters = inputs
        (gradient,) = cotangents
        return [
            ImageGradient(self.how).of(gradient, filters, images),
            FilterGradient(self.how).of(images, gradient, filters),
        ]


class GradientOp(BilinearOp):
    """A gradient of a convolution; its last operand only tells its shape.

    Parameters
    ----------
    how
        How the window of the convolution moves.
    """

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Sequence[Any]) -> list:
        """Return the shape of the last operand.

        Parameters
        ----------
        fgraph, node, shapes
            As PyTensor passes them.
        """
        return [shapes[2]]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Say that only the shape of the last operand matters.

        Parameters
        ----------
        node
            The node.
        """
        return [[True], [True], [False]]


class ImageGradient(GradientOp):
    """The gradient with respect to the images, or a transposed convolution.

    Parameters
    ----------
    how
        How the window of the convolution moves.
    """

    def make_node(self, gradient: Any, filters: Any, like: Any) -> Apply:  # type: ignore[override]
        """Check the operands and return the node.

        Parameters
        ----------
        gradient
            Of shape ``(batch, *positions, filters)``.
        filters
            Of shape ``(*window, channels / groups, filters)``.
        like
            An array of the shape of the images; its values are not used.

        Raises
        ------
        TypeError
            If an operand has another number of dimensions or is not floating-point.
        ValueError
            If channels and groups, or the spatial lengths, do not fit each other.
        """
        gradient, filters, like = self._operands(gradient, filters, like)
        _check_channels(like.type.shape[-1], filters.type.shape, self.how.groups)
        _check_positions(self.how, like, filters, gradient)
        out = TensorType(_common(gradient, filters), like.type.shape)()
        return Apply(self, [gradient, filters, like], [out])

    def perform(
        self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]
    ) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, output_storage
            As PyTensor passes them.
        """
        gradient, filters, like = inputs
        output_storage[0][0] = reference.image_gradient(
            gradient, filters, like.shape, self.how
        )

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the gradients with respect to gradient and filters.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        gradient, filters, _ = inputs
        (images,) = cotangents
        return [
            Convolution(self.how).of(images, filters),
            FilterGradient(self.how).of(images, gradient, filters),
            disconnected_type(),
        ]


class FilterGradient(GradientOp):
    """The gradient with respect to the filters.

    Parameters
    ----------
    how
        How the window of the convolution moves.
    """

    def make_node(self, images: Any, gradient: Any, like: Any) -> Apply:  # type: ignore[override]
        """Check the operands and return the node.

        Parameters
        ----------
        images
            Of shape ``(batch, *spatial, channels)``.
        gradient
            Of shape ``(batch, *positions, filters)``.
        like
            An array of the shape of the filters; its values are not used.

        Raises
        ------
        TypeError
            If an operand has another number of dimensions or is not floating-point.
        ValueError
            If channels and groups, or the spatial lengths, do not fit each other.
        """
        images, gradient, like = self._operands(images, gradient, like)
        _check_channels(images.type.shape[-1], like.type.shape, self.how.groups)
        _check_positions(self.how, images, like, gradient)
        out = TensorType(_common(images, gradient), like.type.shape)()
        return Apply(self, [images, gradient, like], [out])

    def perform(
        self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]
    ) -> None:
        """Compute the result in NumPy.

        Parameters
        ----------
        node, inputs, output_storage
            As PyTensor passes them.
        """
        images, gradient, like = inputs
        output_storage[0][0] = reference.filter_gradient(
            images, gradient, like.shape, self.how
        )

    def pullback(
        self,
        inputs: Sequence[Variable],
        outputs: Sequence[Variable],
        cotangents: Sequence[Variable],
    ) -> list[Variable]:
        """Return the gradients with respect to images and gradient.

        Parameters
        ----------
        inputs, outputs, cotangents
            As PyTensor passes them.
        """
        images, gradient, _ = inputs
        (filters,) = cotangents
        return [
            ImageGradient(self.how).of(gradient, filters, images),
            Convolution(self.how).of(images, filters),
            disconnected_type(),
        ]


def _common(left: TensorVariable, right: TensorVariable) -> str:
    return max(left.type.dtype, right.type.dtype, key=lambda dtype: int(dtype[5:]))


def _check_channels(channels: Any, filters: Sequence[Any], groups: int) -> None:
    per_group, kinds = filters[-2:]
    if None not in (channels, per_group) and channels != per_group * groups:
        raise ValueError(
            f"images have {channels} channels, and the filters are for "
            f"{per_group * groups}"
            + (f", {per_group} in each of {groups} groups" if groups > 1 else "")
        )
    if kinds is not None and kinds % groups:
        raise ValueError(
            f"{kinds} filters cannot be divided into {groups} groups of equal size"
        )


def _check_positions(
    how: Geometry,
    images: TensorVariable,
    filters: TensorVariable,
    gradient: TensorVariable,
) -> None:
    window = filters.type.shape[:-2]
    expected = how.output_lengths(images.type.shape[1:-1], window)
    came = gradient.type.shape[1:-1]
    if any(
        None not in pair and pair[0] != pair[1]
        for pair in zip(expected, came, strict=True)
    ):
        raise ValueError(
            f"a window of {window} takes {expected} positions on images of "
            f"{images.type.shape[1:-1]}, and what is mapped back has {came}"
        )
