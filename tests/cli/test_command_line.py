"""Statuses and messages of the command as a whole."""

import subprocess
import sys

import click
import pytest

from brickyard import __version__
from brickyard.cli import command_line
from brickyard.cli.command_line import main

GROUP = "brickyard.commands"


@pytest.fixture
def fail_with(monkeypatch):
    """Make `brickyard plugins` raise an exception."""

    def set_error(error):
        def fail():
            raise error

        made = click.Command("plugins", callback=fail)
        monkeypatch.setitem(command_line.OWN_COMMANDS, "plugins", lambda: made)

    return set_error


@pytest.mark.parametrize("words", [(), ("--help",)])
def test_help(run, words):
    status, output, errors = run(*words)
    assert (status, errors) == (0, "")
    assert "Commands:\n  data " in output


def test_version(run):
    assert run("--version") == (0, f"brickyard, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dtaa"], "there is no command 'dtaa'; did you mean 'data'? There are: data"),
        (["--nothing"], "--nothing"),
        (["data", "lst"], "there is no command 'lst'; did you mean 'list'?"),
        (["data", "list", "more"], "(see: brickyard data list --help)"),
        (["data", "info"], "FILE_OR_NAME"),
    ],
)
def test_words_that_make_no_sense(refuses, words, message):
    refuses(2, message, *words)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("two\nlines"), "error: two lines\n"),
        (OSError("no\x1b[2Jdisk"), "error: no\\x1b[2Jdisk\n"),
        (KeyError("x"), "error: unexpected KeyError: 'x'; with --traceback"),
        (ValueError(), "error: unexpected ValueError: ;"),
        (click.ClickException("no"), "error: no\n"),
    ],
)
def test_errors_are_one_line(run, fail_with, error, message):
    fail_with(error)
    status, output, errors = run("plugins")
    assert (status, output) == (1, "")
    assert errors.startswith(message)
    assert errors.count("\n") == 1


def test_interrupt(run, fail_with):
    fail_with(KeyboardInterrupt())
    status, _, errors = run("plugins")
    # The line before it is that on which terminals show ^C.
    assert (status, errors) == (1, "\nerror: interrupted\n")


def test_traceback_on_request(run, fail_with):
    fail_with(KeyError("x"))
    status, _, errors = run("--traceback", "plugins")
    assert status == 1
    assert "in fail" in errors


def test_reader_that_goes_away():
    script = (
        "import sys; from brickyard.cli import main; sys.stdin.readline(); "
        "sys.exit(main(['data', '--help']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    process.stdin.write(b"go\n")
    process.stdin.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(60) == 1


def test_words_of_the_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["brickyard", "--version"])
    assert main() == 0
    assert __version__ in capsys.readouterr().out


def test_command_of_a_plugin(run, announce, make_module):
    source = "import click\n@click.command()\ndef hello():\n    click.echo('hi')\n"
    module = make_module("cli_plugin_hello", source)
    announce((GROUP, "hello", f"{module}:hello", "dist-a"))
    assert run("hello") == (0, "hi\n", "")
    assert "hello" in run("--help")[1]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("mine", "builtins:dict", "'mine' of 'dist-a' must be a click.Command, got ty"),
        ("mine", "no.such:thing", "distribution 'dist-a' cannot be loaded"),
        ("data", "builtins:dict", "several distributions, brickyard and dist-a"),
    ],
)
def test_broken_plugins(run, refuses, announce, name, value, message):
    announce((GROUP, name, value, "dist-a"))
    refuses(1, message, name, "more", "--words")
    status, output, _ = run("--help")
    assert status == 0
    assert "plugin that cannot be loaded" in output
    assert run("plugins")[0] == 0
