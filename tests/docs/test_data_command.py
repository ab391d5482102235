"""The page on the command lists every command, option, download and plugin group."""

import re
from pathlib import Path

import pytest

from brickyard.cli import main
from brickyard.datasets.downloaders import DOWNLOADS
from brickyard.datasets.downloaders.connections import Transfer
from brickyard.plugins import GROUPS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data_command.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_has_rows_that_say_what_is_checked(name):
    found = DOWNLOADS[name]
    rows = [row for row in ROWS if row[0] == f"`{name}`"]
    digests = {
        file.sha256 is not None for files in found.variants.values() for file in files
    }
    assert {row[2] == "SHA-256, size" for row in rows} == digests
    assert all((row[1] == "by hand") == bool(found.by_hand) for row in rows)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_plugins_has_a_row(group):
    assert f"`{group}`" in [row[0] for row in ROWS]


@pytest.mark.parametrize(
    "words",
    [
        ["data", "download", "mnist"],
        ["data", "serve"],
        ["data", "convert", "iris"],
    ],
)
def test_options_are_mentioned(words, capsys):
    main([*words, "--help"])
    listed = re.findall(r"^  (--[\w-]+)", capsys.readouterr().out, re.MULTILINE)
    known = {"--help", "--output-filename"}
    assert [
        option for option in listed if option not in PAGE and option not in known
    ] == []


def test_numbers():
    assert f"silent for {Transfer().timeout_s:g} s" in PAGE
    assert Transfer().attempts == 3
