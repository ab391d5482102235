"""Which form of convolution is the fastest for given shapes.

Measured on two cores, 128 images in float32, milliseconds, XLA's convolution being that
of Eigen (see `brickyard.backends.xla_options`). *rows*: joined along the last axis of
the window only, one product for all of its rows, shifted and added up.

================  ==========================  ==========================  ==============
layer             convolution                 gradient of filters         of images
                  direct / columns / rows     direct / columns / rows     direct / rows
================  ==========================  ==========================  ==============
28x28x1, 5x5x20   1.7 / **1.4** / 10.9        1.3 / **1.2** / 17.4
12x12x20, 5x5x50  **1.9** / 4.4 / 2.6         **2.2** / 4.9 / 4.0         5.3 / **3.0**
32x32x3, 3x3x32   3.6 / **2.2** / 18.2        **2.8** / 3.1 / 23.3
15x15x32, 3x3x64  **5.3** / 32.4 / 8.8        **3.7** / 6.7 / 6.0         **4.0** / 5.7
================  ==========================  ==========================  ==============

So XLA's own convolution it is, but for few channels, where columns, made once for the
convolution and the gradient of its filters, cost less in sum. Columns have as many
elements as the image times those of the window and are bounded by `MOST_ELEMENTS`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from brickyard.backends.convolution.forms import FORMS, Form
from brickyard.backends.convolution.geometry import Geometry

Purpose = Literal["forward", "images", "filters"]

# Up to how many channels, and elements of all columns, they are joined.
MOST_CHANNELS = 4
MOST_ELEMENTS = 2**24


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
    window, channels = filters[:-2], images[-1]
    if set(window) == {1}:
        return FORMS["elements"]
    if purpose == "images" or channels > MOST_CHANNELS:
        return FORMS["direct"]
    positions = images[0] * math.prod(how.output_lengths(images[1:-1], window))
    size = positions * math.prod(window) * channels
    return FORMS["columns" if size <= MOST_ELEMENTS else "direct"]
