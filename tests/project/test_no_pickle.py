"""Nothing in the package runs code that it read from a file."""

from __future__ import annotations

import ast

import pytest

FORBIDDEN = {
    "_pickle",
    "cloudpickle",
    "dill",
    "joblib",
    "marshal",
    "pickle",
    "shelve",
}
# Streams must survive the trip to a worker process: the public checks try that, and
# one module sends them there.
MAY_PICKLE = ("testing/", "datasets/transformers/packing.py")


def offences(path: str, tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""] if not node.level else []
            for name in names:
                pickles = name.split(".")[0] in FORBIDDEN
                if pickles and not (path.startswith(MAY_PICKLE) and name == "pickle"):
                    found.append(f"{path}:{node.lineno} imports {name}")
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                found.append(f"{path}:{node.lineno} calls {node.func.id}")
            found += [
                f"{path}:{node.lineno} sets {keyword.arg}"
                for keyword in node.keywords
                if keyword.arg in ("allow_pickle", "weights_only")
                and ast.unparse(keyword.value) != str(keyword.arg == "weights_only")
            ]
    return found


def test_no_file_runs_code_from_data(sources):
    offenders = [
        each for path, tree in sources.items() for each in offences(path, tree)
    ]
    assert not offenders, "\n" + "\n".join(offenders)


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("a.py", "import pickle", 1),
        ("a.py", "def f():\n    from pickle import loads", 1),
        ("a.py", "import os, marshal, shelve", 2),
        ("a.py", "eval('1')", 1),
        ("a.py", "exec('x = 1')", 1),
        ("a.py", "variable.eval()", 0),
        ("a.py", "np.load('a.npy')", 0),
        ("a.py", "np.load('a.npy', allow_pickle=False)", 0),
        ("a.py", "np.load('a.npy', allow_pickle=True)", 1),
        ("a.py", "np.load('a.npy', allow_pickle=trusted)", 1),
        ("testing/a.py", "import pickle", 0),
        ("testing/a.py", "import shelve", 1),
        ("a.py", "from . import pickle", 0),
    ],
)
def test_offences_are_found(path, source, expected):
    assert len(offences(path, ast.parse(source))) == expected
