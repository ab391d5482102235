"""The table of imports on the page for users of Blocks and Fuel."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "porting.md"
ROW = re.compile(
    r"^\| `(?:blocks|fuel)\S*.* \| `(brickyard[\w.]*)` \| (`.*`) \|$", re.M
)
ROWS = {
    f"{module}.{names.split('`')[1]}": (module, re.findall(r"`(\w+)`", names))
    for module, names in ROW.findall(PAGE.read_text(encoding="utf-8"))
}


def test_all_rows_are_read():
    section = PAGE.read_text(encoding="utf-8").split("## Imports")[1].split("##")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert len(lines) == len(ROWS) > 20


@pytest.mark.parametrize(("module", "names"), ROWS.values(), ids=ROWS)
def test_names_can_be_imported_from_where_the_table_says(module, names):
    package = importlib.import_module(module)
    assert [name for name in names if not hasattr(package, name)] == []
