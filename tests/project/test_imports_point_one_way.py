"""The direction of imports, and what an import may cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

LAYERS = ["backends", "graph", "bricks", "training", "extensions", "cli"]
HEAVY = {
    "PIL",
    "bokeh",
    "click",
    "h5py",
    "jax",
    "jaxlib",
    "matplotlib",
    "pooch",
    "rich",
    "safetensors",
    "sklearn",
    "sqlite3",
    "torch",
    "tqdm",
    "zmq",
}
PUBLIC = ["bricks", "graph", "datasets", "training", "extensions"]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def statements(tree: ast.AST, in_functions: bool) -> Iterator[ast.AST]:
    """All statements except those for type checkers, and those in functions."""
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node):
            for other in node.orelse:
                yield other
                yield from statements(other, in_functions)
            continue
        yield node
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if in_functions or not function:
            yield from statements(node, in_functions)


def imported(tree: ast.AST, package: str, in_functions: bool) -> list[tuple[int, str]]:
    """The line and the full dotted name of everything that is imported."""
    found = []
    for node in statements(tree, in_functions):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                parents = package.split(".")
                parents = parents[: len(parents) - node.level + 1]
                origin = ".".join([*parents, *filter(None, [origin])])
            found += [(node.lineno, f"{origin}.{alias.name}") for alias in node.names]
    return found


def allowed_parts(part: str, files: set[str]) -> set[str]:
    """The parts of the package that a part may import from."""
    if part in LAYERS:
        lower = set(LAYERS[: LAYERS.index(part) + 1])
        # The command line is the one place where both columns meet.
        columns = {"datasets"} if part == "cli" else set()
        return lower | columns | files
    if part == "datasets":
        return {"datasets"} | files - {"precision"}
    if part == "__main__":
        return {"cli"} | files
    if part == "testing":
        return {*LAYERS, "datasets", "testing"} | files
    return files


def wrong_directions(path: str, tree: ast.AST, files: set[str]) -> list[str]:
    parts = path.removesuffix(".py").split("/")
    package = ".".join(["brickyard", *parts[:-1]])
    part = parts[0]
    offenders = []
    for line, name in imported(tree, package, in_functions=True):
        names = name.split(".")
        if part == "datasets" and names[0] == "pytensor":
            offenders.append(f"{path}:{line} imports {name}; datasets knows no graphs")
        if names[0] != "brickyard" or len(names) == 1:
            continue
        if names[1] not in allowed_parts(part, files) and names[1] in {
            *LAYERS,
            "datasets",
            "testing",
            *files,
        }:
            offenders.append(f"{path}:{line} imports {name}")
    return offenders


def heavy_imports(path: str, tree: ast.AST) -> list[str]:
    return [
        f"{path}:{line} imports {name} with the module"
        for line, name in imported(tree, "brickyard", in_functions=False)
        if name.split(".")[0] in HEAVY
    ]


def test_imports_point_one_way(sources):
    files = {path.removesuffix(".py") for path in sources if "/" not in path}
    offenders = [
        offender
        for path, tree in sources.items()
        for offender in wrong_directions(path, tree, files)
    ]
    assert not offenders, "\n" + "\n".join(offenders)


def test_heavy_modules_are_imported_where_they_are_used(sources):
    offenders = [
        offender
        for path, tree in sources.items()
        for offender in heavy_imports(path, tree)
    ]
    assert not offenders, "\n" + "\n".join(offenders)


def test_importing_the_package_loads_no_heavy_module(root):
    # What pytensor and numpy load by themselves is not ours to answer for.
    script = (
        "import sys, pytensor, pytensor.tensor, pytensor.scan\n"
        "before = set(sys.modules)\n"
        f"import brickyard, {', '.join('brickyard.' + name for name in PUBLIC)}\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "brickyard" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("graph/a.py", "from brickyard.bricks import MLP", 1),
        ("graph/a.py", "def f():\n    import brickyard.training.log", 1),
        ("graph/a.py", "from brickyard.backends import compile", 0),
        ("graph/a.py", "from brickyard.state import State", 0),
        ("graph/a.py", "from ..bricks import MLP", 1),
        ("graph/a.py", "from brickyard import bricks", 1),
        ("graph/a.py", "from brickyard.testing import check_brick", 1),
        ("graph/a.py", "import brickyard.datasets", 1),
        ("graph/a.py", "if TYPE_CHECKING:\n    from brickyard.bricks import M", 0),
        ("datasets/a.py", "from brickyard.graph import WEIGHT", 1),
        ("datasets/a.py", "from pytensor import tensor as pt", 1),
        ("datasets/a.py", "from brickyard.precision import prefer_float32", 1),
        ("datasets/a/b.py", "from ..schemes import BatchScheme", 0),
        ("cli/a.py", "from brickyard.datasets import MNIST", 0),
        ("__main__.py", "from brickyard.cli import main", 0),
        ("__main__.py", "from brickyard.bricks import MLP", 1),
        ("testing/a.py", "from brickyard.extensions import Printing", 0),
        ("state.py", "from brickyard.backends import compile", 1),
    ],
)
def test_wrong_directions_are_found(path, source, expected):
    files = {"state", "precision"}
    assert len(wrong_directions(path, ast.parse(source), files)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import jax", 1),
        ("from jax.numpy import exp", 1),
        ("try:\n    import h5py\nexcept ImportError:\n    h5py = None", 1),
        ("class A:\n    import rich.table", 1),
        ("if TYPE_CHECKING:\n    import jax\nelse:\n    import tqdm", 1),
        ("def f():\n    import jax", 0),
        ("import numpy", 0),
    ],
)
def test_heavy_imports_are_found(source, expected):
    assert len(heavy_imports("a.py", ast.parse(source))) == expected
