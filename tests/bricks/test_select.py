import pytest

from brickyard.backends import shared
from brickyard.bricks import MLP, Brick, Linear, Path, Selector, Tanh


def make_mlp(name="mlp"):
    mlp = MLP([Tanh(), Tanh()], [4, 3, 2], name=name)
    mlp.allocate()
    return mlp


def test_paths():
    assert Path.parse("/mlp") == Path(["mlp"])
    path = Path.parse("/mlp/linear_0.W")
    assert path == Path(("mlp", "linear_0"), "W")
    assert str(path) == "/mlp/linear_0.W"
    assert str(Path(("mlp",))) == "/mlp"
    for wrong in ("", "mlp", "/", "/mlp.", "/mlp.W/x", "//mlp", "/mlp/"):
        with pytest.raises(ValueError, match="a path looks like /mlp/linear_0"):
            Path.parse(wrong)
    with pytest.raises(TypeError, match=r"a path must be a string, got 3"):
        Path.parse(3)


def test_select():
    mlp = make_mlp()
    selected = Selector(mlp).select("/mlp/linear_1")
    assert selected.bricks == [mlp.children[2]]
    assert selected.select(Path(["linear_1"])).bricks == [mlp.children[2]]
    assert list(selected.get_parameters()) == ["/mlp/linear_1.W", "/mlp/linear_1.b"]
    assert Selector(mlp).get_parameter("/mlp/linear_1.W") is mlp.children[2].W


def test_parameters_of_several_roots():
    first, second = make_mlp("first"), make_mlp("second")
    found = Selector([first, second]).get_parameters("b")
    assert list(found) == [
        "/first/linear_0.b",
        "/first/linear_1.b",
        "/second/linear_0.b",
        "/second/linear_1.b",
    ]
    assert found["/second/linear_0.b"] is second.children[0].b


def test_shared_bricks_and_parameters_appear_once():
    linear = Linear(2, 2)
    first, second = Brick("first", [linear]), Brick("second", [linear])
    first.allocate()
    tied = Brick("tied")
    tied.parameters.add(linear.W, "V")
    found = Selector([tied, second, first]).get_parameters()
    assert found == {"/first/linear.W": linear.W, "/first/linear.b": linear.b}


def test_roots_of_one_name():
    with pytest.raises(ValueError, match=r"several bricks have the path /mlp; give"):
        Selector([make_mlp(), make_mlp()])


def test_full_names_that_clash():
    shared_brick = Brick("inner")
    Brick("root", [shared_brick])
    other = Brick("root", [Brick("inner"), Brick("middle", [shared_brick])])
    for brick in (shared_brick, other.children[0]):
        brick.parameters.append(shared(1.0, name="p"))
    with pytest.raises(ValueError, match=r"two parameters are named /root/inner.p"):
        Selector(other).get_parameters()


def test_what_is_not_there():
    selector = Selector(make_mlp())
    with pytest.raises(ValueError, match=r"no brick 'mpl' in the sel.*mean 'mlp'"):
        selector.select("/mpl")
    with pytest.raises(
        ValueError, match=r"no brick 'linear_2' in /mlp, only .*did you"
    ):
        selector.select("/mlp/linear_2")
    with pytest.raises(ValueError, match=r"no parameter 'V' in /mlp/linear_0, only"):
        selector.get_parameter("/mlp/linear_0.V")
    with pytest.raises(ValueError, match=r"/mlp.W is the path of a parameter; use"):
        selector.select("/mlp.W")
    with pytest.raises(ValueError, match=r"/mlp is the path of a brick"):
        selector.get_parameter("/mlp")
    with pytest.raises(TypeError, match="a Selector selects from bricks, got 3"):
        Selector([3])
