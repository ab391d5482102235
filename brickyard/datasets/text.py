"""Text files as sequences of numbers, a sentence per line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from brickyard.datasets.base import Dataset
from brickyard.datasets.names import near_match
from brickyard.datasets.request_iterators import check_cursor
from brickyard.datasets.text_lines import LineReader, check_encoding
from brickyard.state import require_keys

LEVELS = ("word", "character")


class TextFile(Dataset):
    r"""The lines of text files, each as the numbers of its words or characters.

    The one source is ``features``: an example is an int64 array of shape ``(index,)``,
    the numbers of the tokens of one line. Words are what white space separates;
    characters are all of a line but the white space around it. An empty line gives an
    example with the numbers of `bos_token` and `eos_token` alone.

    The position in an epoch is a file, an offset in bytes and a line number, so that
    to resume costs nothing and is exact.

    Parameters
    ----------
    files
        The paths of the files, in the order in which they are read.
    dictionary
        A mapping from token to number.
    bos_token
        The token put before each line; None for none.
    eos_token
        The token put after each line; None for none.
    unk_token
        The token that stands for all that are not in the dictionary; None if there
        are no such tokens.
    level
        ``"word"`` or ``"character"``.
    preprocess
        A function from string to string, applied to each line, without its line end,
        before it is split. It must be picklable for the stream to be.
    encoding
        The encoding of the files; None for UTF-8, wherever this runs.

    Raises
    ------
    TypeError
        If `files` is a single string, `dictionary` is not a mapping to integers, or
        `preprocess` is not a function.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the level or the encoding is unknown, one of the three tokens is not in the
        dictionary, or there are no files.

    Examples
    --------
    >>> import tempfile
    >>> from brickyard.datasets import DataStream
    >>> dictionary = {"<S>": 0, "</S>": 1, "<UNK>": 2, "to": 3, "be": 4, "or": 5}
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory) / "hamlet.txt"
    ...     count = path.write_text("to be or\nnot to be\n")
    ...     stream = DataStream(TextFile([path], dictionary))
    ...     for (features,) in stream.get_epoch_iterator():
    ...         print(features)
    [0 3 4 5 1]
    [0 2 3 4 1]
    """

    provides_sources = ("features",)

    def __init__(
        self,
        files: Iterable[str | os.PathLike[str]],
        dictionary: Mapping[str, int],
        bos_token: str | None = "<S>",  # noqa: S107 - no password
        eos_token: str | None = "</S>",  # noqa: S107
        unk_token: str | None = "<UNK>",  # noqa: S107
        level: Literal["word", "character"] = "word",
        preprocess: Callable[[str], str] | None = None,
        encoding: str | None = None,
    ) -> None:
        owner = type(self).__name__
        self.files = _check_files(files, owner)
        # a copy: a defaultdict would grow, and the caller's may change
        self.dictionary = _check_dictionary(dictionary, owner)
        if level not in LEVELS:
            raise ValueError(
                f"{owner} does not know the level {level!r}{near_match(level, LEVELS)}"
            )
        if preprocess is not None and not callable(preprocess):
            raise TypeError(
                f"preprocess of {owner} must be a function from string to string, got "
                f"{preprocess!r}"
            )
        self.bos_token = bos_token
        self.eos_token = eos_token
        self.unk_token = unk_token
        self.level = level
        self.preprocess = preprocess
        self.encoding = check_encoding("utf-8" if encoding is None else encoding, owner)
        self._before = self._number_of("bos_token", bos_token)
        self._after = self._number_of("eos_token", eos_token)
        self._unknown = self._number_of("unk_token", unk_token)
        super().__init__()

    def open(self) -> LineReader:
        """Return a reader at the first line."""
        return LineReader(self.files, self.encoding)

    def close(self, state: LineReader) -> None:
        """Close the file a reader has open.

        Parameters
        ----------
        state
            The reader.
        """
        state.close()

    def save_state(self, state: LineReader) -> dict[str, int]:
        """Return where a reader stands.

        Parameters
        ----------
        state
            The reader.

        Returns
        -------
        dict
            ``file``, from 0; ``offset`` in it, in bytes; ``line``, the number of its
            lines before.
        """
        return {"file": state.file, "offset": state.offset, "line": state.line}

    def restore_state(self, saved: Any) -> LineReader:
        """Return a reader where another one stood.

        Parameters
        ----------
        saved
            What `save_state` returned.

        Raises
        ------
        ValueError
            If there is no such file, or no line starts there.
        """
        owner = type(self).__name__
        require_keys(saved, ["file", "offset", "line"], owner)
        file = check_cursor(saved["file"], len(self.files), "file", owner)
        offset = check_cursor(saved["offset"], None, "offset", owner)
        line = check_cursor(saved["line"], None, "line", owner)
        state = self.open()
        state.seek(file, offset, line)
        return state

    def get_data(
        self, state: LineReader | None = None, request: Any = None
    ) -> tuple[np.ndarray]:
        """Return the next line, as numbers.

        Parameters
        ----------
        state
            A reader made by `open`.
        request
            Must be None: lines cannot be indexed.

        Raises
        ------
        StopIteration
            After the last line.
        ValueError
            If there is a request or no reader, a line is not in the encoding, or a
            token is not in the dictionary and there is no `unk_token`.
        TypeError
            If `preprocess` does not return a string.
        """
        owner = type(self).__name__
        if state is None:
            raise ValueError(f"{owner}.get_data needs the state made by open()")
        if request is not None:
            raise ValueError(
                f"{owner} cannot serve the request {request!r}, it only gives the next "
                "line; leave out the iteration scheme and make batches with the "
                "transformer Batch"
            )
        line = state.read_line()
        if self.preprocess is not None:
            line = self.preprocess(line)
            if not isinstance(line, str):
                raise TypeError(
                    f"preprocess of {owner} must return a string, got "
                    f"{type(line).__name__} for {state.where()}"
                )
        tokens = line.split() if self.level == "word" else line.strip()
        numbers = self._before + self._numbers(tokens, state) + self._after
        return (np.array(numbers, dtype=np.int64),)

    def _numbers(self, tokens: Iterable[str], state: LineReader) -> list[int]:
        if self._unknown:
            get, (unknown,) = self.dictionary.get, self._unknown
            return [get(token, unknown) for token in tokens]
        try:
            return [self.dictionary[token] for token in tokens]
        except KeyError as error:
            raise ValueError(
                f"{state.where()}: {type(self).__name__} does not have the "
                f"{self.level} {error.args[0]!r} in its dictionary; add it, or pass an "
                "unk_token to stand for unknown ones"
            ) from error

    def _number_of(self, argument: str, token: str | None) -> list[int]:
        if token is None:
            return []
        if token not in self.dictionary:
            raise ValueError(
                f"the {argument} of {type(self).__name__}, {token!r}, is not in the "
                f"dictionary; add it, or pass {argument}=None"
            )
        return [self.dictionary[token]]


def _check_files(files: Any, owner: str) -> list[Path]:
    if isinstance(files, str | os.PathLike):
        raise TypeError(
            f"files of {owner} must be a sequence of paths, got {str(files)!r}; write "
            f"[{str(files)!r}]"
        )
    paths = [Path(os.path.abspath(file)) for file in files]
    if not paths:
        raise ValueError(f"files of {owner} is empty; name at least one")
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"{owner}: there is no file {str(path)!r}")
    return paths


def _check_dictionary(dictionary: Any, owner: str) -> dict[str, int]:
    if not isinstance(dictionary, Mapping):
        raise TypeError(
            f"dictionary of {owner} must be a mapping from token to number, got "
            f"{type(dictionary).__name__}"
        )
    for token, number in dictionary.items():
        if isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise TypeError(
                f"dictionary of {owner} must map tokens to integers, got {number!r} "
                f"for {token!r}"
            )
    return dict(dictionary)
