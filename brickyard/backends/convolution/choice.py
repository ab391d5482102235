"""Which form of convolution is the fastest for given shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from brickyard.backends.convolution.forms import FORMS, Form
from brickyard.backends.convolution.geometry import Geometry

Purpose = Literal["forward", "images", "filters"]


def chosen_form(
    purpose: Purpose, how: Geometry, images: Sequence[int], filters: Sequence[int]
) -> Form:
    """Return a form of convolution.

    Parameters
    ----------
    purpose
        Whether it is the convolution itself that is computed, or its gradient with
        respect to images or to filters.
    how
        How the window moves.
    images
        The shape of the images.
    filters
        The shape of the filters.

    Returns
    -------
    callable
        A function of geometry, images and filters.
    """
    import jax

    if jax.default_backend() != "cpu" or how.groups > 1 or 0 in (*images, *filters):
        return FORMS["direct"]
    channels = images[-1]
    if purpose == "forward" and channels < 3:
        return FORMS["elements"]
    return FORMS["columns" if channels < 32 else "rows"]
