"""The extensions of a main loop are found, checked and named."""

from types import SimpleNamespace

import pytest

from brickyard.extensions import FinishAfter, Printing, SimpleExtension
from brickyard.training.extension_list import (
    checked_extensions,
    extension_keys,
    find_extension,
)


def named(*names):
    return [SimpleNamespace(name=name) for name in names]


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ([], []),
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a_1", "a_2"]),
        (["a_1", "a", "a"], ["a_1", "a", "a_2"]),
        (["a", "a", "a_1"], ["a", "a_1", "a_1_1"]),
    ],
)
def test_extension_keys_are_unique(names, keys):
    extensions = named(*names)
    found = extension_keys(extensions)
    assert list(found) == keys
    assert list(found.values()) == extensions


def test_find_extension():
    extensions = named("Count", "a", "a")
    assert find_extension(extensions, "Count") is extensions[0]
    with pytest.raises(ValueError, match=r"2 extensions .* are called 'a'"):
        find_extension(extensions, "a")
    with pytest.raises(ValueError, match=r"'count', there are \[.*mean 'Count'"):
        find_extension(extensions, "count")


def test_checked_extensions():
    finish = FinishAfter(after_n_epochs=1)
    assert checked_extensions((finish,)) == [finish]
    assert checked_extensions(None) == []
    with pytest.raises(TypeError, match="which has no callbacks or dispatch"):
        checked_extensions(["Printing"])


def test_extensions_that_are_none():
    printing = Printing()
    with pytest.raises(TypeError, match=r"must be a list, got Printing; pass \["):
        checked_extensions(printing)
    with pytest.raises(TypeError, match=r"got the class Printing .* call it: Printing"):
        checked_extensions([Printing])
    with pytest.raises(ValueError, match="got the extension 'Printing' twice"):
        checked_extensions([printing, FinishAfter(after_n_epochs=1), printing])
    assert len(checked_extensions([printing, Printing()])) == 2


def test_an_extension_without_the_inherited_constructor():
    class Forgetful(SimpleExtension):
        def __init__(self):
            self.count = 0

        def do(self, which_callback, *args):
            self.count += 1

    with pytest.raises(TypeError, match=r"Forgetful .* call super\(\).__init__"):
        checked_extensions([Forgetful()])
