"""Plugins by name."""

import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from brickyard import plugins
from brickyard.plugins import GROUPS, PluginError, find_plugin, find_plugins

GROUP = "brickyard.converters"


@pytest.fixture
def announce(monkeypatch):
    """A function that announces (name, value, distribution) in the group."""

    def set_points(*points):
        made = [
            EntryPoint(name, value, GROUP)._for(SimpleNamespace(name=distribution))
            for name, value, distribution in points
        ]
        monkeypatch.setattr(
            plugins, "entry_points", lambda group: made if group == GROUP else []
        )

    return set_points


def test_found_by_name_and_loaded_on_request(announce):
    announce(("one", "colorsys:rgb_to_hsv", "dist-a"), ("two", "no.such:x", "dist-b"))
    sys.modules.pop("colorsys", None)
    assert list(find_plugins(GROUP)) == ["one", "two"]
    plugin = find_plugin(GROUP, "one")
    assert (plugin.distribution, plugin.value) == ("dist-a", "colorsys:rgb_to_hsv")
    assert "colorsys" not in sys.modules
    assert plugin.load() is sys.modules["colorsys"].rgb_to_hsv


def test_unknown_name_is_none(announce):
    announce(("one", "colorsys:rgb_to_hsv", "dist-a"))
    assert find_plugin(GROUP, "three") is None
    assert find_plugins("brickyard.other") == {}


def test_clash_of_two_names_both_and_spares_others(announce):
    announce(("one", "a:b", "dist-b"), ("one", "c:d", "dist-a"), ("two", "e:f", "x"))
    with pytest.raises(
        PluginError,
        match=r"'one' .*distributions, dist-a and dist-b; uninstall all but",
    ):
        find_plugin(GROUP, "one")
    assert find_plugin(GROUP, "two").distribution == "x"
    assert len(find_plugins(GROUP)["one"]) == 2


def test_clash_with_ours_names_both(announce):
    announce(("mnist", "a:b", "dist-a"))
    with pytest.raises(PluginError, match="brickyard and dist-a; uninstall dist-a"):
        find_plugin(GROUP, "mnist", own={"mnist": 1})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("brickyard.nowhere:x", "ModuleNotFoundError"),
        ("colorsys:nothing", "AttributeError"),
    ],
)
def test_broken_plugin_is_one_error(announce, value, reason):
    announce(("one", value, "dist-a"))
    with pytest.raises(PluginError, match=f"'dist-a' cannot be loaded.*{reason}"):
        find_plugin(GROUP, "one").load()


def test_plugin_that_exits_when_imported(announce, tmp_path, monkeypatch):
    (tmp_path / "exits_at_import.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    announce(("one", "exits_at_import:x", "dist-a"))
    with pytest.raises(PluginError, match=r"'dist-a' cannot .*SystemExit: 3"):
        find_plugin(GROUP, "one").load()


def test_our_own_announcements_can_be_loaded():
    ours = [
        plugin
        for group in GROUPS
        for same in find_plugins(group).values()
        for plugin in same
        if plugin.distribution == "brickyard"
    ]
    assert {plugin.name for plugin in ours} >= {"memory", "sqlite"}
    assert all(plugin.load() is not None for plugin in ours)
