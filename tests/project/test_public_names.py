"""Public means listed: each folder lists exactly the names it offers."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest


def sort_key(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions: the order ruff keeps."""
    if name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name


def offered(tree: ast.Module) -> set[str]:
    """The public names a file imports for others, not for its own use."""
    names = {
        (alias.asname or alias.name).split(".")[0]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name in names - used if not name.startswith("_")}


def listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def problems(path: str, tree: ast.Module) -> list[str]:
    names = listed(tree)
    if names is None:
        return [f"{path} has no __all__"]
    found = []
    twice = sorted({name for name in names if names.count(name) > 1})
    missing = sorted(offered(tree) - set(names))
    unknown = sorted(n for n in set(names) - offered(tree) if not n.startswith("__"))
    if twice:
        found.append(f"{path} lists twice: {', '.join(twice)}")
    if missing:
        found.append(f"{path} offers but does not list: {', '.join(missing)}")
    if unknown:
        found.append(f"{path} lists but does not import: {', '.join(unknown)}")
    ordered = sorted(names, key=sort_key)
    if names != ordered:
        first = next(n for n, o in zip(names, ordered, strict=True) if n != o)
        found.append(f"{path} is not sorted, from {first!r} on")
    return found


def test_every_folder_lists_what_it_offers(sources):
    offenders = [
        problem
        for path, tree in sources.items()
        if path.endswith("__init__.py")
        for problem in problems(path, tree)
    ]
    assert not offenders, "\n" + "\n".join(offenders)


def test_every_listed_name_is_real(sources):
    offenders = []
    for path, tree in sources.items():
        if not path.endswith("__init__.py"):
            continue
        name = ".".join(["brickyard", *Path(path).parent.parts])
        module = importlib.import_module(name)
        offenders += [
            f"{name} lists {each}, which is not there"
            for each in listed(tree) or []
            if not hasattr(module, each)
        ]
    assert not offenders, "\n" + "\n".join(offenders)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from a import B, c\n__all__ = ['B', 'c']", []),
        ("from a import B\n", ["has no __all__"]),
        ("from a import B, c\n__all__ = ['B']", ["does not list: c"]),
        ("from a import B\n__all__ = ['B', 'c']", ["does not import: c"]),
        ("from a import B\n__all__ = ['B', 'B']", ["lists twice: B"]),
        ("from a import B, C\n__all__ = ['C', 'B']", ["is not sorted, from 'C' on"]),
        ("from a import A, B_C, d\n__all__ = ['A', 'B_C', 'd']", []),
        ("from a import _b\n__all__ = ['__version__']", []),
        ("from a import setup\n__all__ = []\nsetup()", []),
    ],
)
def test_problems_are_found(source, expected):
    found = problems("a/__init__.py", ast.parse(source))
    assert [p.removeprefix("a/__init__.py ") for p in found] == [
        p if p.startswith(("has", "is", "lists")) else found[0].split(" ", 1)[1]
        for p in expected
    ]
    assert all(each in found[0] for each in expected)
