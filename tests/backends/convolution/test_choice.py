from __future__ import annotations

import pytest

from brickyard.backends.convolution import geometry
from brickyard.backends.convolution.choice import chosen_form
from brickyard.backends.convolution.forms import FORMS, columns, direct, elements


@pytest.mark.parametrize("purpose", ["forward", "images", "filters"])
def test_groups_and_other_devices_are_left_to_xla(purpose, monkeypatch):
    import jax

    grouped = geometry(2, (3, 3), groups=2)
    assert chosen_form(purpose, grouped, (8, 9, 9, 4), (3, 3, 2, 6)) is direct
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    single = geometry(2, (3, 3))
    assert chosen_form(purpose, single, (8, 9, 9, 4), (3, 3, 4, 6)) is direct


@pytest.mark.parametrize("purpose", ["forward", "images", "filters"])
@pytest.mark.parametrize("channels", [1, 3, 16, 64])
def test_some_form_is_chosen_for_every_shape(purpose, channels):
    how = geometry(2, (3, 3))
    form = chosen_form(purpose, how, (8, 9, 9, channels), (3, 3, channels, 6))
    assert form in FORMS.values()


@pytest.mark.parametrize("purpose", ["forward", "filters"])
def test_columns_are_for_few_channels_and_bounded(purpose):
    how = geometry(2, (7, 7), 2)
    images, filters = (8, 31, 31, 3), (7, 7, 3, 64)
    assert chosen_form(purpose, how, images, filters) is columns
    assert chosen_form("images", how, images, filters) is direct
    assert chosen_form(purpose, how, (128, 229, 229, 3), filters) is direct
    wide = chosen_form(purpose, how, (8, 31, 31, 64), (7, 7, 64, 64))
    assert wide is direct


@pytest.mark.parametrize("purpose", ["forward", "images", "filters"])
def test_a_window_of_one_element_is_one_product(purpose):
    how = geometry(2, (1, 1), 2)
    form = chosen_form(purpose, how, (8, 9, 9, 64), (1, 1, 64, 32))
    assert form is elements
