"""Every public thing is documented, and signatures and docstrings agree."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

SECTIONS = ("Parameters", "Other Parameters", "Inputs")
# What callers never pass; authors may document it or not.
PASSED_BY_THE_LIBRARY = {"application_call"}


def documented_names(docstring: str) -> list[str] | None:
    """The names in the sections of parameters, or None if there is no such section."""
    lines = inspect.cleandoc(docstring).splitlines()
    names: list[str] = []
    section, found = None, False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if re.fullmatch("-{3,}", line):
            continue
        if re.fullmatch("-{3,}", following) and not line.startswith(" "):
            section = line.strip()
            found = found or section in SECTIONS
        elif section in SECTIONS and re.match(r"[*\w]", line):
            listed = line.split(" : ")[0].rstrip(" :")
            names += [name.strip().lstrip("*\\") for name in listed.split(",")]
    return names if found else None


def signature_of(function: Any, is_method: bool = False) -> list[inspect.Parameter]:
    parameters = inspect.signature(inspect.unwrap(function)).parameters.values()
    return list(parameters)[int(is_method) :]


def disagreement(
    name: str, docstring: str | None, signature: list[inspect.Parameter]
) -> str | None:
    if not docstring or not docstring.strip():
        return f"{name} has no docstring"
    documented = documented_names(docstring)
    names = [each.name for each in signature if each.name not in PASSED_BY_THE_LIBRARY]
    if documented is None:
        missing = ", ".join(names)
        return f"{name} has no Parameters section for {missing}" if missing else None
    missing = [each for each in names if each not in documented]
    unknown = [
        each for each in documented if each not in {*names, *PASSED_BY_THE_LIBRARY}
    ]
    catch_all = [each.name for each in signature if each.kind is each.VAR_KEYWORD]
    if catch_all and catch_all[0] in missing and unknown:
        # The keywords that are caught are documented one by one.
        missing.remove(catch_all[0])
        unknown = []
    problems = []
    if missing:
        problems.append(f"does not document {', '.join(missing)}")
    if unknown:
        problems.append(f"documents unknown {', '.join(unknown)}")
    return f"{name} {' and '.join(problems)}" if problems else None


def overrides(cls: type, name: str) -> bool:
    return any(name in vars(base) for base in cls.__mro__[1:])


def methods_of(cls: type) -> Iterator[tuple[str, Any, bool]]:
    """Yield the name, the object, and whether its first argument is the owner."""
    for name, member in vars(cls).items():
        if name.startswith("_") or isinstance(member, type):
            continue
        takes_owner = not isinstance(member, staticmethod)
        if isinstance(member, staticmethod | classmethod):
            member = member.__func__
        documented = callable(member) and hasattr(inspect.unwrap(member), "__code__")
        if documented or isinstance(member, property | functools.cached_property):
            yield name, member, takes_owner


def problem_of_constructor(name: str, cls: type) -> str | None:
    docstring = vars(cls).get("__doc__")
    own = "__init__" in vars(cls)
    is_protocol = getattr(cls, "_is_protocol", False)
    if is_protocol or not inspect.isfunction(cls.__init__):
        return disagreement(name, docstring, [])
    if not own and documented_names(docstring or "") is None:
        # Documented where it was declared.
        return disagreement(name, docstring, [])
    return disagreement(name, docstring, signature_of(cls.__init__, is_method=True))


def problems_of_class(name: str, cls: type) -> Iterator[str | None]:
    yield problem_of_constructor(name, cls)
    for method, member, takes_owner in methods_of(cls):
        full = f"{name}.{method}"
        if not callable(member):
            yield None if member.__doc__ else f"{full} has no docstring"
            continue
        docstring = inspect.unwrap(member).__doc__
        # What an override takes is documented where it was first declared.
        inherited = overrides(cls, method) and documented_names(docstring or "") is None
        signature = [] if inherited else signature_of(member, takes_owner)
        yield disagreement(full, docstring, signature)


def problems_of_module(module: Any) -> list[str]:
    found: list[str | None] = []
    if not module.__doc__:
        found.append(f"{module.__name__} has no docstring")
    for name, member in vars(module).items():
        if name.startswith("_") or getattr(member, "__module__", "") != module.__name__:
            continue
        full = f"{module.__name__}.{name}"
        if isinstance(member, type):
            found += problems_of_class(full, member)
        elif inspect.isfunction(member):
            found.append(disagreement(full, member.__doc__, signature_of(member)))
    return [problem for problem in found if problem]


def test_docstrings_and_signatures_agree(modules):
    offenders = [
        problem
        for name in modules
        for problem in problems_of_module(importlib.import_module(name))
    ]
    assert not offenders, "\n" + "\n".join(offenders)


DOCUMENTED = """Do it.

Parameters
----------
x, y
    Numbers.
*rest : list of int
    More of them:
    for example this.

Returns
-------
int
    One.
"""


def test_names_are_read_from_the_section():
    assert documented_names(DOCUMENTED) == ["x", "y", "rest"]
    assert documented_names("Do it.") is None


def names_xy(x, y, *rest):
    """Have the signature that is documented."""


@pytest.mark.parametrize(
    ("docstring", "function", "expected"),
    [
        (DOCUMENTED, names_xy, None),
        (DOCUMENTED, lambda x, *rest: 0, "f documents unknown y"),
        (DOCUMENTED, lambda x, y, z, *rest: 0, "f does not document z"),
        (DOCUMENTED, lambda x, y, application_call, *rest: 0, None),
        (DOCUMENTED, lambda x, **kwargs: 0, None),
        ("Do it.", lambda: 0, None),
        ("Do it.", lambda x: 0, "f has no Parameters section for x"),
        ("", lambda: 0, "f has no docstring"),
        (None, lambda: 0, "f has no docstring"),
    ],
)
def test_disagreements_are_found(docstring, function, expected):
    assert disagreement("f", docstring, signature_of(function)) == expected


class Base:
    """Say it."""

    def run(self, batch):
        """Run."""

    @property
    def size(self):
        return 1


class Derived(Base):
    """Say it again.

    Parameters
    ----------
    rate
        A number.
    """

    def __init__(self, speed):
        self.speed = speed

    def run(self, batch):
        """Run faster."""


class Inheriting(Derived):
    """Say it a third time."""

    @staticmethod
    def make(cls):
        """Make one."""


def test_problems_of_classes_are_found():
    assert [problem for problem in problems_of_class("Base", Base) if problem] == [
        "Base.run has no Parameters section for batch",
        "Base.size has no docstring",
    ]
    assert [each for each in problems_of_class("Derived", Derived) if each] == [
        "Derived does not document speed and documents unknown rate"
    ]
    assert [each for each in problems_of_class("I", Inheriting) if each] == [
        "I.make has no Parameters section for cls"
    ]
