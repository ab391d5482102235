"""Where files are, how long they are, and what a folder's own file may hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_A_FUNCTION = 80
UNTESTED = {"_version.py"}
FOLDERS = ["brickyard", "tests", "examples", "benchmarks"]
# The one thing that has to happen before anybody builds a graph.
CALLED_AT_IMPORT = {"__init__.py": "prefer_float32()"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_file_of(path: str) -> str:
    source = Path(path)
    return (source.parent / f"test_{source.stem.strip('_')}.py").as_posix()


test_file_of.__test__ = False


def code_lines(function: Function) -> int:
    """The length of a function in lines, its docstring left out."""
    total = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return total
    docstring = function.body[0]
    return total - (docstring.end_lineno - docstring.lineno + 1)


def long_functions(path: str, tree: ast.AST) -> list[str]:
    return [
        f"{path}:{node.lineno} {node.name} has {code_lines(node)} lines"
        for node in ast.walk(tree)
        if isinstance(node, Function) and code_lines(node) > MOST_LINES_OF_A_FUNCTION
    ]


def unexpected_in_init(path: str, tree: ast.Module) -> list[str]:
    offenders = []
    for position, node in enumerate(tree.body):
        text = ast.unparse(node)
        docstring = position == 0 and ast.get_docstring(tree) is not None
        if docstring or isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if text.startswith("__all__ = [") or text == CALLED_AT_IMPORT.get(path):
            continue
        offenders.append(f"{path}:{node.lineno} holds {text.splitlines()[0]!r}")
    if ast.get_docstring(tree) is None:
        offenders.append(f"{path} has no docstring")
    return offenders


def test_every_source_file_has_its_test_file(sources, root):
    offenders = [
        f"brickyard/{path} lacks tests/{test_file_of(path)}"
        for path in sources
        if not path.endswith("__init__.py")
        and path not in UNTESTED
        and not (root / "tests" / test_file_of(path)).is_file()
    ]
    assert not offenders, "\n" + "\n".join(offenders)


def test_every_folder_of_sources_is_a_package(sources, root):
    folders = {str(Path(path).parent) for path in sources}
    offenders = [
        f"brickyard/{folder} lacks __init__.py"
        for folder in sorted(folders)
        if not (root / "brickyard" / folder / "__init__.py").is_file()
    ]
    assert not offenders, "\n" + "\n".join(offenders)


def test_files_and_functions_are_short(root):
    offenders = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            text, name = path.read_text("utf-8"), path.relative_to(root).as_posix()
            lines = len(text.splitlines())
            if lines > MOST_LINES_OF_A_FILE:
                offenders.append(f"{name} has {lines} lines")
            offenders += long_functions(name, ast.parse(text))
    assert not offenders, "\n" + "\n".join(offenders)


def test_init_files_hold_imports_alone(sources):
    offenders = [
        offender
        for path, tree in sources.items()
        if path.endswith("__init__.py")
        for offender in unexpected_in_init(path, tree)
    ]
    assert not offenders, "\n" + "\n".join(offenders)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("graph/roles.py", "graph/test_roles.py"),
        ("state.py", "test_state.py"),
        ("datasets/_paths.py", "datasets/test_paths.py"),
        ("cli/__main__.py", "cli/test_main.py"),
    ],
)
def test_mirrored_paths(path, expected):
    assert test_file_of(path) == expected


def test_docstrings_are_not_counted():
    body = "\n".join(["    x = 1"] * 79)
    short = f'def f():\n    """{"text" * 9}\n\n    More.\n    """\n{body}'
    assert not long_functions("a.py", ast.parse(short))
    assert long_functions("a.py", ast.parse(f"{short}\n    x = 2"))


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("a/__init__.py", '"""Doc."""\nfrom a import b\n__all__ = ["b"]', 0),
        ("a/__init__.py", "from a import b", 1),
        ("a/__init__.py", '"""Doc."""\nx = 1', 1),
        ("a/__init__.py", '"""Doc."""\ndef f(): ...', 1),
        ("a/__init__.py", '"""Doc."""\nprefer_float32()', 1),
        ("__init__.py", '"""Doc."""\nprefer_float32()', 0),
    ],
)
def test_other_things_in_init_files_are_found(path, source, expected):
    assert len(unexpected_in_init(path, ast.parse(source))) == expected
