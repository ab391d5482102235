"""How XLA runs a convolution: the lowering that PyTensor's JAX linker looks up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.link.jax.dispatch import jax_funcify

from brickyard.backends.convolution.choice import chosen_form
from brickyard.backends.convolution.ops import (
    Convolution,
    FilterGradient,
    ImageGradient,
)

Lowered = Callable[..., Any]


@jax_funcify.register(Convolution)
def lower_convolution(op: Convolution, node: Apply, **kwargs: Any) -> Lowered:
    """Return a convolution as a function of JAX arrays.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """

    def convolution(images: Any, filters: Any) -> Any:
        form = chosen_form("forward", op.how, images.shape, filters.shape)
        return form(op.how, images, filters)

    return convolution


@jax_funcify.register(ImageGradient)
def lower_image_gradient(op: ImageGradient, node: Apply, **kwargs: Any) -> Lowered:
    """Return the gradient with respect to images: a form of convolution, transposed.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    import jax

    def image_gradient(gradient: Any, filters: Any, like: Any) -> Any:
        form = chosen_form("images", op.how, like.shape, filters.shape)

        def run(images: Any) -> Any:
            return form(op.how, images, filters)

        shape = jax.ShapeDtypeStruct(like.shape, gradient.dtype)
        return jax.linear_transpose(run, shape)(gradient)[0]

    return image_gradient


@jax_funcify.register(FilterGradient)
def lower_filter_gradient(op: FilterGradient, node: Apply, **kwargs: Any) -> Lowered:
    """Return the gradient with respect to filters: a form of convolution, transposed.

    Parameters
    ----------
    op, node, **kwargs
        As PyTensor passes them.
    """
    import jax

    def filter_gradient(images: Any, gradient: Any, like: Any) -> Any:
        form = chosen_form("filters", op.how, images.shape, like.shape)
        run = partial(form, op.how, images)
        shape = jax.ShapeDtypeStruct(like.shape, gradient.dtype)
        return jax.linear_transpose(run, shape)(gradient)[0]

    return filter_gradient
