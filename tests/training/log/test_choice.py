"""Logs by name."""

from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from brickyard import plugins
from brickyard.training.errors import LogError
from brickyard.training.log import SQLiteLog, TrainingLog, make_log


def announce(monkeypatch, *points):
    def found(group):
        assert group == "brickyard.log_backends"
        return list(points)

    monkeypatch.setattr(plugins, "entry_points", found)


def point(name, value, distribution):
    made = EntryPoint(name, value, "brickyard.log_backends")
    return made._for(SimpleNamespace(name=distribution))


def test_the_logs_this_distribution_announces(monkeypatch, tmp_path):
    monkeypatch.setenv("BRICKYARD_SQLITE_DATABASE", str(tmp_path / "x"))
    assert type(make_log()) is TrainingLog
    assert type(make_log("memory")) is TrainingLog
    assert type(make_log("sqlite")) is SQLiteLog


def test_plugin(monkeypatch):
    announce(
        monkeypatch, point("mine", "brickyard.training.log.memory:TrainingLog", "one")
    )
    assert type(make_log("mine")) is TrainingLog


def test_unknown_name(monkeypatch):
    announce(monkeypatch, point("redis", "x:y", "one"), point("sqlite", "x:y", "two"))
    with pytest.raises(LogError, match=r"'sqlit', .*'redis'.* did you mean 'sqlite'"):
        make_log("sqlit")


def test_clash_names_both_distributions(monkeypatch):
    announce(monkeypatch, point("redis", "x:y", "one"), point("redis", "z:y", "two"))
    with pytest.raises(LogError, match="several distributions, one and two; uninstall"):
        make_log("redis")


def test_plugin_that_makes_something_else(monkeypatch):
    announce(monkeypatch, point("mine", "builtins:dict", "one"))
    with pytest.raises(TypeError, match="'mine' of one made a dict"):
        make_log("mine")


def test_plugin_that_cannot_be_loaded(monkeypatch):
    announce(monkeypatch, point("mine", "brickyard.nowhere:Log", "one"))
    with pytest.raises(
        LogError, match=r"'mine' .* of the distribution 'one' cannot be"
    ):
        make_log("mine")
