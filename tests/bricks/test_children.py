import pytest

from brickyard.bricks import Brick, Linear, Tanh
from brickyard.bricks.children import is_ancestor, number_automatic_names


def test_list_operations_keep_parents():
    a, b, c = Brick("a"), Brick("b"), Brick("c")
    root = Brick("root", [a, b])
    assert [child.name for child in root.children] == ["a", "b"]
    root.children[0] = c
    assert a.parents == []
    assert c.parents == [root]
    assert root.children[:] == [c, b]
    del root.children[:]
    assert len(root.children) == 0
    assert b.parents == []
    root.children = [b]
    assert b.parents == [root]
    assert repr(root.children) == "Children([<Brick /root/b>])"


def test_a_failed_replacement_changes_nothing():
    root = Brick("root", [Brick("a"), Brick("b")])
    with pytest.raises(ValueError, match="a second child named 'b'"):
        root.children[0] = Brick("b")
    assert [child.name for child in root.children] == ["a", "b"]
    with pytest.raises(TypeError, match="replaced one by one"):
        root.children[:] = []


def test_what_cannot_be_adopted():
    root = Brick("root", [Brick("a")])
    with pytest.raises(TypeError, match=r"a child of /root must be a brick, got 3"):
        root.children.append(3)
    with pytest.raises(ValueError, match="'a' is a child of /root already"):
        root.children.append(root.children[0])
    with pytest.raises(
        ValueError, match=r"/root cannot adopt a second child named 'a'.*name='a_2'"
    ):
        root.children.append(Brick("a"))
    with pytest.raises(ValueError, match="the brick itself or one it belongs to"):
        root.children[0].children.append(root)
    with pytest.raises(ValueError, match="the brick itself or one it belongs to"):
        root.children.append(root)


def test_is_ancestor_looks_through_all_parents():
    leaf = Brick("leaf")
    first, second = Brick("first", [leaf]), Brick("second", [leaf])
    assert is_ancestor(first, leaf)
    assert is_ancestor(second, leaf)
    assert not is_ancestor(leaf, first)


def test_numbering_leaves_named_and_owned_bricks_alone():
    owned = Tanh()
    Brick("owner", [owned])
    bricks = [Tanh(), Linear(), Tanh(name="mine"), owned, Tanh()]
    number_automatic_names(bricks)
    assert [b.name for b in bricks] == ["tanh_0", "linear_0", "mine", "tanh", "tanh_1"]
    number_automatic_names(bricks[-1:])
    assert bricks[-1].name == "tanh_0"
