from __future__ import annotations

import numpy as np
import pytest

from brickyard.backends.convolution import geometry
from brickyard.backends.convolution.forms import FORMS
from brickyard.backends.convolution.reference import convolve
from brickyard.backends.xla_setup import prepare_jax


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_every_form_computes_the_same(form, rank):
    prepare_jax()
    rng = np.random.default_rng(rank)
    images = rng.normal(size=(2, *(9, 8, 7)[:rank], 3))
    filters = rng.normal(size=(*(3, 2, 2)[:rank], 3, 4))
    padding, dilation = ((1, 0), (0, 2), (1, 1)), (2, 1, 3)
    how = geometry(rank, filters.shape[:-2], 2, padding[:rank], dilation[:rank])
    value = FORMS[form](how, images, filters)
    np.testing.assert_allclose(value, convolve(images, filters, how), atol=1e-12)


@pytest.mark.parametrize("form", ["direct", "elements"])
def test_as_many_groups_as_channels(form):
    prepare_jax()
    rng = np.random.default_rng(0)
    images, filters = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 3, 1, 3))
    how = geometry(2, (3, 3), padding="half", groups=3)
    value = FORMS[form](how, images, filters)
    np.testing.assert_allclose(value, convolve(images, filters, how), atol=1e-12)
