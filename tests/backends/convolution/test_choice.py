from __future__ import annotations

import pytest

from brickyard.backends.convolution import geometry
from brickyard.backends.convolution.choice import chosen_form
from brickyard.backends.convolution.forms import FORMS, direct


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
