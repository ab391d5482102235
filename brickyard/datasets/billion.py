"""The One Billion Word benchmark of language modelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brickyard.datasets.names import near_match
from brickyard.datasets.paths import find_in_data_path
from brickyard.datasets.text import TextFile

# By set: its folder and files, and the partitions there are.
_SETS = {
    "training": (
        "training-monolingual.tokenized.shuffled/news.en-{:05d}-of-00100",
        range(1, 100),
    ),
    "heldout": (
        "heldout-monolingual.tokenized.shuffled/news.en.heldout-{:05d}-of-00050",
        range(50),
    ),
}


class OneBillionWord(TextFile):
    """News in English: shuffled and tokenized sentences of 0.8 billion words.

    Sentences are read as by `TextFile`. The files are looked for in the data path, as
    the published archive names them, in a folder ``1-billion-word``.

    Parameters
    ----------
    which_set
        ``"training"`` or ``"heldout"``.
    which_partitions
        The numbers of the files to read, in order: of 1 to 99 for the training set
        (0 is the one held out), 0 to 49 for the held-out set.
    dictionary
        A mapping from word, or character, to number.
    **kwargs
        The tokens, the level and the rest of `TextFile`.

    Raises
    ------
    TypeError
        If `which_partitions` is not a sequence of integers.
    ValueError
        If there is no such set or partition, or none is named.
    FileNotFoundError
        If a file is not in the data path.

    References
    ----------
    Chelba, C., Mikolov, T., Schuster, M., Ge, Q., Brants, T., Koehn, P. and Robinson,
    T. (2014). One billion word benchmark for measuring progress in statistical
    language modeling. Interspeech, arXiv:1312.3005, section 2.
    """

    def __init__(
        self,
        which_set: str,
        which_partitions: Iterable[int],
        dictionary: Mapping[str, int],
        **kwargs: Any,
    ) -> None:
        if which_set not in _SETS:
            raise ValueError(
                f"OneBillionWord has no set {which_set!r}{near_match(which_set, _SETS)}"
            )
        name, known = _SETS[which_set]
        partitions = _check_partitions(which_partitions, which_set, known)
        super().__init__(
            [
                find_in_data_path(f"1-billion-word/{name.format(partition)}")
                for partition in partitions
            ],
            dictionary,
            **kwargs,
        )
        self.which_set = which_set
        self.which_partitions = partitions


def _check_partitions(partitions: Any, which_set: str, known: range) -> tuple[int, ...]:
    if isinstance(partitions, str) or not isinstance(partitions, Iterable):
        raise TypeError(
            "which_partitions of OneBillionWord must be a sequence of integers, got "
            f"{partitions!r}; write ({partitions!r},)"
        )
    chosen = tuple(partitions)
    if not chosen:
        raise ValueError("which_partitions of OneBillionWord is empty; name at least 1")
    for partition in chosen:
        if isinstance(partition, bool) or partition not in known:
            raise ValueError(
                f"the {which_set} set of OneBillionWord has the partitions "
                f"{known.start} to {known.stop - 1}, got {partition!r}"
            )
    return chosen
