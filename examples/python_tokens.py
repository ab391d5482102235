"""The tokens of Python's own standard library, split by package."""

from __future__ import annotations

import hashlib
import sysconfig
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

UNKNOWN = "<UNK>"
END_OF_FILE = "<END>"
PLACEHOLDERS = {
    tokenize.NUMBER: "<NUMBER>",
    tokenize.STRING: "<STRING>",
    tokenize.NEWLINE: "<NEWLINE>",
    tokenize.INDENT: "<INDENT>",
    tokenize.DEDENT: "<DEDENT>",
    tokenize.ENDMARKER: END_OF_FILE,
}
# From Python 3.12 on, f-strings come in pieces.
STRING_START = getattr(tokenize, "FSTRING_START", None)
STRING_END = getattr(tokenize, "FSTRING_END", None)
LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "dist-packages"}
# Packages by the last hexadecimal digits of the hash of their name.
PARTS = {"train": range(26), "valid": range(26, 29), "test": range(29, 32)}


@dataclass(frozen=True)
class Corpus:
    """Token numbers of the three parts, one int64 array of shape (time,) per file.

    Token 0 stands for all that are not in the vocabulary.
    """

    vocabulary: list[str]
    counts: np.ndarray
    train: list[np.ndarray]
    valid: list[np.ndarray]
    test: list[np.ndarray]

    def unknown_rate(self, part: str) -> float:
        """Return the share of a part's tokens that are not in the vocabulary."""
        return float((np.concatenate(getattr(self, part)) == 0).mean())


def read_corpus(vocabulary_size: int, directory: Path | None = None) -> Corpus:
    """Read all packages and number the tokens by how frequent they are.

    Parameters
    ----------
    vocabulary_size
        How many different tokens there are, `UNKNOWN` included.
    directory
        Where to read; None for the standard library of the running Python.

    Raises
    ------
    ValueError
        If a part gets no package at all.
    """
    directory = Path(directory or sysconfig.get_paths()["stdlib"])
    files: dict[str, list[list[str]]] = {part: [] for part in PARTS}
    for path in source_files(directory):
        package = path.relative_to(directory).parts[0].removesuffix(".py")
        files[part_of(package)].append(list(tokens_of(path)))
    missing = [part for part, texts in files.items() if not texts]
    if missing:
        raise ValueError(
            f"{directory} has too few packages: none falls to {', '.join(missing)}"
        )
    counts = Counter(token for text in files["train"] for token in text)
    # Ties in the order of the alphabet: the same numbers wherever this runs.
    frequent = sorted(counts, key=lambda token: (-counts[token], token))
    vocabulary = [UNKNOWN, *frequent[: vocabulary_size - 1]]
    numbers = {token: number for number, token in enumerate(vocabulary)}
    parts = {
        part: [np.array([numbers.get(token, 0) for token in text]) for text in texts]
        for part, texts in files.items()
    }
    known = [counts[token] for token in vocabulary[1:]]
    left_over = counts.total() - sum(known)
    return Corpus(vocabulary, np.array([max(left_over, 1), *known]), **parts)


def source_files(directory: Path) -> list[Path]:
    """Return the Python files below a directory, without tests and what was added."""
    return [
        path
        for path in sorted(directory.rglob("*.py"))
        if not LEFT_OUT & set(path.relative_to(directory).parts)
    ]


def tokens_of(path: Path) -> Iterator[str]:
    """Yield a file's tokens, without comments and the text of numbers and strings.

    Parameters
    ----------
    path
        A file of Python source. From where it cannot be tokenized on, it is left out.
    """
    depth = 0
    with tokenize.open(path) as file:
        try:
            for token in tokenize.generate_tokens(file.readline):
                if token.type == STRING_START:
                    depth += 1
                elif token.type == STRING_END:
                    depth -= 1
                    if not depth:
                        yield PLACEHOLDERS[tokenize.STRING]
                elif depth or token.type in (tokenize.COMMENT, tokenize.NL):
                    continue
                else:
                    yield PLACEHOLDERS.get(token.type, token.string)
        except (tokenize.TokenError, SyntaxError):
            yield END_OF_FILE


def part_of(package: str) -> str:
    """Return the part a package belongs to, the same on every machine."""
    digest = hashlib.sha256(package.encode()).digest()[-1] % 32
    return next(part for part, digits in PARTS.items() if digest in digits)
