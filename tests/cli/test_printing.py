import pytest

from brickyard.cli.printing import format_table, on_one_line, print_error


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a  b\n\tc ", "a b c"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("blüte", "blüte"),
        ("right\u202eleft", "right\\u202eleft"),
    ],
)
def test_one_line(text, line):
    assert on_one_line(text) == line


def test_error(capsys):
    print_error("it\nfailed")
    assert capsys.readouterr() == ("", "error: it failed\n")


def test_table():
    assert format_table([("A", "LONG"), ("abc", "")]) == "A    LONG\nabc"
    assert format_table([("A\n", "B")]) == "A  B"
