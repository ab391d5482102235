import copy

import pytest

from brickyard.bricks import UNSET, Brick, lazy
from brickyard.bricks.lazy import lazy_arguments, missing_arguments


class Base(Brick):
    @lazy(allocation=["dim"])
    def __init__(self, dim, **kwargs):
        super().__init__(**kwargs)
        self.dim = dim


class Derived(Base):
    @lazy(allocation=["other_dim"], initialization=["scale"])
    def __init__(self, other_dim, scale, extra=7, **kwargs):
        super().__init__(**kwargs)
        self.other_dim, self.scale, self.extra = other_dim, scale, extra


def test_missing_arguments_arrive_as_unset():
    brick = Derived()
    assert (brick.dim, brick.other_dim, brick.scale) == (UNSET, UNSET, UNSET)
    assert Derived(3, scale=4, dim=5).dim == 5
    assert Derived(3).other_dim == 3


def test_lists_of_a_hierarchy_unite():
    assert lazy_arguments(Derived, "allocation") == ["dim", "other_dim"]
    assert lazy_arguments(Derived, "initialization") == ["scale"]
    assert lazy_arguments(Brick, "allocation") == []


def test_defaults_stay():
    class WithDefault(Brick):
        @lazy(allocation=["dim"])
        def __init__(self, dim=None):
            super().__init__()
            self.dim = dim

    assert WithDefault().dim is None
    assert missing_arguments(WithDefault(), ["dim"]) == ["dim"]


def test_unset_is_one_false_object():
    assert not UNSET
    assert copy.deepcopy([UNSET])[0] is UNSET
    assert copy.copy(UNSET) is UNSET
    assert repr(UNSET) == "UNSET"


def test_listing_something_else_than_an_argument():
    with pytest.raises(ValueError, match=r"lazy lists 'dims', which is not an arg"):

        class Wrong(Brick):
            @lazy(allocation=["dims"])
            def __init__(self, dim):
                super().__init__()


def test_all_missing_arguments_are_named_at_once():
    root = Brick("root", [Derived(name="a"), Base(name="b"), Base(3, name="c")])
    with pytest.raises(
        ValueError,
        match=r"cannot allocate /root: dim, other_dim of /root/a; dim of /root/b is",
    ):
        root.allocate()
    root.children[0].dim = root.children[0].other_dim = 1
    root.children[1].dim = [1, UNSET]
    with pytest.raises(ValueError, match=r"dim\[1\] of /root/b is missing"):
        root.allocate()
    root.children[1].dim = 2
    root.allocate()
    with pytest.raises(ValueError, match=r"cannot initialize /root: scale of /root/a"):
        root.initialize()
    root.children[0].scale = 1
    root.initialize()
    assert root.initialized
