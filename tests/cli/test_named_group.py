import click
import pytest

from brickyard.cli.named_group import named_group
from brickyard.plugins import PluginError


def build(name):
    if name == "bad":
        raise PluginError("broken")
    return click.Command(name, callback=lambda: click.echo(name), help=f"Say {name}.")


@pytest.fixture
def group():
    return named_group("g", "All.", lambda: ["bad", "one"], build, kind="thing")


def test_commands_by_name(group, capsys):
    group.main(["one"], standalone_mode=False)
    assert capsys.readouterr().out == "one\n"


def test_help_lists_all(group, capsys):
    group.main([], standalone_mode=False)
    output = capsys.readouterr().out
    assert "Say one." in output
    assert "bad" in output


def test_unknown_name(group):
    with pytest.raises(click.UsageError, match="no thing 'on'; did you mean 'one'"):
        group.main(["on"], standalone_mode=False)


@pytest.mark.parametrize("words", [[], ["--help"], ["x", "--y", "1"]])
def test_broken_plugin(group, words):
    with pytest.raises(PluginError, match="broken"):
        group.main(["bad", *words], standalone_mode=False)
