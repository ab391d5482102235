from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.backends.convolution import convolution, geometry, jax_forms
from brickyard.backends.convolution.forms import FORMS
from brickyard.backends.convolution.reference import (
    convolve,
    filter_gradient,
    image_gradient,
)


@pytest.mark.parametrize("form", FORMS)
def test_gradients_of_every_form(form, monkeypatch):
    monkeypatch.setattr(jax_forms, "chosen_form", lambda *arguments: FORMS[form])
    rng = np.random.default_rng(0)
    images, filters = rng.normal(size=(2, 9, 8, 3)), rng.normal(size=(3, 2, 3, 4))
    how = geometry(2, (3, 2), (2, 1), padding="half", dilation=(1, 2))
    weights = rng.normal(size=convolve(images, filters, how).shape)
    x, w = pt.dtensor4("x"), pt.dtensor4("w")
    y = convolution(x, w, strides=(2, 1), padding=how.padding, dilation=(1, 2))
    gradients = pytensor.grad((y * weights).sum(), [x, w])
    dx, dw = evaluate(gradients, {x: images, w: filters})
    expected = image_gradient(weights, filters, images.shape, how)
    np.testing.assert_allclose(dx, expected, atol=1e-12)
    expected = filter_gradient(images, weights, filters.shape, how)
    np.testing.assert_allclose(dw, expected, atol=1e-12)
