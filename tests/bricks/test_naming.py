import pytest

from brickyard.bricks import Brick


def test_path_goes_through_the_first_adopter():
    door = Brick("door")
    house, museum = Brick("house", [door]), Brick("museum", [door])
    assert door.path == "/house/door"
    assert door.owner is house
    assert door.get_unique_path() == [house, door]
    house.children = []
    assert door.path == "/museum/door"
    assert museum.owned_children == [door]


def test_default_name_is_the_class():
    class HouseOfCards(Brick):
        pass

    brick = HouseOfCards()
    assert brick.name == "houseofcards"
    assert brick.has_automatic_name
    assert not Brick("own").has_automatic_name


def test_names_that_would_break_paths():
    with pytest.raises(TypeError, match=r"name of a brick must be a string, got 3"):
        Brick(name=3)
    for name in ("", "a/b", "a.b"):
        with pytest.raises(ValueError, match="must not be empty or contain '/' or "):
            Brick(name=name)


def test_renaming_to_a_siblings_name():
    house = Brick("house", [Brick("door"), Brick("window")])
    house.children[0].name = "gate"
    assert house.children[0].path == "/house/gate"
    with pytest.raises(
        ValueError, match="/house/gate cannot be renamed 'window': /house"
    ):
        house.children[0].name = "window"
