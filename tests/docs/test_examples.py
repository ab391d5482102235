"""Every block of Python in the documentation runs, and prints what it says."""

import doctest
import re
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def blocks(page):
    """Yield the text of each block and the number of its first line."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield match[1], text.count("\n", 0, match.start(1)) + 1


def run_session(source, page, line, namespace):
    """Run a block with prompts and compare what it shows."""
    test = doctest.DocTestParser().get_doctest(
        source, namespace, f"{page.name}:{line}", str(page), line - 1
    )
    report = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    runner.run(test, out=report.append, clear_globs=False)
    namespace.update(test.globs)
    assert not runner.failures, "".join(report)


def run_script(source, page, line, namespace):
    """Run a block without prompts, with the page's line numbers in tracebacks."""
    padded = "\n" * (line - 1) + source
    exec(compile(padded, str(page), "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # As a module, so that what a page defines can be pickled, as it can in a script.
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    namespace = vars(main)
    for source, line in blocks(page):
        run = run_session if source.lstrip().startswith(">>>") else run_script
        run(source, page, line, namespace)


def test_a_wrong_example_fails():
    with pytest.raises(AssertionError, match=r"Expected:\s+3\s+Got:\s+2"):
        run_session(">>> 1 + 1\n3\n", ROOT / "README.md", 1, {})
