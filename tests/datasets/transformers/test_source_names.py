import pytest

from brickyard.datasets.transformers.source_names import (
    check_distinct,
    check_known,
    listed,
)

SOURCES = ("features", "targets")


def test_known_names_pass():
    check_known(("targets", "features"), SOURCES, "Flatten: which_sources")
    check_known((), SOURCES, "Flatten: which_sources")


def test_unknown_name():
    with pytest.raises(
        ValueError, match=r"Cast: which_sources has 'target', .* mean 'targets'\?"
    ):
        check_known(("features", "target"), SOURCES, "Cast: which_sources")
    with pytest.raises(ValueError, match="There are: features, targets"):
        check_known(("audio",), SOURCES, "Cast: which_sources")


def test_string_in_place_of_names():
    with pytest.raises(TypeError, match=r"got the string 'features'; write \('feat"):
        check_known("features", SOURCES, "Cast: which_sources")


def test_number_in_place_of_name():
    with pytest.raises(TypeError, match="must hold source names, got 3"):
        check_known((3,), SOURCES, "Cast: which_sources")


def test_distinct():
    check_distinct(SOURCES, "Merge")
    with pytest.raises(ValueError, match="Merge would give two sources the name 'x'"):
        check_distinct(("x", "y", "x"), "Merge")


def test_listed():
    assert listed(SOURCES) == "'features', 'targets'"
